#include <algorithm>
#include <map>

#include "app/conformance/actionlint_kinds.h"
#include "app/conformance/suite_files.h"
#include "app/conformance/suites.h"
#include "app/pipelines.h"
#include "base/strings.h"
#include "pipeline/github/language.h"

namespace sluice::app::conformance {
namespace {

using pipeline::Diagnostic;

constexpr std::uint64_t kLargestFile = 4u << 20;

// A line of an .out file: "FILE:LINE:COLUMN: message [kind]", as it is or as a regular expression
// between slashes.
struct ExpectedLine {
  std::string text;
  std::string file;  // as the line names it; empty when it names no place
  int line = 0;
  std::string kind;  // empty when it names none
};

std::string without_escapes(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '\\' && i + 1 < text.size() &&
                         std::string_view("dwsSDW").find(text[i + 1]) == std::string_view::npos;
    if (escaped) ++i;
    plain += text[i];
  }
  return plain;
}

// "x.yaml:12:5: …": the first place that is a number between colons.
void find_place(ExpectedLine& expected, std::string_view text) {
  for (std::size_t colon = text.find(':'); colon != std::string_view::npos;
       colon = text.find(':', colon + 1)) {
    std::size_t end = colon + 1;
    int line = 0;
    for (; end < text.size() && text[end] >= '0' && text[end] <= '9' && line < 10'000'000; ++end)
      line = line * 10 + (text[end] - '0');
    if (end == colon + 1 || end >= text.size() || text[end] != ':') continue;
    expected.file = text.substr(0, colon);
    expected.line = line;
    return;
  }
}

ExpectedLine parse_line(std::string_view text) {
  ExpectedLine expected;
  expected.text = text;
  std::string plain(text);
  if (text.size() > 1 && text.starts_with('/') && text.ends_with('/'))
    plain = without_escapes(text.substr(1, text.size() - 2));
  find_place(expected, plain);
  const std::size_t open = plain.rfind('[');
  if (open != std::string::npos && plain.ends_with(']'))
    expected.kind = plain.substr(open + 1, plain.size() - open - 2);
  return expected;
}

std::vector<ExpectedLine> parse_lines(std::string_view text) {
  std::vector<ExpectedLine> lines;
  for (const std::string_view line : split_lines(text))
    if (!trim(line).empty()) lines.push_back(parse_line(trim(line)));
  return lines;
}

bool has_kind(const Diagnostic& diagnostic, std::string_view kind) {
  const std::string_view kinds = actionlint_kinds_of(diagnostic.rule);
  if (kind.empty()) return !kinds.empty();
  for (const std::string_view known : split(kinds, ' '))
    if (known == kind) return true;
  return false;
}

bool same_file(const ExpectedLine& expected, const Diagnostic& diagnostic) {
  const std::string wanted = replace_all(expected.file, "\\", "/");
  return wanted == diagnostic.file || diagnostic.file.ends_with(cat("/", wanted));
}

// A mistake, and the line of the `|` or `>` when it stands in the lines of such a text: actionlint
// reports it there, with a column that counts the characters of the whole text.
struct Finding : Diagnostic {
  int block_line = 0;
  int job_line = 0;  // of a mistake in `needs`: actionlint reports it at the id of the job
};

std::size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

bool begins_block(std::string_view line) {
  line = trim(line);
  while (!line.empty() && std::string_view("+-123456789").find(line.back()) != line.npos)
    line.remove_suffix(1);
  return line.ends_with(" |") || line.ends_with(" >");
}

// The line that begins the block scalar in which the line stands; 0 when it stands in none.
int block_line_of(const std::vector<std::string_view>& lines, int line) {
  const auto index = static_cast<std::size_t>(line - 1);
  if (line < 1 || index >= lines.size()) return 0;
  std::size_t indent = indent_of(lines[index]);
  for (std::size_t above = index; above > 0 && indent > 0; --above) {
    const std::string_view text = lines[above - 1];
    if (trim(text).empty() || indent_of(text) >= indent) continue;
    indent = indent_of(text);
    if (begins_block(text)) return static_cast<int>(above);
  }
  return 0;
}

// The line of the job's id: of the key around the one around `needs`, its own when `needs` stands
// there too; 0 when there is none.
int job_line_of(const std::vector<std::string_view>& lines, int line) {
  const auto index = static_cast<std::size_t>(line - 1);
  if (line < 1 || index >= lines.size()) return 0;
  std::size_t indent = indent_of(lines[index]);
  bool in_needs = trim(lines[index]).starts_with("needs");
  for (std::size_t above = index; above > 0 && indent > 0; --above) {
    const std::string_view text = lines[above - 1];
    const std::string_view words = trim(text);
    if (words.empty() || words.starts_with('#') || indent_of(text) > indent) continue;
    if (!in_needs) {
      in_needs = words.starts_with("needs");
      indent = indent_of(text);
    } else if (indent_of(text) < indent) {
      return static_cast<int>(above);
    }
  }
  return 0;
}

// A line without a place is met by any mistake of its kind.
bool meets(const Finding& finding, const ExpectedLine& expected) {
  if (!has_kind(finding, expected.kind)) return false;
  const bool same_line = expected.line == finding.position.line ||
                         expected.line == finding.block_line ||
                         (expected.kind == "job-needs" && expected.line == finding.job_line);
  return expected.line == 0 || (same_line && same_file(expected, finding));
}

std::string listed(const std::vector<Finding>& diagnostics) {
  std::vector<std::string> lines;
  for (const Finding& diagnostic : diagnostics)
    if (diagnostic.severity != pipeline::Severity::Note || has_kind(diagnostic, ""))
      lines.push_back(to_string(diagnostic));
  return lines.empty() ? "nothing" : join(lines, "\n");
}

// Runs over a folder and adds to a report.
class ActionlintRun {
 public:
  ActionlintRun(const os::World& world, os::Path folder)
      : world_(world), folder_(std::move(folder)) {}

  Result<void> run();
  SuiteReport take() &&;

 private:
  Result<void> judge_file(const std::string& name);
  Result<void> judge_project(const std::string& name);
  Result<std::vector<Finding>> lint(const os::Path& root, const std::string& path,
                                    const std::string& shown) const;
  // The text of an .out file; nothing where there is none.
  Result<std::optional<std::string>> expectations(const std::string& stem) const;
  void judge(const std::string& name, const std::optional<std::string>& expected,
             const std::vector<Finding>& diagnostics);
  void judge_lines(const std::string& name, const std::vector<ExpectedLine>& expected,
                   const std::vector<Finding>& diagnostics);

  os::World world_;
  os::Path folder_;
  SuiteReport report_;
  std::map<std::string, std::int64_t> own_rules_;  // found by rules that actionlint does not have
  std::int64_t unexpected_ = 0;
};

Result<std::vector<Finding>> ActionlintRun::lint(const os::Path& root, const std::string& path,
                                                 const std::string& shown) const {
  const pipeline::github::GithubLanguage language;
  pipeline::SourceFile source;
  source.path = shown;
  source.text = TRY(world_.files.read(root / path, kLargestFile));
  const auto read = [&](const std::string& other) -> Result<std::string> {
    return world_.files.read(root / other, kLargestFile);
  };
  TRY(load_references(language, read, source));
  const std::vector<std::string_view> lines = split_lines(source.text);
  std::vector<Finding> findings;
  const std::unique_ptr<const pipeline::ReadPipeline> read_file = language.read(source);
  for (const Diagnostic& diagnostic : read_file->diagnostics()) {
    const int line = diagnostic.position.line;
    findings.push_back({diagnostic, block_line_of(lines, line), job_line_of(lines, line)});
  }
  return findings;
}

Result<std::optional<std::string>> ActionlintRun::expectations(const std::string& stem) const {
  Result<std::string> text = world_.files.read(folder_ / (stem + ".out"), kLargestFile);
  if (text.ok()) return std::optional<std::string>(std::move(text).value());
  if (text.error().code() == ErrorCode::NotFound) return std::optional<std::string>();
  return text.error();
}

void ActionlintRun::judge_lines(const std::string& name, const std::vector<ExpectedLine>& expected,
                                const std::vector<Finding>& diagnostics) {
  for (const ExpectedLine& line : expected) {
    const bool found =
        std::any_of(diagnostics.begin(), diagnostics.end(),
                    [&line](const Finding& diagnostic) { return meets(diagnostic, line); });
    report_.cases.push_back({name, line.line > 0 ? cat("line ", line.line) : "",
                             found ? Verdict::Passed : Verdict::Failed, line.text,
                             found ? "" : listed(diagnostics)});
  }
}

void ActionlintRun::judge(const std::string& name, const std::optional<std::string>& expected,
                          const std::vector<Finding>& diagnostics) {
  const std::vector<ExpectedLine> lines = parse_lines(expected.value_or(""));
  judge_lines(name, lines, diagnostics);
  std::vector<Finding> alarms;
  for (const Finding& diagnostic : diagnostics) {
    const bool asked_for =
        std::any_of(lines.begin(), lines.end(),
                    [&diagnostic](const ExpectedLine& line) { return meets(diagnostic, line); });
    if (!has_kind(diagnostic, ""))
      ++own_rules_[diagnostic.rule];
    else if (!asked_for)
      alarms.push_back(diagnostic);
  }
  if (expected) {
    unexpected_ += static_cast<std::int64_t>(alarms.size());
    return;
  }
  report_.cases.push_back({name, "", alarms.empty() ? Verdict::Passed : Verdict::Failed,
                           "no mistake", alarms.empty() ? "" : listed(alarms)});
}

Result<void> ActionlintRun::judge_file(const std::string& name) {
  const std::string stem = os::Path(name).stem().string();
  const auto expected = TRY(expectations(stem));
  // The suite names every file so.
  const std::vector<Finding> found = TRY(lint(folder_, name, expected ? "test.yaml" : name));
  judge(name, expected, found);
  return success();
}

// A project is a folder with workflows in it; what is expected of all of them stands beside it.
Result<void> ActionlintRun::judge_project(const std::string& name) {
  const os::Path root = folder_ / name;
  for (const std::string inside : {".github/workflows", "workflows"}) {
    if (!is_folder(world_.files, root / inside)) continue;
    std::vector<Finding> all;
    const auto paths = TRY(files_below(world_.files, root / inside, workflow_endings()));
    for (const std::string& path : paths) {
      const std::string full = cat(inside, "/", path);
      const std::vector<Finding> found = TRY(lint(root, full, full));
      all.insert(all.end(), found.begin(), found.end());
    }
    const auto expected = TRY(expectations(name));
    judge(name, expected, all);
    return success();
  }
  return success();
}

Result<void> ActionlintRun::run() {
  const auto names = TRY(files_in(world_.files, folder_, workflow_endings()));
  for (const std::string& name : names) TRY(judge_file(name));
  const auto folders = TRY(folders_in(world_.files, folder_));
  for (const std::string& name : folders) TRY(judge_project(name));
  return success();
}

SuiteReport ActionlintRun::take() && {
  report_.counts.emplace_back("reported beyond what is expected", unexpected_);
  for (const auto& [rule, count] : own_rules_)
    report_.counts.emplace_back(cat("found by our own rule ", rule), count);
  return std::move(report_);
}

}  // namespace

Result<SuiteReport> run_actionlint(const os::World& world, const os::Path& folder) {
  ActionlintRun run(world, folder);
  TRY(run.run());
  return std::move(run).take();
}

}  // namespace sluice::app::conformance
