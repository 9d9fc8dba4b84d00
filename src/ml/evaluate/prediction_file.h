// From tables with truth and predictions to rows that can be judged: columns chosen and checked,
// two tables joined. Pure. Errors name the file's rows (from 1, without the header).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ml/data/table.h"
#include "ml/evaluate/judged_rows.h"
#include "ml/evaluate/labelled_rows.h"

namespace sluice::ml {

struct QuantileColumn {
  double quantile = 0.5;
  std::string column;
};

// A class and the column that holds its probability; without a name the column is a pattern, whose
// * stands for the class: p_* is p_a of the class a.
struct ClassColumn {
  std::string name;
  std::string column;
};

// Which column says what. Empty: there is none.
struct PredictionColumns {
  std::string truth;
  std::string prediction;
  std::string probability;  // of the positive class
  std::string positive;     // its name; empty: "1", "true" or "yes" where one of them is a class
  std::vector<ClassColumn> class_probabilities;
  std::size_t top = 2;     // the most probable classes that count for top_k_accuracy
  double threshold = 0.5;  // from which probability on a row is predicted positive
  std::string low, high;
  std::vector<QuantileColumn> quantiles;
  std::string series, time;  // of forecasts
  std::string query;         // of rankings
  std::size_t k = 10;
  double tweedie_power = kUsualTweediePower;
};

// What the columns imply: a query says ranking; a series, interval or quantile forecast; a
// probability or positive class classification; all else regression.
Task implied_task(const PredictionColumns& columns);
// With each pattern replaced by the columns that it fits. NotFound where it fits none, InvalidInput
// for a class with two columns.
Result<std::vector<ClassColumn>> class_columns(const std::vector<ClassColumn>& asked,
                                               const std::vector<std::string>& header);
// The columns that must hold numbers for this task.
std::vector<std::string> number_columns(Task task, const PredictionColumns& columns);

// History of each series, for the scale of its errors: rows of `series`, `time` and the target.
struct SeriesHistory {
  const Table* table = nullptr;
  std::size_t season = 1;
  std::string weight =
      {};  // its column that says what a series weighs in WRMSSE; empty: the target
  std::size_t weight_periods = 28;  // the last ones, over which weights are summed
};

// InvalidInput for values that are missing, not finite, no class, no probability; NotFound for a
// column that is not there.
Result<JudgedRows> judge_columns(const Table& table, Task task, const PredictionColumns& columns,
                                 const SeriesHistory& history, const RowPlace& place);

// The rows of `data` with the columns of `predictions` that it does not have. With keys, rows
// meet where all of them are equal; every row of either table must have exactly one partner.
// Without, row by row: the tables must be of one length. Columns that both have must agree.
Result<Table> join_predictions(const Table& data, const Table& predictions,
                               const std::vector<std::string>& keys);

// Of a ranking only the first row of each query stands for it.
std::vector<std::size_t> first_rows(const Groups& queries);

}  // namespace sluice::ml
