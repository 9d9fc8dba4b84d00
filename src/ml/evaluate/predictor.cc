#include "ml/evaluate/predictor.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kRowsAtATime = 4096;

Result<std::vector<const Column*>> feature_columns(const Scorer& scorer, const Table& table) {
  std::vector<const Column*> columns;
  for (const std::string& name : scorer.feature_names())
    columns.push_back(TRY_CONTEXT(table.number_column(name), "feature of the model"));
  return columns;
}

}  // namespace

Result<std::vector<double>> ScorerPredictor::predict(const Table& table) const {
  const auto columns = TRY(feature_columns(scorer_, table));
  std::vector<double> predictions;
  predictions.reserve(table.row_count());
  std::vector<float> chunk;
  for (std::size_t first = 0; first < table.row_count(); first += kRowsAtATime) {
    const std::size_t last = std::min(first + kRowsAtATime, table.row_count());
    chunk.clear();
    for (std::size_t row = first; row < last; ++row)
      for (const Column* column : columns)
        chunk.push_back(static_cast<float>(column->numbers[row]));
    const auto scores = TRY(scorer_.predict_rows(chunk));
    for (float score : scores) {
      if (!std::isfinite(score))
        return invalid_input(
            cat("the model predicts no finite number for row ", predictions.size() + 1));
      predictions.push_back(static_cast<double>(score));
    }
  }
  return predictions;
}

}  // namespace sluice::ml
