#include "cli/drift_command.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "base/strings.h"
#include "cli/profile_command.h"
#include "cli/reading_options.h"
#include "ml/data/number.h"
#include "ml/drift/drift_report.h"

namespace sluice::cli {

namespace {

struct DriftArguments {
  std::string reference;
  std::string current;
  ReadingArguments reading;
  std::vector<std::string> thresholds;
  std::vector<std::string> categories;
  std::vector<std::string> ignored;
  std::vector<std::string> by;
  std::vector<std::string> labels;
  std::vector<std::string> predictions;
  double chance = 0.01;
  std::string correction = "holm";
  std::uint64_t min_rows = 100;
  std::string report;
  bool json = false;
};

// "psi=0.25"
Result<void> set_threshold(std::string_view text, ml::DriftOptions& options) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos)
    return invalid_input(cat("--threshold '", text, "': expected MEASURE=NUMBER"));
  const ml::DriftMeasure measure = TRY(ml::parse_drift_measure(text.substr(0, equals)));
  const auto value = ml::parse_number(text.substr(equals + 1));
  if (!value || *value < 0)
    return invalid_input(cat("--threshold '", text, "': expected a number of at least 0"));
  options.thresholds[measure] = *value;
  return success();
}

Result<ml::DriftOptions> drift_options(const DriftArguments& arguments) {
  ml::DriftOptions options;
  for (const std::string& text : arguments.thresholds) TRY(set_threshold(text, options));
  options.categories = {arguments.categories.begin(), arguments.categories.end()};
  for (const std::string& name : arguments.labels) options.roles[name] = ml::DriftRole::Label;
  for (const std::string& name : arguments.predictions)
    options.roles[name] = ml::DriftRole::Prediction;
  options.ignored = {arguments.ignored.begin(), arguments.ignored.end()};
  if (!(arguments.chance > 0 && arguments.chance <= 1))
    return invalid_input("--chance: expected a probability above 0 and at most 1");
  options.chance = arguments.chance;
  const auto correction = ml::parse_correction(arguments.correction);
  if (!correction)
    return invalid_input(cat("--correction '", arguments.correction,
                             "': expected holm, benjamini_hochberg or none"));
  options.correction = *correction;
  options.min_rows = arguments.min_rows;
  return options;
}

// A stored profile has the slices that it was made with.
Result<void> check_slices(const ml::DataProfile& profile, const DriftArguments& arguments) {
  if (arguments.by.empty() || profile.by == arguments.by) return success();
  return invalid_input(cat("the profile ", profile.file,
                           profile.by.empty() ? " has no slices" : " has slices by ",
                           join(profile.by, ", "), ", not by ", join(arguments.by, ", "),
                           "; make it anew: sluice data profile … --by ", join(arguments.by, ",")));
}

Result<int> drift(Context& context, const DriftArguments& arguments) {
  const ml::DriftOptions options = TRY(drift_options(arguments));
  ml::ProfileOptions reading;
  reading.csv = TRY(reading_options(arguments.reading)).csv;
  reading.by = arguments.by;
  const ml::DataProfile reference = TRY(find_profile(context, arguments.reference, reading));
  const ml::DataProfile current = TRY(find_profile(context, arguments.current, reading));
  TRY(check_slices(reference, arguments));
  TRY(check_slices(current, arguments));
  const ml::DriftReport report = TRY(ml::compare_profiles(reference, current, options));
  if (!arguments.report.empty())
    TRY(context.world.files.write(arguments.report, ml::to_markdown(report)));
  context.terminal.out(arguments.json ? cat(to_pretty_text(ml::to_json(report)), "\n")
                                      : ml::to_terminal_text(report));
  return report.passed() ? 0 : 1;
}

}  // namespace

void add_drift_command(CLI::App& data, Chosen& chosen) {
  // Shared by the command's options, which CLI11 fills, and the action that reads them later.
  const auto arguments = std::make_shared<DriftArguments>();
  CLI::App& command = *data.add_subcommand(
      "drift", "Whether data changed against a reference; exit status 1 when a column drifted");
  constexpr const char* kSource =
      "Data file, folder or pattern, or a profile (file, or digest of a stored one)";
  command.add_option("reference", arguments->reference, kSource)->required();
  command.add_option("current", arguments->current, kSource)->required();
  command
      .add_option("--threshold", arguments->thresholds,
                  "MEASURE=NUMBER: from where on a measure means drift; may be repeated")
      ->allow_extra_args(false);
  command.add_option("--categories", arguments->categories, "Columns of numbers that are codes")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--ignore", arguments->ignored, "Columns to leave out")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--by", arguments->by, "Also compare each slice by these columns")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--label", arguments->labels, "Columns that the model learns to predict")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--prediction", arguments->predictions, "Columns that the model predicted")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--chance", arguments->chance,
                     "How improbable a difference must be before it counts (default 0.01)");
  command.add_option("--correction", arguments->correction,
                     "For many columns: holm (default), benjamini_hochberg, none");
  command.add_option("--min-rows", arguments->min_rows,
                     "Values needed on either side of a column (default 100)");
  command.add_flag("--json", arguments->json, "Print the report as JSON");
  command.add_option("--report", arguments->report,
                     "Also write the report as Markdown to this file");
  add_reading_options(command, arguments->reading);
  command.callback([arguments, &chosen] {
    chosen.action = [arguments](Context& context) { return drift(context, *arguments); };
  });
}

}  // namespace sluice::cli
