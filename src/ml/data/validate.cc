#include "ml/data/validate.h"

#include <algorithm>

#include "base/strings.h"
#include "ml/data/column_check.h"
#include "ml/data/foreign_key_check.h"
#include "ml/data/freshness_check.h"
#include "ml/data/key_check.h"
#include "ml/data/number.h"
#include "ml/data/row_rule_check.h"
#include "ml/data/row_source.h"
#include "ml/data/series_check.h"

namespace sluice::ml {

namespace {

constexpr std::size_t kShownNames = 12;

std::optional<std::size_t> index_of(const std::vector<std::string>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

std::string names_text(const std::vector<std::string>& names) {
  const std::size_t shown = std::min(names.size(), kShownNames);
  std::string text = join(std::span(names).first(shown), ", ");
  if (shown < names.size()) text += cat(" and ", names.size() - shown, " more");
  return text;
}

// The name that a lost column may have now: alike, or one that holds it ("price", "unit_price").
std::string_view likely_name(std::string_view lost, const std::vector<std::string>& names) {
  if (const auto near = nearest(lost, names); !near.empty()) return near;
  for (const std::string& name : names)
    if (name.size() > 2 && lost.size() > 2 &&
        (name.find(lost) != std::string::npos || lost.find(name) != std::string_view::npos))
      return name;
  return {};
}

class Validation {
 public:
  Validation(const Schema& schema, const ValidateOptions& options)
      : schema_(schema), options_(options), nulls_(schema.nulls) {}

  Result<ValidationReport> run(const os::FileReader& files, const Inputs& inputs);

 private:
  Result<void> prepare(const os::FileReader& files, const std::vector<std::string>& header);
  void count_checks();
  void prepare_rules();
  Result<void> prepare_foreign_keys(const os::FileReader& files);
  void not_checked(std::string_view what, const Error& error);
  Result<void> check_masked() const;
  bool is_masked(const std::string& column) const;
  Values values_of(const std::string& column) const {
    return is_masked(column) ? Values::Hidden : Values::Shown;
  }
  void mask();
  void prepare_keys();
  void add_key(Rule rule, const std::vector<std::string>& names, Severity severity);
  void check_header();
  void check_lost_column(const ColumnRule& rule, const std::vector<std::string>& unknown);
  void check_block(const CsvBlock& block);
  void check_rows(const CsvBlock& block, std::size_t begin, std::size_t end);
  void report_unreadable();
  void report_row_count();
  Result<void> second_pass(const os::FileReader& files, const Inputs& inputs);

  const Schema& schema_;
  const ValidateOptions& options_;
  NullSpellings nulls_;
  std::vector<std::string> header_;
  std::vector<GroupColumn> groups_;
  std::vector<ColumnCheck> columns_;
  std::vector<KeyCheck> keys_;
  std::vector<RowRuleCheck> rules_;
  std::vector<ForeignKeyCheck> foreign_keys_;
  std::vector<SeriesCheck> series_;
  std::vector<FreshnessCheck> freshness_;
  std::vector<CsvProblem> problems_;
  ValidationReport report_;
};

Result<void> Validation::prepare(const os::FileReader& files,
                                 const std::vector<std::string>& header) {
  header_ = header;
  TRY(check_masked());
  for (const std::string& name : schema_.report_by)
    if (const auto field = index_of(header_, name); field && !is_masked(name))
      groups_.push_back({name, *field, {}});
  for (const ColumnRule& rule : schema_.columns)
    if (const auto field = index_of(header_, rule.name))
      columns_.emplace_back(rule, *field, nulls_, groups_, options_.max_samples,
                            values_of(rule.name));
  prepare_keys();
  prepare_rules();
  TRY(prepare_foreign_keys(files));
  count_checks();
  return success();
}

// What the file lacks for it; that the column is lost is a violation of its own.
void Validation::not_checked(std::string_view what, const Error& error) {
  report_.notes.push_back(cat(what, " was not checked: ", error.describe()));
}

void Validation::prepare_rules() {
  for (const RowRule& rule : schema_.rules) {
    auto check = RowRuleCheck::create(rule, header_, nulls_, groups_, options_.max_samples);
    if (check.ok())
      rules_.push_back(std::move(check).value());
    else
      not_checked(cat("the rule '", rule.name, "'"), check.error());
  }
  for (const SeriesRule& rule : schema_.series) {
    auto check = SeriesCheck::create(rule, header_, nulls_, options_.max_samples);
    if (check.ok())
      series_.push_back(std::move(check).value());
    else
      not_checked(cat("the series by '", rule.time, "'"), check.error());
  }
  for (const FreshnessRule& rule : schema_.freshness) {
    if (const auto field = index_of(header_, rule.column))
      freshness_.emplace_back(rule, *field, options_.now, values_of(rule.column));
    else
      not_checked("freshness",
                  Error(ErrorCode::NotFound, cat("the file has no column '", rule.column, "'")));
  }
}

Result<void> Validation::prepare_foreign_keys(const os::FileReader& files) {
  for (const ForeignKey& key : schema_.foreign_keys) {
    bool lost = false;
    for (const std::string& name : key.columns) lost = lost || !index_of(header_, name);
    if (lost) {
      not_checked(cat("the foreign key (", join(key.columns, ", "), ")"),
                  Error(ErrorCode::NotFound, "the file lacks one of these columns"));
      continue;
    }
    foreign_keys_.push_back(
        TRY_CONTEXT(ForeignKeyCheck::create(files, options_.folder, key, header_, nulls_, groups_,
                                            options_.max_samples),
                    cat("foreign key (", join(key.columns, ", "), ")")));
  }
  return success();
}

void Validation::count_checks() {
  const auto add = [this](Rule rule, std::vector<std::string> columns) {
    report_.performed.push_back({std::string(to_string(rule)), std::move(columns)});
  };
  for (const Rule rule : {Rule::UnreadableRow, Rule::RowCount, Rule::ExtraColumn}) add(rule, {});
  for (const ColumnRule& rule : schema_.columns) add(Rule::MissingColumn, {rule.name});
  for (const ColumnCheck& column : columns_)
    for (const Rule rule : column.rules()) add(rule, {column.name()});
  for (const KeyCheck& key : keys_) add(key.columns().rule, key.columns().names);
  for (const RowRule& rule : schema_.rules) report_.performed.push_back({rule.name, {}});
  for (const ForeignKey& key : schema_.foreign_keys) add(Rule::ForeignKey, key.columns);
  for (const SeriesRule& rule : schema_.series)
    for (const Rule kind : {Rule::SeriesGap, Rule::SeriesRepeat}) {
      std::vector<std::string> columns = rule.by;
      columns.push_back(rule.time);
      add(kind, std::move(columns));
    }
  for (const FreshnessRule& rule : schema_.freshness) add(Rule::Freshness, {rule.column});
  report_.checks = report_.performed.size();
}

// A name that is mistyped would show what is to be hidden.
Result<void> Validation::check_masked() const {
  for (const std::string& name : options_.masked)
    if (!index_of(header_, name) && schema_.find(name) == nullptr)
      return not_found(
          cat("there is no column '", name, "' to be masked", did_you_mean(name, header_)));
  return success();
}

bool Validation::is_masked(const std::string& column) const {
  const auto names = [&](const std::vector<std::string>& masked) {
    return std::find(masked.begin(), masked.end(), column) != masked.end();
  };
  return names(schema_.masked) || names(options_.masked);
}

// They are not grouped by either: prepare() leaves them out.
void Validation::mask() {
  for (Violation& violation : report_.violations) {
    const auto& columns = violation.columns;
    if (std::none_of(columns.begin(), columns.end(),
                     [this](const std::string& name) { return is_masked(name); }))
      continue;
    for (ViolationSample& sample : violation.samples) sample.value = "•••";
  }
}

void Validation::add_key(Rule rule, const std::vector<std::string>& names, Severity severity) {
  KeyCheck::Columns columns{rule, names, {}, severity};
  for (const std::string& name : names) {
    const auto field = index_of(header_, name);
    if (!field) {
      report_.notes.push_back(cat("uniqueness of (", join(names, ", "),
                                  ") was not checked: the file has no column '", name, "'"));
      return;
    }
    columns.fields.push_back(*field);
  }
  keys_.emplace_back(std::move(columns), nulls_, groups_, options_.max_samples, options_.key_slots);
}

void Validation::prepare_keys() {
  for (const ColumnRule& rule : schema_.columns)
    if (rule.uniqueness == Uniqueness::Unique)
      add_key(Rule::Unique, {rule.name}, rule.severities.of(Rule::Unique));
  for (const std::vector<std::string>& key : schema_.keys) add_key(Rule::Key, key, Severity::Fail);
}

void Validation::check_lost_column(const ColumnRule& rule,
                                   const std::vector<std::string>& unknown) {
  if (rule.presence == Presence::Optional || index_of(header_, rule.name)) return;
  Violation violation{.rule = Rule::MissingColumn, .columns = {rule.name}};
  violation.severity = rule.severities.of(Rule::MissingColumn);
  violation.message = cat("the column '", rule.name, "' is missing");
  std::string_view likely = likely_name(rule.name, unknown);
  if (likely.empty() && unknown.size() == 1) likely = unknown[0];
  if (!likely.empty())
    violation.message += cat("; the file has '", likely, "', which the schema does not know");
  else if (const auto near = likely_name(rule.name, header_); !near.empty())
    violation.message += cat("; the nearest name in the file is '", near, "'");
  violation.remarks.push_back(cat("the columns of the file: ", names_text(header_)));
  if (header_.size() == 1 && header_[0].find_first_of(";\t|,") != std::string::npos)
    violation.remarks.push_back("there is a single column: is 'delimiter' of the schema right?");
  report_.violations.push_back(std::move(violation));
}

void Validation::check_header() {
  std::vector<std::string> unknown;
  for (const std::string& name : header_)
    if (schema_.find(name) == nullptr) unknown.push_back(name);
  for (const ColumnRule& rule : schema_.columns) check_lost_column(rule, unknown);
  if (!unknown.empty() && std::all_of(unknown.begin(), unknown.end(), [](const std::string& name) {
        return parse_number(name).has_value();
      }))
    report_.notes.push_back(
        "the names in the header are numbers: is it a row of data? --no-header reads it as one");
  if (schema_.extra_columns == ExtraColumns::Allow) return;
  for (const std::string& name : unknown) {
    Violation violation{.rule = Rule::ExtraColumn, .columns = {name}};
    violation.message = cat("the column '", name, "' is not in the schema");
    report_.violations.push_back(std::move(violation));
  }
}

void Validation::check_rows(const CsvBlock& block, std::size_t begin, std::size_t end) {
  for (GroupColumn& group : groups_)
    for (std::size_t row = begin; row < end; ++row)
      group.rows.add(block.fields[row * block.columns + group.field]);
  for (ColumnCheck& column : columns_) column.check(block, begin, end);
  for (RowRuleCheck& rule : rules_) rule.check(block, begin, end);
}

void Validation::check_block(const CsvBlock& block) {
  report_.rows += block.rows.size();
  report_.unreadable += block.problem_count;
  for (const CsvProblem& problem : block.problems)
    if (problems_.size() < options_.max_samples) problems_.push_back(problem);
  // Few rows at a time, so that they stay close to the processor while all look at them.
  constexpr std::size_t kTogether = 128;
  for (std::size_t begin = 0; begin < block.rows.size(); begin += kTogether)
    check_rows(block, begin, std::min(begin + kTogether, block.rows.size()));
  for (KeyCheck& key : keys_) key.add(block);
  for (ForeignKeyCheck& key : foreign_keys_) key.check(block);
  for (SeriesCheck& series : series_) series.check(block);
  for (FreshnessCheck& freshness : freshness_) freshness.check(block);
}

void Validation::report_unreadable() {
  if (report_.unreadable == 0) return;
  Violation violation{.rule = Rule::UnreadableRow, .columns = {}, .count = report_.unreadable};
  if (options_.bad_rows == BadRows::Warn) violation.severity = Severity::Warn;
  violation.message = cat(rows_text(report_.unreadable), " cannot be read");
  for (const CsvProblem& problem : problems_)
    violation.samples.push_back({problem.position, problem.message, std::nullopt});
  report_.violations.push_back(std::move(violation));
}

void Validation::report_row_count() {
  const std::uint64_t rows = report_.rows;
  Violation violation{.rule = Rule::RowCount, .columns = {}};
  const std::string found = cat("the file has ", rows == 0 ? "no rows" : rows_text(rows));
  if (rows < schema_.min_rows)
    violation.message = cat(found, "; at least ", grouped(schema_.min_rows), " are expected");
  else if (schema_.max_rows && rows > *schema_.max_rows)
    violation.message = cat(found, "; at most ", grouped(*schema_.max_rows), " are expected");
  if (!violation.message.empty()) report_.violations.push_back(std::move(violation));
}

Result<void> Validation::second_pass(const os::FileReader& files, const Inputs& inputs) {
  const bool needed = std::any_of(keys_.begin(), keys_.end(),
                                  [](const KeyCheck& key) { return key.needs_second_pass(); });
  if (!needed || inputs.has_standard_input())
    return success();  // what was counted by hash is reported
  const auto reader = TRY(open_rows(files, inputs, {schema_.csv}));
  CsvBlock block;
  while (TRY(reader->next(block)))
    for (KeyCheck& key : keys_) key.add_again(block);
  return success();
}

Result<ValidationReport> Validation::run(const os::FileReader& files, const Inputs& inputs) {
  auto reader = TRY(open_rows(files, inputs, {schema_.csv}));
  if (options_.bad_rows == BadRows::Stop) reader = fail_on_bad_rows(std::move(reader));
  report_.file = inputs.name();
  report_.files = reader->facts().files;
  report_.schema = options_.schema_name;
  TRY(prepare(files, reader->header()));
  CsvBlock block;
  while (TRY(reader->next(block))) check_block(block);
  report_.bytes = reader->bytes_read();
  TRY(second_pass(files, inputs));
  check_header();
  report_unreadable();
  report_row_count();
  for (const ColumnCheck& column : columns_) column.report(report_.violations, report_.rows);
  for (const KeyCheck& key : keys_) key.report(report_.violations, report_.notes, report_.rows);
  for (const RowRuleCheck& rule : rules_) {
    rule.report(report_.violations, report_.rows);
    if (std::string note = rule.note(report_.rows); !note.empty())
      report_.notes.push_back(std::move(note));
  }
  for (const ForeignKeyCheck& key : foreign_keys_) key.report(report_.violations, report_.rows);
  for (SeriesCheck& series : series_) series.report(report_.violations, report_.notes);
  for (const FreshnessCheck& freshness : freshness_) freshness.report(report_.violations);
  mask();
  return std::move(report_);
}

}  // namespace

Result<ValidationReport> validate_data(const os::FileReader& files, const Inputs& inputs,
                                       const Schema& schema, const ValidateOptions& options) {
  return Validation(schema, options).run(files, inputs);
}

}  // namespace sluice::ml
