#include "cli/fidelity_command.h"

#include <CLI/CLI.hpp>

#include "app/pipelines.h"
#include "base/strings.h"
#include "cli/fidelity_view.h"
#include "cli/session.h"
#include "cli/style.h"
#include "pipeline/github/fidelity.h"

namespace sluice::cli {
namespace {

using pipeline::github::Fidelity;
using pipeline::github::Rating;

struct FidelityOptions {
  std::vector<std::string> files;
  bool strict = false;
  bool json = false;
  bool all = false;
};

// The named files, or all of the repository, with what they refer to.
Result<std::vector<pipeline::SourceFile>> sources(const std::vector<std::string>& named,
                                                  Context& context,
                                                  const engine::Languages& languages) {
  const os::World& world = context.world;
  const os::Path folder = TRY(working_directory(context));
  const os::Path root = app::root_of(world, folder);
  std::vector<std::string> paths = named;
  if (named.empty()) paths = TRY(app::list_pipelines(world, languages, root));
  std::vector<pipeline::SourceFile> files;
  for (const std::string& path : paths) {
    const os::Path place = named.empty() ? root / path : os::Path(path);
    std::string text = TRY(app::read_pipeline(world, place));
    files.push_back(TRY(app::source_of(world, languages, root, path, std::move(text))));
  }
  return files;
}

int show_language(const FidelityOptions& options, Context& context) {
  context.terminal.out(options.json ? to_pretty_text(language_json()) + "\n" : language_page());
  return 0;
}

Result<int> fidelity(const FidelityOptions& options, Context& context) {
  if (options.all) return show_language(options, context);
  const auto languages = app::make_languages();
  const auto files = TRY(sources(options.files, context, *languages));
  const Fidelity rated = TRY(pipeline::github::rate_workflows(files));
  context.terminal.out(options.json ? to_pretty_text(pipeline::github::to_json(rated)) + "\n"
                                    : fidelity_text(rated, context.terminal.out_kind()));
  if (!rated.errors.empty())
    context.terminal.error(cat(
        "note: a file with mistakes is not run at all: ", plural(rated.errors.size(), "mistake"),
        " (sluice lint shows them)\n"));
  return options.strict && rated.count(Rating::NotHonoured) > 0 ? 1 : 0;
}

}  // namespace

void add_fidelity_command(CLI::App& root, Chosen& chosen) {
  CLI::App* command = root.add_subcommand(
      "fidelity", "What of a pipeline file is honoured, approximated and not honoured");
  auto options = std::make_shared<FidelityOptions>();  // shared by parser and action
  auto* files = command->add_option(
      "FILE", options->files,
      "Workflows, with the called workflows and local actions of theirs (default: all of the "
      "repository)");
  auto* strict = command->add_flag("--strict", options->strict,
                                   "Exit 1 when anything is not honoured (approximated is well)");
  command->add_flag("--json", options->json, "As JSON (docs/formats/fidelity.md)");
  command
      ->add_flag("--all", options->all, "The whole language instead, as Markdown: docs/fidelity.md")
      ->excludes(files)
      ->excludes(strict);
  command->callback([options, &chosen] {
    chosen.action = [options](Context& context) { return fidelity(*options, context); };
  });
}

}  // namespace sluice::cli
