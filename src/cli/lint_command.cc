#include "cli/lint_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "app/pipelines.h"
#include "base/strings.h"
#include "cli/lint_report.h"
#include "cli/session.h"
#include "cli/style.h"
#include "cli/text_diff.h"
#include "os/in_parallel.h"
#include "pipeline/github/json_schema.h"
#include "pipeline/github/lint/rules.h"
#include "pipeline/github/local_action.h"
#include "pipeline/text_edit.h"

namespace sluice::cli {
namespace {

using pipeline::Diagnostic;
using pipeline::Severity;
using pipeline::SourceFile;

struct LintOptions {
  std::vector<std::string> files;
  bool json = false;
  bool sarif = false;
  bool from_stdin = false;
  std::string stdin_name = ".github/workflows/stdin.yml";
  bool fix = false;
  bool diff = false;
  bool strict = false;
  bool rules = false;
  bool schema = false;
  std::vector<std::string> select;
  std::vector<std::string> ignore;
};

Result<void> check_rule_names(const std::vector<std::string>& names) {
  std::vector<std::string> known;
  for (const auto& rule : pipeline::github::lint_rules()) known.emplace_back(rule.id);
  for (const std::string& name : names)
    if (pipeline::github::find_lint_rule(name) == nullptr)
      return invalid_input(cat("there is no rule '", name, "'", did_you_mean(name, known),
                               " (sluice lint --rules lists them)"));
  return success();
}

// The file's path, which findings name, and how its text is read.
struct Wanted {
  std::string path;
  os::Path place;
};

Result<std::vector<Wanted>> wanted_files(const LintOptions& options, const os::World& world,
                                         const os::Path& root, const engine::Languages& languages) {
  if (options.from_stdin) return std::vector<Wanted>{{options.stdin_name, "/dev/stdin"}};
  std::vector<Wanted> wanted;
  for (const std::string& file : options.files) wanted.push_back({file, file});
  if (!wanted.empty()) return wanted;
  for (const std::string& file : TRY(app::list_pipelines(world, languages, root)))
    wanted.push_back({file, root / file});
  return wanted;
}

class Linter {
 public:
  Linter(const LintOptions& options, const engine::Languages& languages)
      : options_(options), languages_(languages) {}

  std::vector<Diagnostic> findings(const SourceFile& file) const {
    const pipeline::Language* language = languages_.for_file(file.path);
    if (language == nullptr) language = languages_.find("github");
    std::vector<Diagnostic> all = language->read(file)->diagnostics();
    std::erase_if(all, [&](const Diagnostic& finding) { return !wanted(finding.rule); });
    return all;
  }

 private:
  static bool has(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  }
  bool wanted(const std::string& rule) const {
    return (options_.select.empty() || has(options_.select, rule)) && !has(options_.ignore, rule);
  }

  const LintOptions& options_;
  const engine::Languages& languages_;
};

// The repository's own actions that the files use, directly or inside of others.
std::vector<Wanted> used_actions(const std::vector<LintedFile>& files, const os::Path& root) {
  std::map<std::string, Wanted> actions;
  for (const LintedFile& file : files)
    for (const auto& [path, text] : file.source.others)
      if (text && pipeline::github::is_action_file(path)) actions[path] = {path, root / path};
  std::vector<Wanted> wanted;
  for (auto& [path, action] : actions) wanted.push_back(std::move(action));
  return wanted;
}

// What is told at the action is not told again by each file that uses it.
void add_actions(std::vector<LintedFile>& files, std::vector<LintedFile> actions) {
  std::set<std::string> alone;
  for (const LintedFile& action : actions) alone.insert(action.source.path);
  for (LintedFile& action : actions) files.push_back(std::move(action));
  for (LintedFile& file : files)
    std::erase_if(file.findings, [&](const Diagnostic& finding) {
      return finding.file != file.source.path && alone.count(finding.file) > 0;
    });
}

Result<std::vector<LintedFile>> lint_each(const std::vector<Wanted>& wanted, const Linter& linter,
                                          const os::World& world, const os::Path& root,
                                          const engine::Languages& languages) {
  const auto lint_one = [&](const Wanted& file) -> Result<LintedFile> {
    std::string text = TRY(app::read_pipeline(world, file.place));
    LintedFile linted;
    linted.source = TRY(app::source_of(world, languages, root, file.path, std::move(text)));
    linted.findings = linter.findings(linted.source);
    return linted;
  };
  std::vector<std::optional<Result<LintedFile>>> results(wanted.size());
  os::in_parallel(wanted.size(), [&](std::size_t at) { results[at] = lint_one(wanted[at]); });
  std::vector<LintedFile> files;
  for (auto& result : results) files.push_back(TRY(*std::move(result)));
  return files;
}

Result<std::vector<LintedFile>> lint_all(const LintOptions& options, const Linter& linter,
                                         Context& context, const engine::Languages& languages) {
  const os::World& world = context.world;
  const os::Path root = app::root_of(world, TRY(working_directory(context)));
  const auto wanted = TRY(wanted_files(options, world, root, languages));
  std::vector<LintedFile> files = TRY(lint_each(wanted, linter, world, root, languages));
  if (options.files.empty() && !options.from_stdin)
    add_actions(files, TRY(lint_each(used_actions(files, root), linter, world, root, languages)));
  return files;
}

// Mends until nothing is left that can be; a fix may lay another one open.
std::size_t mend(const Linter& linter, LintedFile& file) {
  constexpr int kMostRounds = 10;
  std::size_t applied = 0;
  for (int round = 0; round < kMostRounds; ++round) {
    std::vector<Diagnostic> own = file.findings;
    std::erase_if(own, [&](const Diagnostic& one) { return one.file != file.source.path; });
    pipeline::MendedText mended = pipeline::apply_fixes(file.source.text, own);
    if (mended.applied == 0) break;
    applied += mended.applied;
    file.source.text = std::move(mended.text);
    file.findings = linter.findings(file.source);
  }
  return applied;
}

Result<void> mend_all(const LintOptions& options, const Linter& linter, Context& context,
                      std::vector<LintedFile>& files) {
  std::size_t applied = 0;
  for (LintedFile& file : files) {
    const std::string before = file.source.text;
    applied += mend(linter, file);
    if (options.diff)
      context.terminal.out(unified_diff(file.source.path, before, file.source.text));
    else if (options.from_stdin)
      context.terminal.out(file.source.text);
    else if (file.source.text != before)
      TRY(context.world.files.write(file.source.path, file.source.text));
  }
  context.terminal.error(
      cat(options.diff ? "would mend " : "mended ", plural(applied, "mistake"), "\n"));
  return success();
}

void report(const LintOptions& options, Context& context, const std::vector<LintedFile>& files) {
  if (options.json) return context.terminal.out(to_pretty_text(findings_json(files)) + "\n");
  if (options.sarif) return context.terminal.out(to_pretty_text(findings_sarif(files)) + "\n");
  // Where the mended text or the difference goes to standard output, remarks do not.
  const bool apart = options.fix && (options.diff || options.from_stdin);
  for (const LintedFile& file : files) {
    if (apart)
      context.terminal.error(findings_text(file, context.terminal.error_kind()));
    else
      context.terminal.out(findings_text(file, context.terminal.out_kind()));
  }
  context.terminal.error(summary_line(files, context.terminal.error_kind()));
}

int status_of(const LintOptions& options, const std::vector<LintedFile>& files) {
  for (const LintedFile& file : files)
    for (const Diagnostic& finding : file.findings)
      if (finding.severity > Severity::Warning ||
          (options.strict && finding.severity == Severity::Warning))
        return 1;
  return 0;
}

Result<int> lint(const LintOptions& options, Context& context) {
  if (options.rules) {
    context.terminal.out(options.json ? to_pretty_text(rules_json()) + "\n"
                                      : rules_text(context.terminal.out_kind()));
    return 0;
  }
  if (options.schema) {
    context.terminal.out(to_pretty_text(pipeline::github::json_schema()) + "\n");
    return 0;
  }
  TRY(check_rule_names(options.select));
  TRY(check_rule_names(options.ignore));
  const auto languages = app::make_languages();
  const Linter linter(options, *languages);
  std::vector<LintedFile> files = TRY(lint_all(options, linter, context, *languages));
  if (options.fix) TRY(mend_all(options, linter, context, files));
  report(options, context, files);
  return status_of(options, files);
}

}  // namespace

void add_lint_command(CLI::App& root, Chosen& chosen) {
  CLI::App* command = root.add_subcommand("lint", "Find mistakes in pipeline files");
  auto options = std::make_shared<LintOptions>();  // shared by parser and action
  auto* files = command->add_option(
      "FILE", options->files,
      "Pipeline files (default: all of the repository, with its actions that they use)");
  auto* json = command->add_flag("--json", options->json, "As JSON (docs/formats/lint.md)");
  auto* sarif = command->add_flag("--sarif", options->sarif, "As SARIF 2.1.0, for code scanners");
  sarif->excludes(json);
  auto* from_stdin =
      command->add_flag("--stdin", options->from_stdin, "Read one file from standard input");
  from_stdin->excludes(files);
  command->add_option("--stdin-filename", options->stdin_name, "What that file is called")
      ->needs(from_stdin);
  auto* fix = command->add_flag("--fix", options->fix, "Mend what can be mended safely");
  command->add_flag("--diff", options->diff, "With --fix: show the changes, write nothing")
      ->needs(fix);
  command->add_flag("--strict", options->strict, "Warnings fail too");
  command->add_flag("--rules", options->rules, "List all rules");
  command->add_flag("--schema", options->schema,
                    "Print a JSON Schema of workflows, for editors (docs/editors.md)");
  command->add_option("--select", options->select, "Only this rule (repeat)");
  command->add_option("--ignore", options->ignore, "Not this rule (repeat)");
  command->callback([options, &chosen] {
    chosen.action = [options](Context& context) { return lint(*options, context); };
  });
}

}  // namespace sluice::cli
