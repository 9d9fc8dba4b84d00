#include "ml/expectations/suite_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "ml/data/nulls.h"
#include "ml/data/number.h"
#include "ml/data/violation_tally.h"

namespace sluice::ml::expectations {
namespace {

constexpr std::size_t kShownProblems = 5;
constexpr std::size_t kShownValues = 5;

// Turns the rows of a block into cells, for the columns that are asked for.
class BatchMaker {
 public:
  BatchMaker(const std::vector<bool>& needed, const std::vector<std::string>& nulls)
      : needed_(needed), nulls_(nulls) {
    batch_.columns.resize(needed.size());
  }

  const Batch& make(const CsvBlock& block) {
    batch_.rows = block.rows.size();
    batch_.positions = block.rows;
    for (std::size_t field = 0; field < needed_.size(); ++field) {
      if (!needed_[field]) continue;
      std::vector<Cell>& cells = batch_.columns[field];
      cells.resize(batch_.rows);
      for (std::size_t row = 0; row < batch_.rows; ++row) {
        const std::string_view text = block.fields[row * block.columns + field];
        cells[row] = nulls_.contains(text) ? Cell() : cell_of_field(text);
      }
    }
    return batch_;
  }

 private:
  const std::vector<bool>& needed_;
  NullSpellings nulls_;
  Batch batch_;
};

Result<void> first_pass(RowSource& source, BatchMaker& maker, Session& session, SuiteRun& run) {
  CsvBlock block;
  while (TRY(source.next(block))) {
    session.feed(maker.make(block));
    run.rows += block.rows.size();
    run.unreadable += block.problem_count;
    for (const CsvProblem& problem : block.problems)
      if (run.problems.size() < kShownProblems) run.problems.push_back(problem);
  }
  run.bytes = source.bytes_read();
  return success();
}

Result<void> later_pass(RowSource& source, BatchMaker& maker, Session& session) {
  CsvBlock block;
  while (TRY(source.next(block))) session.feed(maker.make(block));
  return success();
}

// As people write it: numbers without an exponent, texts without quotes.
std::string value_text(const Json& value) {
  if (value.is_object() || value.is_array()) return shortened(sluice::to_text(value));
  const Cell cell = cell_of(value);
  return shortened(cell.kind == CellKind::Number ? number_text(cell.number)
                                                 : expectations::to_text(cell));
}

std::string argument_text(const Configuration& configuration) {
  constexpr std::array<std::string_view, 5> kNotShown = {"result_format", "catch_exceptions",
                                                         "include_config", "meta", "batch_id"};
  std::string text;
  for (const auto& member : configuration.kwargs) {
    const std::string_view key = member.key();
    if (std::find(kNotShown.begin(), kNotShown.end(), key) != kNotShown.end()) continue;
    text += cat(text.empty() ? "" : ", ", key, "=", value_text(member.value()));
  }
  return cat(configuration.type, "(", text, ")");
}

std::uint64_t count_of(const JsonObject& result, std::string_view key) {
  const Json* value = find(result, key);
  return value == nullptr || !value->is_number()
             ? 0
             : static_cast<std::uint64_t>(cell_of(*value).number);
}

// "23 of 1 000 values are unexpected (2.3 %)", or what was observed.
std::string finding(const Judgement& judgement) {
  if (!judgement.exception.empty()) return cat("could not be judged: ", judgement.exception);
  const JsonObject& result = judgement.result;
  const Json* unexpected_values = find(result, "partial_unexpected_list");
  if (find(result, "element_count") == nullptr && unexpected_values != nullptr)
    return cat("unexpected ", plural(count_of(result, "unexpected_count"), "value"), ": ",
               value_text(*unexpected_values));
  if (find(result, "unexpected_count") != nullptr) {
    const std::uint64_t unexpected = count_of(result, "unexpected_count");
    const std::uint64_t all = count_of(result, "element_count") - count_of(result, "missing_count");
    return fmt::format(
        "{} of {} values unexpected ({:.3g} %)", grouped(unexpected), grouped(all),
        all == 0 ? 0.0 : 100 * static_cast<double>(unexpected) / static_cast<double>(all));
  }
  if (const Json* observed = find(result, "observed_value"))
    return cat("observed ", value_text(*observed));
  return "not so";
}

void add_samples(const Judgement& judgement, Violation& violation) {
  const Json* values = find(judgement.result, "partial_unexpected_list");
  if (values == nullptr || !values->is_array()) return;
  const JsonArray& list = values->get_array();
  const std::size_t shown = std::min({list.size(), judgement.positions.size(), kShownValues});
  for (std::size_t i = 0; i < shown; ++i)
    violation.samples.push_back({judgement.positions[i], value_text(list[i]), std::nullopt});
}

Violation violation_of(const SuiteExpectation& expectation, const Judgement& judgement) {
  Violation violation{.rule = Rule::Expectation, .columns = judgement.columns};
  violation.severity = expectation.severity;
  violation.check = expectation.configuration.type;
  // Without elements it is about different values, not about rows.
  if (find(judgement.result, "element_count") != nullptr)
    violation.count = count_of(judgement.result, "unexpected_count");
  violation.message = cat(argument_text(expectation.configuration), ": ", finding(judgement));
  if (const Json* details = find(judgement.result, "details");
      details != nullptr && details->is_object())
    if (const Json* estimated = find(details->get_object(), "estimated"))
      violation.remarks.push_back(value_text(*estimated));
  add_samples(judgement, violation);
  return violation;
}

void add_unreadable(const SuiteRun& run, ValidationReport& report) {
  if (run.unreadable == 0) return;
  Violation violation{.rule = Rule::UnreadableRow, .columns = {}, .count = run.unreadable};
  if (run.bad_rows == BadRows::Warn) violation.severity = Severity::Warn;
  violation.message = cat(rows_text(run.unreadable), " cannot be read");
  for (const CsvProblem& problem : run.problems)
    violation.samples.push_back({problem.position, problem.message, std::nullopt});
  report.violations.push_back(std::move(violation));
}

}  // namespace

bool SuiteRun::passed(const Suite& suite) const {
  if (unreadable > 0 && bad_rows != BadRows::Warn) return false;
  for (std::size_t i = 0; i < judgements.size(); ++i)
    if (!judgements[i].success && suite.expectations[i].severity == Severity::Fail) return false;
  return true;
}

Result<SuiteRun> run_suite(const os::FileReader& files, const Inputs& inputs, const Suite& suite,
                           const SuiteRunOptions& options) {
  SuiteRun run;
  run.file = inputs.name();
  run.notes = suite.notes;
  run.bad_rows = options.bad_rows;
  auto source = TRY(open_rows(files, inputs, options.read));
  if (options.bad_rows == BadRows::Stop) source = fail_on_bad_rows(std::move(source));
  run.files = source->facts().files;
  Header header;
  header.columns = source->header();
  header.source = Header::Source::TextFile;
  header.masked = options.masked;
  for (const std::string& name : options.masked)
    if (!header.find(name))
      return not_found(
          cat("there is no column '", name, "' to be masked", did_you_mean(name, header.columns)));
  SessionOptions with = options.session;
  for (const auto& parameter : suite.parameters)
    with.parameters.values.emplace(parameter.key(), parameter.value());
  Session session(header, std::move(with));
  for (const SuiteExpectation& expectation : suite.expectations)
    session.add(expectation.configuration);
  BatchMaker maker(session.needed(), options.nulls);
  TRY(first_pass(*source, maker, session, run));
  while (session.again()) {
    if (inputs.has_standard_input())
      return invalid_input(
          "standard input cannot be read a second time, which repeats and z-scores need: give a "
          "file");
    const auto again = TRY(open_rows(files, inputs, options.read));
    TRY(later_pass(*again, maker, session));
  }
  run.judgements = session.judgements();
  for (std::size_t i = 0; i < run.judgements.size(); ++i)
    for (const std::string& key : run.judgements[i].ignored)
      run.notes.push_back(
          cat(suite.expectations[i].configuration.type, ": '", key, "' has no effect"));
  return run;
}

JsonObject suite_result_json(const Suite& suite, const SuiteRun& run) {
  JsonArray results;
  std::size_t successful = 0;
  for (std::size_t i = 0; i < run.judgements.size(); ++i) {
    if (run.judgements[i].success) ++successful;
    results.push_back(result_json(suite.expectations[i].configuration, run.judgements[i]));
  }
  const std::size_t all = run.judgements.size();
  const double percent = 100 * static_cast<double>(successful) / static_cast<double>(all);
  JsonArray notes(run.notes.begin(), run.notes.end());
  return {{"success", run.passed(suite)},
          {"statistics", JsonObject{{"evaluated_expectations", all},
                                    {"successful_expectations", successful},
                                    {"unsuccessful_expectations", all - successful},
                                    {"success_percent", percent}}},
          {"results", std::move(results)},
          {"evaluation_parameters", suite.parameters},
          {"meta", JsonObject{{"expectation_suite_name", suite.name},
                              {"batch_kwargs", JsonObject{{"path", run.file}}},
                              {"rows", run.rows},
                              {"unreadable_rows", run.unreadable},
                              {"notes", std::move(notes)}}}};
}

ValidationReport suite_report(const Suite& suite, const SuiteRun& run,
                              std::string_view suite_file) {
  ValidationReport report;
  report.file = run.file;
  report.files = run.files;
  report.schema = suite_file;
  report.rows = run.rows;
  report.unreadable = run.unreadable;
  report.bytes = run.bytes;
  report.checks = run.judgements.size();
  report.notes = run.notes;
  add_unreadable(run, report);
  for (std::size_t i = 0; i < run.judgements.size(); ++i) {
    const SuiteExpectation& expectation = suite.expectations[i];
    report.performed.push_back({expectation.configuration.type, run.judgements[i].columns});
    if (!run.judgements[i].success)
      report.violations.push_back(violation_of(expectation, run.judgements[i]));
  }
  return report;
}

}  // namespace sluice::ml::expectations
