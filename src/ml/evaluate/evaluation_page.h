// An evaluation as one HTML file: numbers, pictures inside, nothing loaded from anywhere. Pure.
#pragma once

#include <string>
#include <vector>

#include "ml/evaluate/evaluation_plots.h"

namespace sluice::ml {

std::string to_html(const Evaluation& evaluation, const std::vector<Plot>& plots);

}  // namespace sluice::ml
