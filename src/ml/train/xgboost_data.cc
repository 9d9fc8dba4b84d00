#include "ml/train/xgboost_data.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "ml/data/number.h"

namespace sluice::ml {
namespace {

bool is_csv(const os::DirectoryEntry& entry) {
  return equal_ignoring_case(os::Path(entry.name).extension().string(), ".csv");
}

// The range that the objective can learn at all (src/objective of xgboost 1.7).
const char* label_problem(std::string_view objective, double label) {
  const bool logistic = objective == "reg:logistic" || objective == "binary:logistic";
  if (logistic && (label < 0 || label > 1)) return "must lie between 0 and 1";
  if ((objective == "count:poisson" || objective == "reg:tweedie") && label < 0)
    return "must not be negative";
  if (objective == "reg:gamma" && label <= 0) return "must be positive";
  if (objective == "reg:squaredlogerror" && label <= -1) return "must be greater than -1";
  return nullptr;
}

bool may_be_feature(const Column& column, const XgboostOptions& options) {
  const auto& excluded = options.exclude;
  return column.name != options.target && column.name != options.weight &&
         std::find(excluded.begin(), excluded.end(), column.name) == excluded.end();
}

// Whether most values of a column of text are numbers: then the others are likely mistakes.
bool is_mostly_numbers(const Column& column) {
  std::vector<bool> is_number;
  for (const std::string& text : column.dictionary)
    is_number.push_back(parse_number(text).has_value());
  std::size_t known = 0, numbers = 0;
  for (const std::int32_t code : column.codes) {
    if (code < 0) continue;
    ++known;
    if (is_number[static_cast<std::size_t>(code)]) ++numbers;
  }
  return 2 * numbers > known;
}

class RowsBuilder {
 public:
  RowsBuilder(const os::FileReader& files, const Table& table, const XgboostOptions& options,
              const os::Path& path)
      : files_(files), table_(table), options_(options), path_(path), file_(path.string()) {}

  Result<TrainingRows> build(LabelCheck check) {
    if (table_.row_count() == 0) return problem("it has a header but no rows to learn from");
    for (const std::string& name : options_.exclude)
      TRY_CONTEXT(table_.column(name), cat(file_, ": hyperparameter 'exclude'"));
    choose_features();
    if (rows_.features.empty()) return problem("no numeric column is left as a feature");
    TRY(add_labels(check));
    if (!options_.weight.empty()) TRY(add_weights());
    TRY(add_features());
    return std::move(rows_);
  }

 private:
  void choose_features() {
    rows_.features = options_.features;
    if (!rows_.features.empty()) return;
    for (const Column& column : table_.columns())
      if (may_be_feature(column, options_))
        (column.kind == ColumnKind::Number ? rows_.features : rows_.left_out)
            .push_back(column.name);
  }

  Error problem(std::string_view what) const { return invalid_input(cat(file_, ": ", what)); }
  Error problem(std::string_view kind, const Column& column, std::size_t row,
                std::string_view what) const {
    return problem(cat(kind, " '", column.name, "' ", what,
                       column.missing(row) ? "" : cat(": ", column.text(row)), " in ",
                       row_place(files_, path_, row)));
  }

  Result<const Column*> number_column(std::string_view kind, std::string_view name) const {
    return TRY_CONTEXT(table_.number_column(name), cat(file_, ": ", kind));
  }

  Result<void> add_labels(LabelCheck check) {
    const Column& column = *TRY(number_column("target", options_.target));
    for (std::size_t row = 0; row < column.size(); ++row) {
      const double label = column.numbers[row];
      if (std::isnan(label)) return problem("target", column, row, "is missing");
      if (const char* wrong = label_problem(options_.objective, label))
        return problem("target", column, row,
                       cat(wrong, " for ", options_.objective, " but is not"));
      rows_.labels.push_back(static_cast<float>(label));
      if (!std::isfinite(rows_.labels.back()))
        return problem("target", column, row, "is too large for a float");
    }
    const bool constant = std::all_of(rows_.labels.begin(), rows_.labels.end(),
                                      [&](float label) { return label == rows_.labels[0]; });
    if (constant && check == LabelCheck::MustVary)
      return problem(cat("target '", column.name, "' is ", column.text(0), " in every row (",
                         rows_.labels.size(), "): there is nothing to learn"));
    return success();
  }

  Result<void> add_weights() {
    const Column& column = *TRY(number_column("weight", options_.weight));
    for (std::size_t row = 0; row < column.size(); ++row) {
      const auto weight = static_cast<float>(column.numbers[row]);
      if (!std::isfinite(weight) || weight < 0)
        return problem("weight", column, row, "must be a number of at least 0 but is not");
      rows_.weights.push_back(weight);
    }
    return success();
  }

  Result<void> add_features() {
    const std::size_t width = rows_.features.size();
    rows_.values.resize(table_.row_count() * width);
    for (std::size_t f = 0; f < width; ++f) {
      const Column& column = *TRY(number_column("feature", rows_.features[f]));
      for (std::size_t row = 0; row < column.size(); ++row) {
        const auto value = static_cast<float>(column.numbers[row]);
        if (std::isinf(value)) return problem("feature", column, row, "is too large for a float");
        rows_.values[row * width + f] = value;
      }
    }
    return success();
  }

  const os::FileReader& files_;
  const Table& table_;
  const XgboostOptions& options_;
  const os::Path& path_;
  const std::string file_;
  TrainingRows rows_;
};

// Reading again with such columns fixed as numbers gives the error with its place.
Result<void> refuse_spoiled_columns(const os::FileReader& files, const os::Path& file,
                                    const Table& table, const XgboostOptions& options) {
  if (!options.features.empty()) return success();
  for (const Column& column : table.columns()) {
    if (column.kind == ColumnKind::Number || !may_be_feature(column, options) ||
        !is_mostly_numbers(column))
      continue;
    TableOptions strict;
    strict.columns = {column.name};
    strict.kinds[column.name] = ColumnKind::Number;
    const auto read = read_table(files, file, strict);
    if (!read.ok())
      return invalid_input(cat(read.error().describe(), ", while most values of the column are: ",
                               "correct it, or leave the column out (exclude: ", column.name, ")"));
  }
  return success();
}

}  // namespace

Result<os::Path> channel_file(const os::FileReader& files, const os::Path& data_folder,
                              std::string_view channel) {
  const os::Path folder = data_folder / channel;
  const auto entries = files.list(folder);
  if (!entries.ok())
    return not_found(cat("algorithm 'xgboost' needs a channel '", channel, "' with a CSV file"));
  std::vector<os::DirectoryEntry> found = *entries;
  if (found.size() > 1)
    found.erase(std::remove_if(found.begin(), found.end(), std::not_fn(is_csv)), found.end());
  // A link to the user's own file, which is what messages should name.
  if (found.size() == 1) return files.resolve(folder / found[0].name);
  return invalid_input(cat("channel '", channel, "' must hold one CSV file but holds ",
                           found.size(), " (", folder.string(), ")"));
}

Result<TrainingRows> read_training_rows(const os::FileReader& files, const os::Path& file,
                                        const XgboostOptions& options, LabelCheck check) {
  TableOptions reading;
  reading.kinds[options.target] = ColumnKind::Number;
  if (!options.weight.empty()) reading.kinds[options.weight] = ColumnKind::Number;
  for (const std::string& name : options.features) reading.kinds[name] = ColumnKind::Number;
  if (!options.features.empty())
    for (const auto& [name, kind] : reading.kinds) reading.columns.push_back(name);
  if (!options.features.empty())
    for (const std::string& name : options.exclude)
      if (reading.kinds.count(name) == 0) reading.columns.push_back(name);
  const Table table = TRY(read_table(files, file, reading));
  TRY(refuse_spoiled_columns(files, file, table, options));
  return RowsBuilder(files, table, options, file).build(check);
}

}  // namespace sluice::ml
