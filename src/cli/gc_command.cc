#include "cli/gc_command.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "app/retention.h"
#include "base/strings.h"
#include "cli/session.h"

namespace sluice::cli {
namespace {

struct GcOptions {
  std::size_t keep_training = app::CollectRequest{}.keep_training;
  std::string training_older_than = "30d";
};

Result<int> gc(const GcOptions& options, Context& context) {
  const auto age = parse_duration(options.training_older_than);
  if (!age)
    return invalid_input(cat("--training-older-than takes a duration such as 7d or 12h, not '",
                             options.training_older_than, "'"));
  const auto workbench = TRY(open_workbench(context));
  const app::Collected collected =
      TRY(app::collect_garbage(*workbench, {options.keep_training, *age}));
  context.terminal.out(
      cat("removed ", plural(collected.blobs, "blob"), " (", human_bytes(collected.blob_bytes),
          "), ", plural(collected.caches, "cache"), ", ", plural(collected.folders, "folder"), ", ",
          plural(collected.training_jobs, "training job"), " and ",
          plural(collected.deployed_models, "deployed model"), "\n"));
  if (collected.left == app::BlobsLeft::RunsGoOn)
    context.terminal.out("blobs stay while a run goes on; call gc again when it has ended\n");
  return 0;
}

}  // namespace

void add_gc_command(CLI::App& root, Chosen& chosen) {
  const auto options = std::make_shared<GcOptions>();  // shared by parser and action
  CLI::App* command = root.add_subcommand("gc", "Remove what nothing refers to any more");
  command
      ->add_option("--keep-training", options->keep_training,
                   "Folders of training jobs that stay in any case")
      ->capture_default_str();
  command
      ->add_option("--training-older-than", options->training_older_than,
                   "Only those to which nothing was written for so long")
      ->capture_default_str();
  command->callback([options, &chosen] {
    chosen.action = [options](Context& context) { return gc(*options, context); };
  });
}

}  // namespace sluice::cli
