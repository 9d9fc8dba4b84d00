#include "cli/conformance_command.h"

#include <CLI/CLI.hpp>

#include "app/conformance/suite.h"
#include "base/strings.h"

namespace sluice::cli {
namespace {

using app::conformance::CaseResult;
using app::conformance::SuiteReport;
using app::conformance::Verdict;

struct ConformanceOptions {
  std::string suite;
  std::string folder;
  double minimum = 100;
  bool json = false;
};

std::string indented(std::string_view label, std::string_view text) {
  std::string out;
  for (const std::string_view line : split_lines(text)) {
    out += cat("    ", out.empty() ? label : std::string_view("          "), line, "\n");
  }
  return out;
}

std::string case_text(const CaseResult& result) {
  const std::string name = result.name.empty() ? result.file : cat(result.file, ": ", result.name);
  if (result.verdict == Verdict::NotApplicable)
    return cat("not applicable: ", name, " (", result.expected, ")\n");
  return cat(name, "\n", indented("expected: ", result.expected),
             indented("got:      ", result.got));
}

std::string report_text(const SuiteReport& report) {
  std::string text;
  for (const CaseResult& result : report.cases)
    if (result.verdict != Verdict::Passed) text += case_text(result);
  for (const auto& [name, number] : report.counts) text += cat(number, " ", name, "\n");
  if (const std::size_t apart = report.count(Verdict::NotApplicable); apart > 0)
    text += cat(apart, " not applicable\n");
  return cat(text, report.count(Verdict::Passed), " passed, ", report.count(Verdict::Failed),
             " failed\n");
}

Result<int> conformance(const ConformanceOptions& options, Context& context) {
  const SuiteReport report =
      TRY(app::conformance::run_suite(context.world, options.suite, options.folder));
  if (options.json) {
    Json document = to_json(report);
    document.get_object()["suite"] = options.suite;
    context.terminal.out(to_pretty_text(document) + "\n");
  } else {
    context.terminal.out(report_text(report));
  }
  return report.passed_percent() < options.minimum ? 1 : 0;
}

}  // namespace

void add_conformance_command(CLI::App& root, Chosen& chosen) {
  CLI::App* command = root.add_subcommand(
      "conformance",
      "Run a public suite (of a pipeline language, of data checks) and show every difference");
  auto options = std::make_shared<ConformanceOptions>();  // shared by parser and action
  command
      ->add_option("SUITE", options->suite,
                   cat("One of ", join(app::conformance::suite_names(), ", ")))
      ->required();
  command->add_option("DIR", options->folder, "Folder of the suite, in its own format")->required();
  command->add_option("--min", options->minimum, "Percent that must pass, else exit status 1")
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
  command->add_flag("--json", options->json, "As JSON");
  command->callback([options, &chosen] {
    chosen.action = [options](Context& context) { return conformance(*options, context); };
  });
}

}  // namespace sluice::cli
