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
  std::size_t keep_profiles = ml::ProfileRetention{}.keep;
  std::string profiles_unused_for = "90d";
};

Result<Duration> duration_of(std::string_view option, std::string_view text) {
  if (const auto duration = parse_duration(text)) return *duration;
  return invalid_input(cat(option, " takes a duration such as 7d or 12h, not '", text, "'"));
}

Result<int> gc(const GcOptions& options, Context& context) {
  app::CollectRequest request;
  request.keep_training = options.keep_training;
  request.training_older_than =
      TRY(duration_of("--training-older-than", options.training_older_than));
  request.profiles.keep = options.keep_profiles;
  request.profiles.unused_for =
      TRY(duration_of("--profiles-unused-for", options.profiles_unused_for));
  const auto workbench = TRY(open_workbench(context));
  const app::Collected collected = TRY(app::collect_garbage(*workbench, request));
  context.terminal.out(
      cat("removed ", plural(collected.blobs, "blob"), " (", human_bytes(collected.blob_bytes),
          "), ", plural(collected.caches, "cache"), ", ", plural(collected.folders, "folder"), ", ",
          plural(collected.training_jobs, "training job"), ", ",
          plural(collected.deployed_models, "deployed model"), " and ",
          plural(collected.profiles, "data profile"), "\n"));
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
  command
      ->add_option("--keep-profiles", options->keep_profiles,
                   "Stored profiles of data that stay in any case: those used last")
      ->capture_default_str();
  command
      ->add_option("--profiles-unused-for", options->profiles_unused_for,
                   "Only those that were neither stored nor read for so long")
      ->capture_default_str();
  command->callback([options, &chosen] {
    chosen.action = [options](Context& context) { return gc(*options, context); };
  });
}

}  // namespace sluice::cli
