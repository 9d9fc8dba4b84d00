#include "cli/data_validate_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "base/strings.h"
#include "cli/profile_command.h"
#include "cli/reading_options.h"
#include "cli/validation_sarif.h"
#include "ml/data/history_check.h"
#include "ml/data/schema.h"
#include "ml/data/validate.h"
#include "ml/data/validation_html.h"
#include "ml/data/validation_junit.h"
#include "ml/data/value.h"
#include "ml/expectations/catalogue.h"
#include "ml/expectations/suite_run.h"

namespace sluice::cli {
namespace {

namespace gx = ml::expectations;

struct ValidateCommand {
  std::vector<std::string> files;
  std::string schema;
  std::string suite;
  std::string format = "text";
  ReadingArguments reading;
  std::string as_of;
  std::vector<std::string> reports;
  std::vector<std::string> parameters;
  std::vector<std::string> masked;
  std::vector<std::string> history;
  std::string detail = "SUMMARY";
  std::string bad_rows = "fail";
  bool json = false;
};

// Shared by the command's options, which CLI11 fills, and the action that reads them later.
using ValidateCommandPtr = std::shared_ptr<ValidateCommand>;

// What was found, in our own form and, of a suite, in that of Great Expectations.
struct Found {
  ml::ValidationReport report;
  JsonObject gx;
  ml::ProfileOptions reading;       // for pictures of the columns
  std::vector<std::string> masked;  // by the schema and the command
};

ml::Inputs inputs_of(const ValidateCommand& command) {
  return ml::Inputs(command.files);
}

ml::BadRows bad_rows_of(const ValidateCommand& command) {
  if (command.bad_rows == "stop") return ml::BadRows::Stop;
  return command.bad_rows == "warn" ? ml::BadRows::Warn : ml::BadRows::Fail;
}

Result<double> read_now(const Context& context, const ValidateCommand& command) {
  if (command.as_of.empty())
    return static_cast<double>(context.world.clock.now().time_since_epoch().count()) / 1e6;
  if (const auto date = ml::parse_date(command.as_of)) return *date;
  return invalid_input(cat("--as-of '", command.as_of, "' is not a date (YYYY-MM-DD)"));
}

Result<std::map<std::string, Json>> read_parameters(const ValidateCommand& command) {
  std::map<std::string, Json> values;
  for (const std::string& text : command.parameters) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return invalid_input(cat("--parameter '", text, "': expected NAME=VALUE"));
    const auto value = parse_json(text.substr(equals + 1));
    values[text.substr(0, equals)] = value.ok() ? *value : Json(text.substr(equals + 1));
  }
  return values;
}

Result<void> compare_with_history(Context& context, const ValidateCommand& command,
                                  const ml::HistoryRule& rule, Found& found) {
  if (inputs_of(command).has_standard_input())
    return invalid_input("--history reads the data twice: give a file, not standard input");
  std::vector<ml::DataProfile> earlier;
  for (const std::string& file : command.history)
    earlier.push_back(TRY(find_profile(context, file, found.reading)));
  const ml::DataProfile now =
      TRY(ml::profile_data(context.world.files, inputs_of(command), found.reading));
  ml::HistoryFindings findings = ml::check_history(now, earlier, rule, found.masked);
  ml::ValidationReport& report = found.report;
  report.checks += findings.checks;
  for (ml::Violation& violation : findings.violations)
    report.violations.push_back(std::move(violation));
  for (std::string& note : findings.notes) report.notes.push_back(std::move(note));
  return success();
}

Result<Found> check_suite(Context& context, const ValidateCommand& command) {
  const std::string text = TRY(context.world.files.read(command.suite));
  const gx::Suite suite = TRY(gx::parse_suite(text, command.suite));
  gx::SuiteRunOptions options;
  options.read = TRY(reading_options(command.reading));
  options.masked = command.masked;
  options.bad_rows = bad_rows_of(command);
  options.session.parameters.now = TRY(read_now(context, command));
  options.session.parameters.values = TRY(read_parameters(command));
  const JsonObject detail{{"result_format", command.detail}};
  options.session.format = TRY(gx::read_result_format(gx::Arguments(detail), {}));
  const gx::SuiteRun run =
      TRY(gx::run_suite(context.world.files, inputs_of(command), suite, options));
  Found found;
  found.report = gx::suite_report(suite, run, command.suite);
  found.gx = gx::suite_result_json(suite, run);
  found.reading.csv = options.read.csv;
  found.masked = command.masked;
  if (!command.history.empty()) TRY(compare_with_history(context, command, {}, found));
  return found;
}

Result<Found> check_schema(Context& context, const ValidateCommand& command) {
  const std::string text = TRY(context.world.files.read(command.schema));
  ml::Schema schema = TRY(ml::parse_schema(text, command.schema));
  TRY(apply_reading_options(command.reading, schema.csv));
  ml::ValidateOptions how;
  how.schema_name = command.schema;
  how.folder = os::Path(command.schema).parent_path();
  how.now = TRY(read_now(context, command));
  how.masked = command.masked;
  how.bad_rows = bad_rows_of(command);
  Found found;
  found.report = TRY(ml::validate_data(context.world.files, inputs_of(command), schema, how));
  found.reading.csv = schema.csv;
  found.reading.nulls = schema.nulls;
  found.masked = schema.masked;
  found.masked.insert(found.masked.end(), command.masked.begin(), command.masked.end());
  if (!command.history.empty()) TRY(compare_with_history(context, command, schema.history, found));
  return found;
}

Result<std::string> as_html(Context& context, const ValidateCommand& command, const Found& found) {
  if (inputs_of(command).has_standard_input())
    return invalid_input("the HTML report reads the data twice: give a file, not standard input");
  const ml::DataProfile profile =
      TRY(ml::profile_data(context.world.files, inputs_of(command), found.reading));
  return ml::report_html(found.report, profile, {.masked = found.masked});
}

Result<std::string> formatted(Context& context, const ValidateCommand& command, const Found& found,
                              std::string_view format) {
  if (format == "text") return ml::report_text(found.report);
  if (format == "markdown") return ml::report_markdown(found.report);
  if (format == "json") return cat(to_pretty_text(ml::to_json(found.report)), "\n");
  if (format == "junit") return ml::report_junit(found.report);
  if (format == "sarif") return cat(to_pretty_text(report_sarif(found.report)), "\n");
  if (format == "html") return as_html(context, command, found);
  if (found.gx.empty())
    return invalid_input("--format gx goes with --suite: a schema has no expectations");
  return cat(to_pretty_text(found.gx), "\n");
}

struct Ending {
  std::string_view ending;
  std::string_view format;
};
constexpr Ending kEndings[] = {{".gx.json", "gx"},
                               {".json", "json"},
                               {".xml", "junit"},
                               {".sarif", "sarif"},
                               {".html", "html"}};

// What a report is written as follows from its name.
std::string_view format_of(std::string_view name) {
  for (const Ending& known : kEndings)
    if (name.ends_with(known.ending)) return known.format;
  return "markdown";
}

Result<int> validate(Context& context, const ValidateCommand& command) {
  if (command.schema.empty() == command.suite.empty())
    return invalid_input(command.schema.empty()
                             ? "data validate needs --schema or --suite"
                             : "data validate takes --schema or --suite, not both");
  const Found found =
      TRY(command.suite.empty() ? check_schema(context, command) : check_suite(context, command));
  for (const std::string& report : command.reports)
    TRY(context.world.files.write(report,
                                  TRY(formatted(context, command, found, format_of(report)))));
  context.terminal.out(
      TRY(formatted(context, command, found, command.json ? "json" : command.format)));
  return found.report.passed() ? 0 : 1;
}

Result<int> list_expectations(Context& context, const bool& json) {
  if (!json) {
    std::string text;
    for (const gx::ExpectationType& type : gx::catalogue())
      text += fmt::format("{:<74} {:<12} {}\n", type.name, gx::to_string(type.domain),
                          gx::to_string(type.cost));
    context.terminal.out(text + plural(gx::catalogue().size(), "expectation") + "\n");
    return 0;
  }
  JsonArray types;
  for (const gx::ExpectationType& type : gx::catalogue())
    types.push_back(JsonObject{{"type", type.name},
                               {"domain", gx::to_string(type.domain)},
                               {"cost", gx::to_string(type.cost)}});
  context.terminal.out(to_pretty_text(JsonObject{{"expectations", std::move(types)}}) + "\n");
  return 0;
}

}  // namespace

void add_data_validate_command(CLI::App& data, Chosen& chosen) {
  const auto options = std::make_shared<ValidateCommand>();
  CLI::App& command = *data.add_subcommand(
      "validate", "Check data files against their schema; exit status 1 when they do not fit");
  command
      .add_option("files", options->files,
                  "CSV or JSON Lines, plain or packed (.gz, .zst), or Parquet; also folders or "
                  "quoted patterns; - is standard input. Several are checked as one")
      ->required();
  command.add_option("--schema", options->schema, "The schema, a YAML file");
  command.add_option("--suite", options->suite,
                     "An expectation suite of Great Expectations (0.x or 1.x), a JSON file");
  command.add_option("--format", options->format, "What is printed")
      ->check(CLI::IsMember({"text", "json", "markdown", "junit", "sarif", "html", "gx"}))
      ->capture_default_str();
  command.add_flag("--json", options->json, "Print the report as JSON");
  command.add_option(
      "--report", options->reports,
      "Also write the report to this file; by its ending as JSON (.json), JUnit (.xml), "
      "SARIF (.sarif), HTML (.html), of a suite .gx.json, else as Markdown");
  add_reading_options(command, options->reading);
  command
      .add_option("--bad-rows", options->bad_rows,
                  "Rows that cannot be read: count them and fail, count them and warn, or stop at "
                  "the first")
      ->check(CLI::IsMember({"fail", "warn", "stop"}))
      ->capture_default_str();
  command.add_option("--history", options->history,
                     "Profiles of earlier data, to be compared with: files, or digests of stored "
                     "ones; may be repeated");
  command.add_option("--mask", options->masked, "Column whose values reports do not show");
  command.add_option("--as-of", options->as_of, "The moment that ages are counted from: now");
  command.add_option("--parameter", options->parameters,
                     "NAME=VALUE of an evaluation parameter of the suite");
  command.add_option("--result-format", options->detail, "How much --format gx tells")
      ->check(CLI::IsMember({"BOOLEAN_ONLY", "BASIC", "SUMMARY", "COMPLETE"}))
      ->capture_default_str();
  command.callback([options, &chosen] {
    chosen.action = [options](Context& context) { return validate(context, *options); };
  });
}

void add_data_expectations_command(CLI::App& data, Chosen& chosen) {
  const auto json = std::make_shared<bool>(false);  // shared by parser and action
  CLI::App& command =
      *data.add_subcommand("expectations", "Which expectations a suite may hold, and their cost");
  command.add_flag("--json", *json, "As JSON");
  command.callback([json, &chosen] {
    chosen.action = [json](Context& context) { return list_expectations(context, *json); };
  });
}

}  // namespace sluice::cli
