#include "cli/data_command.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "base/strings.h"
#include "cli/data_validate_command.h"
#include "cli/drift_command.h"
#include "cli/profile_command.h"
#include "cli/reading_options.h"
#include "ml/data/infer.h"
#include "ml/data/profile.h"

namespace sluice::cli {

namespace {

struct DataOptions {
  std::vector<std::string> files;
  ReadingArguments reading;
  std::string out;
  bool force = false;
};

// Shared by the command's options, which CLI11 fills, and the action that reads them later.
using OptionsPtr = std::shared_ptr<DataOptions>;

Result<ml::ProfileOptions> profile_options(const DataOptions& options) {
  ml::ProfileOptions profile;
  profile.csv = ml::for_profiles(TRY(reading_options(options.reading)).csv);
  return profile;
}

// To the file of --out, else to standard output.
Result<int> deliver(Context& context, const std::string& out, std::string_view text) {
  if (out.empty()) {
    context.terminal.out(text);
    return 0;
  }
  TRY(context.world.files.write(out, text));
  context.terminal.error(cat("wrote ", out, "\n"));
  return 0;
}

// A proposal is there to be corrected: what somebody corrected is not written over.
Result<void> refuse_overwriting(const Context& context, const DataOptions& options) {
  if (options.out.empty() || options.force || !context.world.files.stat(options.out).ok())
    return success();
  return Error(ErrorCode::AlreadyExists,
               cat(options.out, " is there already; --force replaces it"));
}

Result<int> infer(Context& context, const DataOptions& options) {
  TRY(refuse_overwriting(context, options));
  const ml::Inputs inputs(options.files);
  if (inputs.has_standard_input())
    return invalid_input("data infer reads its file twice: save standard input to a file first");
  const ml::ProfileOptions profile_with = TRY(profile_options(options));
  const ml::DataProfile profile = TRY(ml::profile_data(context.world.files, inputs, profile_with));
  warn_of_header(context, profile);
  const std::vector<std::string> key =
      TRY(ml::find_key(context.world.files, inputs, profile, profile_with));
  return deliver(context, options.out, TRY(ml::propose_schema(profile, key)));
}

using Verb = Result<int> (*)(Context&, const DataOptions&);

CLI::App& add_verb(CLI::App& data, Chosen& chosen, const OptionsPtr& options, Verb verb,
                   const char* name, const char* help) {
  CLI::App& command = *data.add_subcommand(name, help);
  command
      .add_option("files", options->files,
                  "CSV or JSON Lines, plain or packed (.gz, .zst), or Parquet; also folders or "
                  "quoted patterns. Several are one")
      ->required();
  command.callback([options, verb, &chosen] {
    chosen.action = [options, verb](Context& context) { return verb(context, *options); };
  });
  return command;
}

void add_infer(CLI::App& data, Chosen& chosen) {
  const auto options = std::make_shared<DataOptions>();
  CLI::App& command = add_verb(data, chosen, options, &infer, "infer",
                               "Propose a schema for a data file, to be corrected and committed");
  command.add_option("--out", options->out, "Write the schema here instead of printing it");
  command.add_flag("--force", options->force, "Replace the file of --out");
  add_reading_options(command, options->reading);
}

}  // namespace

void add_data_command(CLI::App& root, Chosen& chosen) {
  CLI::App& data = *root.add_subcommand("data", "What a data file is like, and whether it fits");
  data.require_subcommand(1);
  add_infer(data, chosen);
  add_profile_commands(data, chosen);
  add_data_validate_command(data, chosen);
  add_data_expectations_command(data, chosen);
  add_drift_command(data, chosen);
}

}  // namespace sluice::cli
