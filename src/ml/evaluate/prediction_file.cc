#include "ml/evaluate/prediction_file.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "base/strings.h"
#include "ml/evaluate/forecast_sums.h"
#include "ml/evaluate/ranking.h"
#include "ml/evaluate/wording.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kShownRows = 5;
// How far probabilities of a row that were written with few digits may sum to something else.
constexpr double kSumTolerance = 1e-3;

std::string row_names(const std::vector<std::size_t>& rows) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < std::min(rows.size(), kShownRows); ++i)
    texts.push_back(std::to_string(rows[i] + 1));
  return cat(rows.size() == 1 ? "row " : "rows ", join(texts, ", "),
             rows.size() > kShownRows ? ", …" : "");
}

std::string at_row(const RowPlace& place, std::size_t row) {
  return place ? place(row) : cat("row ", row + 1);
}

Result<void> check_no_gaps(const Column& column, std::string_view what, const RowPlace& place) {
  std::vector<std::size_t> missing;
  for (std::size_t row = 0; row < column.size(); ++row)
    if (column.missing(row)) missing.push_back(row);
  if (missing.empty()) return success();
  return invalid_input(cat(what, " '", column.name, "' is missing in ", grouped(missing.size()),
                           " of ", row_count(column.size()), " (", row_names(missing),
                           place ? cat("; the first is ", place(missing[0])) : "",
                           "); remove these rows or fill them in"));
}

// Where the name is among those known, added if it is not.
std::size_t place_of(std::vector<std::string>& names, const std::string& name) {
  const auto found = std::ranges::find(names, name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  names.push_back(name);
  return names.size() - 1;
}

// Adds the classes of a column to those known; gives the index of each row.
Result<std::vector<ClassIndex>> class_indices(const Column& column, std::string_view what,
                                              std::vector<std::string>& names,
                                              const RowPlace& place) {
  TRY(check_no_gaps(column, what, place));
  std::vector<ClassIndex> of_number;
  std::vector<ClassIndex> indices;
  indices.reserve(column.size());
  ValueNumbers numbers(column);
  for (std::size_t row = 0; row < column.size(); ++row) {
    const std::uint32_t number = numbers.of(row);
    if (number == of_number.size()) {
      of_number.push_back(static_cast<ClassIndex>(place_of(names, column.text(row))));
      if (names.size() > kMaxClasses)
        return invalid_input(cat(what, " '", column.name, "' has more than ", kMaxClasses,
                                 " different values: that is no classification"));
    }
    indices.push_back(of_number[number]);
  }
  return indices;
}

Result<std::size_t> positive_class(const std::vector<std::string>& names,
                                   const std::string& declared) {
  if (!declared.empty()) {
    const auto found = std::ranges::find(names, declared);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    return invalid_input(cat("there is no class '", declared, "'; the classes are ",
                             join(names, ", "), did_you_mean(declared, names)));
  }
  for (const std::string_view word : {"1", "true", "True", "yes"}) {
    const auto found = std::ranges::find(names, word);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  }
  return std::size_t{names.size() == 2 ? 1u : 0u};
}

Error no_probability(std::string_view column, double value, std::string_view place) {
  return invalid_input(cat("probability '", column, "' is ", short_number(value), " in ", place,
                           ", which does not lie between 0 and 1",
                           value > 1 && value <= 100 ? "; divide percentages by 100" : "",
                           "; a score must be made a probability first"));
}

Result<std::vector<double>> probabilities(const Table& table, const PredictionColumns& columns,
                                          const RowPlace& place) {
  auto values = TRY(complete_column(table, columns.probability, "probability", place));
  for (std::size_t row = 0; row < values.size(); ++row)
    if (!(values[row] >= 0 && values[row] <= 1))
      return no_probability(columns.probability, values[row], at_row(place, row));
  return values;
}

// Every class of the truth or of predictions must have a probability.
Result<void> check_known_classes(const Column& column, std::string_view what,
                                 const std::vector<ClassIndex>& indices,
                                 const std::vector<std::string>& names, std::size_t known,
                                 const RowPlace& place) {
  if (names.size() <= known) return success();
  const auto first = std::ranges::find_if(indices, [&](auto index) { return index >= known; });
  const std::vector<std::string> with(names.begin(),
                                      names.begin() + static_cast<std::ptrdiff_t>(known));
  return invalid_input(cat(what, " '", column.name, "' is '", names[*first], "' in ",
                           at_row(place, static_cast<std::size_t>(first - indices.begin())),
                           ", a class without a column of probabilities; those with one are ",
                           join(with, ", "), did_you_mean(names[*first], with),
                           " (--class-probability CLASS=COLUMN adds one)"));
}

// Each row made to sum to one.
Result<void> check_sums(const std::vector<ClassColumn>& columns, const RowPlace& place,
                        std::vector<std::vector<double>>& values) {
  for (std::size_t row = 0; row < values.front().size(); ++row) {
    double sum = 0;
    for (const auto& of_class : values) sum += of_class[row];
    if (std::fabs(sum - 1) > kSumTolerance) {
      std::vector<std::string> names;
      for (const ClassColumn& column : columns) names.push_back(column.column);
      return invalid_input(cat("the probabilities of ", at_row(place, row), " sum to ",
                               short_number(sum), " and not to 1 (", join(names, ", "),
                               "); name the columns of all classes, as probabilities and not as "
                               "scores or percent"));
    }
    for (auto& of_class : values) of_class[row] /= sum;
  }
  return success();
}

Result<std::vector<std::vector<double>>> class_probabilities(
    const Table& table, const std::vector<ClassColumn>& columns, const RowPlace& place) {
  std::vector<std::vector<double>> values;
  for (const ClassColumn& column : columns) {
    values.push_back(TRY(complete_column(table, column.column, "probability", place)));
    for (std::size_t row = 0; row < values.back().size(); ++row)
      if (!(values.back()[row] >= 0 && values.back()[row] <= 1))
        return no_probability(column.column, values.back()[row], at_row(place, row));
  }
  TRY(check_sums(columns, place, values));
  return values;
}

std::vector<ClassIndex> most_probable(const std::vector<std::vector<double>>& values) {
  std::vector<ClassIndex> most(values.front().size());
  for (ClassIndex c = 1; c < values.size(); ++c)
    for (std::size_t row = 0; row < most.size(); ++row)
      if (values[c][row] > values[most[row]][row]) most[row] = c;
  return most;
}

// Classes are those that have a column of probabilities.
Result<JudgedRows> judge_class_probabilities(const Table& table, const PredictionColumns& columns,
                                             const Column& truth, const RowPlace& place) {
  const auto of_classes = TRY(class_columns(columns.class_probabilities, table.names()));
  JudgedRows rows;
  rows.task = Task::Classification;
  for (const ClassColumn& column : of_classes) rows.classes.push_back(column.name);
  const std::size_t known = rows.classes.size();
  if (known < 2 || known > kMaxClasses)
    return invalid_input(cat("a classification has 2 to ", kMaxClasses,
                             " classes, and there are columns of probabilities of ", known));
  std::vector<std::string> names = rows.classes;
  rows.true_class = TRY(class_indices(truth, "truth", names, place));
  TRY(check_known_classes(truth, "truth", rows.true_class, names, known, place));
  auto values = TRY(class_probabilities(table, of_classes, place));
  if (columns.prediction.empty()) {
    rows.predicted_class = most_probable(values);
  } else {
    const Column* predicted = TRY_CONTEXT(table.column(columns.prediction), "prediction");
    rows.predicted_class = TRY(class_indices(*predicted, "prediction", names, place));
    TRY(check_known_classes(*predicted, "prediction", rows.predicted_class, names, known, place));
  }
  rows.positive = TRY(positive_class(rows.classes, columns.positive));
  rows.top = columns.top;
  if (known == 2)
    rows.probability = std::move(values[rows.positive]);
  else
    rows.class_probability = std::move(values);
  return rows;
}

Result<JudgedRows> judge_classes(const Table& table, const PredictionColumns& columns,
                                 const RowPlace& place) {
  const Column* truth = TRY_CONTEXT(table.column(columns.truth), "truth");
  if (table.row_count() == 0)
    return invalid_input("the data has no rows: there is nothing to judge");
  if (!columns.class_probabilities.empty()) {
    if (!columns.probability.empty())
      return invalid_input(
          "--probability is of one class and --class-probability of each: "
          "give one of them");
    return judge_class_probabilities(table, columns, *truth, place);
  }
  JudgedRows rows;
  rows.task = Task::Classification;
  rows.true_class = TRY(class_indices(*truth, "truth", rows.classes, place));
  if (!columns.prediction.empty()) {
    const Column* predicted = TRY_CONTEXT(table.column(columns.prediction), "prediction");
    rows.predicted_class = TRY(class_indices(*predicted, "prediction", rows.classes, place));
  }
  if (rows.classes.size() == 1)
    rows.classes.push_back(rows.classes[0] == "1" ? "0" : rows.classes[0] == "0" ? "1" : "(other)");
  rows.positive = TRY(positive_class(rows.classes, columns.positive));
  if (columns.probability.empty()) {
    if (columns.prediction.empty())
      return invalid_input(
          "a classification needs --prediction, --probability or --class-probability");
    return rows;
  }
  if (rows.classes.size() != 2)
    return invalid_input(cat("--probability is of one of two classes, and the truth '",
                             columns.truth, "' has ", rows.classes.size(), " (",
                             join(rows.classes, ", ").substr(0, 80),
                             "); --class-probability CLASS=COLUMN takes one for each"));
  rows.probability = TRY(probabilities(table, columns, place));
  if (!columns.prediction.empty()) return rows;
  rows.predicted_class.reserve(rows.size());
  for (const double probability : rows.probability)
    rows.predicted_class.push_back(static_cast<ClassIndex>(
        probability >= columns.threshold ? rows.positive : 1 - rows.positive));
  return rows;
}

// What the history says of a series.
struct SeriesScale {
  NaiveSums steps;
  double weight = 0;
};

Result<void> add_steps(const SeriesHistory& history, const PredictionColumns& columns,
                       const Groups& series, std::vector<SeriesScale>& scales) {
  const Table& table = *history.table;
  const Column* time = TRY(table.column(columns.time));
  const auto target = TRY(complete_column(table, columns.truth, "truth of the history"));
  std::vector<std::vector<std::size_t>> rows(series.names.size());
  for (std::size_t row = 0; row < target.size(); ++row) rows[series.of_row[row]].push_back(row);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::ranges::stable_sort(rows[i], [&](std::size_t a, std::size_t b) {
      return time->kind == ColumnKind::Number ? time->numbers[a] < time->numbers[b]
                                              : time->text(a) < time->text(b);
    });
    std::vector<double> values;
    for (const std::size_t row : rows[i]) values.push_back(target[row]);
    scales[i].steps.add_series(values, history.season);
  }
  return success();
}

Result<void> add_weights(const SeriesHistory& history, const PredictionColumns& columns,
                         const Groups& series, std::vector<SeriesScale>& scales) {
  const std::string& column = history.weight.empty() ? columns.truth : history.weight;
  const auto weights = TRY(complete_column(*history.table, column, "weight"));
  const Groups periods = TRY(periods_of(*history.table, columns.time));
  for (std::size_t row = 0; row < weights.size(); ++row)
    if (periods.of_row[row] + history.weight_periods >= periods.names.size())
      scales[series.of_row[row]].weight += weights[row];
  for (std::size_t i = 0; i < scales.size(); ++i)
    if (scales[i].weight < 0 && !history.weight.empty())
      return invalid_input(cat("the series '", series.names[i], "' weighs ",
                               short_number(scales[i].weight), " (the sum of '", column,
                               "' over the last ", history.weight_periods,
                               " periods), and weights are 0 or more"));
  return success();
}

Result<void> add_scales(const Table& table, const PredictionColumns& columns,
                        const SeriesHistory& history, JudgedRows& rows) {
  if (history.table == nullptr) return success();
  if (columns.series.empty() || columns.time.empty())
    return invalid_input("a history needs --series and --time");
  const Groups known = TRY_CONTEXT(group_rows(*history.table, columns.series), "history");
  std::vector<SeriesScale> scales(known.names.size());
  TRY_CONTEXT(add_steps(history, columns, known, scales), "history");
  TRY_CONTEXT(add_weights(history, columns, known, scales), "history");
  std::unordered_map<std::string, const SeriesScale*> by_name;
  for (std::size_t i = 0; i < scales.size(); ++i) by_name.emplace(known.names[i], &scales[i]);
  Groups series = TRY(group_rows(table, columns.series));
  const SeriesScale none;
  std::vector<const SeriesScale*> of_series;
  for (const std::string& name : series.names) {
    const auto found = by_name.find(name);
    of_series.push_back(found == by_name.end() ? &none : found->second);
    rows.series_weights.push_back(of_series.back()->weight);
  }
  for (const std::uint32_t one : series.of_row) {
    rows.naive_absolute.push_back(of_series[one]->steps.mean_absolute());
    rows.naive_squared.push_back(of_series[one]->steps.mean_squared());
  }
  rows.series = std::move(series.of_row);
  return success();
}

Result<void> add_intervals(const Table& table, const PredictionColumns& columns,
                           const RowPlace& place, JudgedRows& rows) {
  if (columns.low.empty() != columns.high.empty())
    return invalid_input("an interval has two ends: --low and --high");
  if (!columns.low.empty()) {
    rows.low = TRY(complete_column(table, columns.low, "lower end", place));
    rows.high = TRY(complete_column(table, columns.high, "upper end", place));
    for (std::size_t row = 0; row < rows.low.size(); ++row)
      if (rows.low[row] > rows.high[row])
        return invalid_input(cat(at_row(place, row), ": the interval begins at ",
                                 short_number(rows.low[row]), " ('", columns.low,
                                 "'), above its end ", short_number(rows.high[row]), " ('",
                                 columns.high, "'); are --low and --high the wrong way round?"));
  }
  for (const QuantileColumn& quantile : columns.quantiles) {
    auto values = TRY(complete_column(table, quantile.column, "quantile", place));
    rows.quantiles.push_back({quantile.quantile, std::move(values)});
  }
  return success();
}

Result<JudgedRows> judge_queries(const Table& table, const PredictionColumns& columns,
                                 const RowPlace& place) {
  if (columns.query.empty())
    return invalid_input("a ranking needs --query: the column that says which rows compete");
  const auto relevance = TRY(complete_column(table, columns.truth, "truth", place));
  for (std::size_t row = 0; row < relevance.size(); ++row)
    if (relevance[row] < 0)
      return invalid_input(cat(at_row(place, row), ": a relevance ('", columns.truth,
                               "') is 0 or more, not ", short_number(relevance[row])));
  JudgedRows rows;
  rows.task = Task::Ranking;
  rows.prediction = TRY(complete_column(table, columns.prediction, "prediction", place));
  const Groups queries = TRY(group_rows(table, columns.query));
  std::vector<std::pair<std::vector<double>, std::vector<double>>> items(queries.names.size());
  for (std::size_t row = 0; row < relevance.size(); ++row) {
    auto& [truth, scores] = items[queries.of_row[row]];
    truth.push_back(relevance[row]);
    scores.push_back(rows.prediction[row]);
  }
  const double none = std::numeric_limits<double>::quiet_NaN();
  for (const auto& [truth, scores] : items)
    rows.queries.push_back({ndcg(truth, scores, columns.k).value_or(none),
                            reciprocal_rank(truth, scores).value_or(none),
                            average_precision_of_query(truth, scores).value_or(none)});
  return rows;
}

// Rows by the text of their keys; each key once.
Result<std::unordered_map<std::string, std::size_t>> index_by_key(
    const Table& table, const std::vector<std::string>& keys, std::string_view what) {
  std::vector<const Column*> columns;
  for (const std::string& key : keys) columns.push_back(TRY_CONTEXT(table.column(key), what));
  std::unordered_map<std::string, std::size_t> rows;
  for (std::size_t row = 0; row < table.row_count(); ++row) {
    std::string text;
    for (const Column* column : columns) text += cat(column->text(row), "\x1f");
    const auto [place, added] = rows.try_emplace(std::move(text), row);
    if (!added)
      return invalid_input(cat(what, ": rows ", place->second + 1, " and ", row + 1,
                               " have the same ", join(keys, ", ")));
  }
  return rows;
}

Result<std::vector<std::size_t>> partners_by_key(const Table& data, const Table& predictions,
                                                 const std::vector<std::string>& keys) {
  const auto left = TRY(index_by_key(data, keys, "the data"));
  const auto right = TRY(index_by_key(predictions, keys, "the predictions"));
  std::vector<std::size_t> partners(data.row_count());
  std::vector<std::size_t> alone;
  for (const auto& [key, row] : left) {
    const auto found = right.find(key);
    if (found == right.end())
      alone.push_back(row);
    else
      partners[row] = found->second;
  }
  std::ranges::sort(alone);
  if (!alone.empty())
    return invalid_input(cat(grouped(alone.size()), " of ", row_count(data.row_count()),
                             " of the data have no prediction with the same ", join(keys, ", "),
                             " (", row_names(alone), ")"));
  if (right.size() > left.size()) {
    for (const auto& [key, row] : right)
      if (!left.contains(key)) alone.push_back(row);
    std::ranges::sort(alone);
    return invalid_input(cat(grouped(alone.size()), " of ",
                             plural(predictions.row_count(), "prediction"),
                             " belong to no row of the data (", row_names(alone), ")"));
  }
  return partners;
}

// Row by row, in the columns that both have.
Result<void> check_agreement(const Table& data, const Table& ordered, std::string_view what) {
  for (const Column& column : data.columns()) {
    const Column* other = ordered.find(column.name);
    if (other == nullptr) continue;
    for (std::size_t row = 0; row < data.row_count(); ++row)
      if (column.text(row) != other->text(row))
        return invalid_input(cat(what, "in row ", row + 1, " of the data ", column.name, " is '",
                                 column.text(row), "', in the predictions '", other->text(row),
                                 "'"));
  }
  return success();
}

Result<std::vector<std::size_t>> partners_by_place(const Table& data, const Table& predictions) {
  if (data.row_count() != predictions.row_count())
    return invalid_input(cat("the data has ", row_count(data.row_count()),
                             " and the predictions have ", grouped(predictions.row_count()),
                             "; every row needs one prediction (--key COLUMN,COLUMN says which "
                             "belongs to which)"));
  std::vector<std::size_t> same(data.row_count());
  for (std::size_t row = 0; row < same.size(); ++row) same[row] = row;
  return same;
}

}  // namespace

Task implied_task(const PredictionColumns& columns) {
  if (!columns.query.empty()) return Task::Ranking;
  if (!columns.probability.empty() || !columns.class_probabilities.empty() ||
      !columns.positive.empty())
    return Task::Classification;
  const bool forecast =
      !columns.series.empty() || !columns.low.empty() || !columns.quantiles.empty();
  return forecast ? Task::Forecast : Task::Regression;
}

std::vector<std::string> number_columns(Task task, const PredictionColumns& columns) {
  std::vector<std::string> names{columns.probability, columns.low, columns.high};
  if (task != Task::Classification) {
    names.push_back(columns.truth);
    names.push_back(columns.prediction);
  }
  for (const QuantileColumn& quantile : columns.quantiles) names.push_back(quantile.column);
  for (const ClassColumn& of_class : columns.class_probabilities)
    if (!of_class.name.empty()) names.push_back(of_class.column);
  std::erase(names, "");
  return names;
}

Result<std::vector<ClassColumn>> class_columns(const std::vector<ClassColumn>& asked,
                                               const std::vector<std::string>& header) {
  std::vector<ClassColumn> found;
  for (const ClassColumn& one : asked) {
    if (!one.name.empty()) {
      found.push_back(one);
      continue;
    }
    const std::size_t star = one.column.find('*');
    const std::string_view before = std::string_view(one.column).substr(0, star);
    const std::string_view after = std::string_view(one.column).substr(star + 1);
    const std::size_t count = found.size();
    for (const std::string& name : header)
      if (name.size() > before.size() + after.size() && name.starts_with(before) &&
          name.ends_with(after))
        found.push_back(
            {name.substr(before.size(), name.size() - before.size() - after.size()), name});
    if (found.size() == count)
      return not_found(cat("no column is called like '", one.column, "'; the columns are ",
                           join(header, ", ").substr(0, 200)));
  }
  for (std::size_t i = 0; i < found.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (found[i].name == found[j].name)
        return invalid_input(cat("the class '", found[i].name, "' has two columns of ",
                                 "probabilities, '", found[j].column, "' and '", found[i].column,
                                 "'"));
  return found;
}

Result<JudgedRows> judge_columns(const Table& table, Task task, const PredictionColumns& columns,
                                 const SeriesHistory& history, const RowPlace& place) {
  if (task == Task::Classification) return judge_classes(table, columns, place);
  if (!columns.probability.empty() || !columns.class_probabilities.empty())
    return invalid_input(
        cat("probabilities belong to a classification; this is ", to_string(task)));
  if (columns.prediction.empty())
    return invalid_input("say which column holds the predictions: --prediction COLUMN");
  if (task == Task::Ranking) return judge_queries(table, columns, place);
  auto truth = TRY(complete_column(table, columns.truth, "truth", place));
  auto prediction = TRY(complete_column(table, columns.prediction, "prediction", place));
  JudgedRows rows = judged_numbers(task, std::move(truth), std::move(prediction));
  rows.tweedie_power = columns.tweedie_power;
  if (task == Task::Regression) return rows;
  TRY(add_intervals(table, columns, place, rows));
  TRY(add_scales(table, columns, history, rows));
  return rows;
}

Result<Table> join_predictions(const Table& data, const Table& predictions,
                               const std::vector<std::string>& keys) {
  const auto partners = keys.empty() ? TRY(partners_by_place(data, predictions))
                                     : TRY(partners_by_key(data, predictions, keys));
  Table joined = data;
  const Table ordered = predictions.take(partners);
  TRY(check_agreement(data, ordered,
                      keys.empty() ? "the predictions are in another order than the data (--key "
                                     "COLUMN,COLUMN joins them): "
                                   : "data and predictions do not agree: "));
  for (const Column& column : ordered.columns())
    if (joined.find(column.name) == nullptr) joined.set_column(column);
  return joined;
}

std::vector<std::size_t> first_rows(const Groups& queries) {
  std::vector<std::size_t> first;
  for (std::size_t row = 0; row < queries.of_row.size(); ++row)
    if (queries.of_row[row] == first.size()) first.push_back(row);
  return first;
}

}  // namespace sluice::ml
