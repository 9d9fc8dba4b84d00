// The pictures of an evaluation: what each task is looked at with. Pure.
//
//   numbers          actual_vs_predicted, residuals, calibration
//   probabilities    roc, precision_recall, calibration, lift (of two classes)
//   classes          confusion_matrix
//   slices           slices (the worst, with intervals), slice_heat_map (of two columns crossed)
//   several versions metric_history
#pragma once

#include <string>
#include <vector>

#include "ml/evaluate/evaluation.h"
#include "ml/plot/drawing.h"

namespace sluice::ml {

struct Plot {
  std::string name;  // of its file, without ending
  Drawing drawing;
};

std::vector<Plot> plots_of(const Evaluation& evaluation, const JudgedRows& rows);

// A metric of versions of a model, oldest first.
struct MetricPoint {
  std::string version;
  double value = 0;
};
Plot metric_history(const std::string& metric, const std::vector<MetricPoint>& points);

}  // namespace sluice::ml
