#include "cli/profile_command.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "base/strings.h"
#include "cli/model_access.h"
#include "cli/reading_options.h"
#include "cli/style.h"
#include "ml/data/bad_rows.h"
#include "ml/data/hashed_files.h"
#include "ml/data/profile_mask.h"
#include "ml/data/profile_merge.h"
#include "ml/data/profile_reader.h"
#include "ml/data/profile_store.h"
#include "ml/drift/profile_diff.h"

namespace sluice::cli {

namespace {

struct ProfileArguments {
  std::vector<std::string> inputs;
  ReadingArguments reading;
  std::string out;
  std::vector<std::string> by;
  std::vector<std::string> columns;
  std::vector<std::string> masked;
  std::string bad_rows = "skip";
  std::string quarantine;
  std::size_t max_groups = 200;
  bool json = false;
  bool store = false;
};

// Shared by the command's options, which CLI11 fills, and the action that reads them later.
using ArgumentsPtr = std::shared_ptr<ProfileArguments>;

Result<ml::ProfileOptions> profile_options(const ProfileArguments& arguments) {
  ml::ProfileOptions options;
  options.csv = ml::for_profiles(TRY(reading_options(arguments.reading)).csv);
  options.by = arguments.by;
  options.max_groups = arguments.max_groups;
  if (arguments.bad_rows != "skip" && arguments.bad_rows != "fail")
    return invalid_input(cat("--bad-rows '", arguments.bad_rows, "': expected skip or fail"));
  if (!arguments.quarantine.empty()) {
    if (arguments.bad_rows == "fail")
      return invalid_input("--quarantine sets bad rows aside; --bad-rows fail stops at the first");
    options.csv.rejects = ml::Rejects::Kept;
  }
  return options;
}

// Prints the profile, writes it to the file of --out, stores it in the home.
Result<int> deliver(Context& context, const ProfileArguments& arguments,
                    const ml::DataProfile& profile, JsonObject json) {
  const Digest digest = ml::profile_digest(json);
  json["profile_digest"] = digest.to_string();
  const std::string text = cat(to_pretty_text(json), "\n");
  if (!arguments.out.empty()) TRY(context.world.files.write(arguments.out, text));
  if (arguments.store)
    TRY(ml::store_profile(context.world.files, TRY(home_of(context)), digest, text));
  context.terminal.out(arguments.json ? text
                                      : cat(ml::profile_text(profile), ml::groups_text(profile)));
  if (arguments.store) context.terminal.error(cat("stored as ", digest.to_string(), "\n"));
  return 0;
}

Result<ml::DataProfile> profile_rows(Context& context, const ProfileArguments& arguments,
                                     const os::FileReader& files,
                                     const ml::ProfileOptions& options) {
  auto rows = TRY(ml::open_rows(files, ml::Inputs(arguments.inputs), {options.csv}));
  std::unique_ptr<os::AppendFile> aside;
  if (arguments.bad_rows == "fail") rows = ml::fail_on_bad_rows(std::move(rows));
  if (!arguments.quarantine.empty()) {
    // From the start: rows of an earlier reading would be taken for those of this one.
    TRY(context.world.files.write(arguments.quarantine, ""));
    aside = TRY(context.world.files.open_append(arguments.quarantine));
    rows = TRY(ml::set_bad_rows_aside(std::move(rows), *aside));
  }
  ml::DataProfile profile = TRY(ml::profile_data(*rows, options));
  if (aside) TRY(aside->close());
  return profile;
}

Result<int> profile(Context& context, const ProfileArguments& arguments) {
  const ml::ProfileOptions options = TRY(profile_options(arguments));
  // Standard input is gone once it is read, and has no digest.
  const ml::Inputs inputs(arguments.inputs);
  const bool is_file = !inputs.has_standard_input();
  const ml::HashedFiles hashed(context.world.files);
  const os::FileReader& plain = context.world.files;
  const os::FileReader& files = is_file ? hashed : plain;
  ml::DataProfile found = TRY(profile_rows(context, arguments, files, options));
  TRY(ml::mask_columns(found, arguments.masked));
  warn_of_header(context, found);
  JsonObject json = ml::to_json(found);
  if (is_file)
    json["data_digest"] =
        TRY(ml::data_digest(context.world.files, inputs, hashed.digests())).to_string();
  return deliver(context, arguments, found, std::move(json));
}

Result<int> merge(Context& context, const ProfileArguments& arguments) {
  const ml::ProfileOptions options = TRY(profile_options(arguments));
  std::vector<ml::DataProfile> parts;
  for (const std::string& word : arguments.inputs)
    parts.push_back(TRY(find_profile(context, word, options)));
  const ml::DataProfile whole = TRY(ml::merge_profiles(parts));
  return deliver(context, arguments, whole, ml::to_json(whole));
}

Result<int> diff(Context& context, const ProfileArguments& arguments) {
  const ml::ProfileOptions options = TRY(profile_options(arguments));
  const ml::DataProfile before = TRY(find_profile(context, arguments.inputs[0], options));
  const ml::DataProfile after = TRY(find_profile(context, arguments.inputs[1], options));
  const ml::ProfileDiff found = ml::diff_profiles(before, after);
  if (arguments.json) {
    context.terminal.out(cat(to_pretty_text(ml::to_json(found)), "\n"));
    return 0;
  }
  std::vector<std::vector<std::string>> rows;
  for (const std::string& name : found.lost_columns)
    rows.push_back({name, "column", "there", "lost"});
  for (const std::string& name : found.new_columns) rows.push_back({name, "column", "", "new"});
  for (const ml::ProfileChange& change : found.changes)
    rows.push_back({change.column, replace_all(change.what, "_", " "), shorten(change.before, 40),
                    shorten(change.after, 60)});
  context.terminal.out(found.empty() ? "nothing differs\n"
                                     : table(context.terminal.out_kind(),
                                             {"COLUMN", "WHAT", "BEFORE", "AFTER"}, rows));
  return 0;
}

Result<int> show(Context& context, const ProfileArguments& arguments) {
  const ml::ProfileOptions options = TRY(profile_options(arguments));
  const ml::DataProfile found = TRY(find_profile(context, arguments.inputs[0], options));
  if (arguments.json) return deliver(context, arguments, found, ml::to_json(found));
  std::vector<std::string> names;
  for (const ml::ColumnProfile& column : found.columns) names.push_back(column.name);
  for (const std::string& name : arguments.columns)
    if (std::find(names.begin(), names.end(), name) == names.end())
      return not_found(
          cat(found.file, ": there is no column '", name, "'", did_you_mean(name, names)));
  std::string text = cat(found.file, ": ", grouped(found.rows), " rows, ",
                         plural(found.columns.size(), "column"), "\n");
  for (const ml::ColumnProfile& column : found.columns) {
    const auto& wanted = arguments.columns;
    if (wanted.empty() || std::find(wanted.begin(), wanted.end(), column.name) != wanted.end())
      text += cat("\n", ml::column_details(column, found.rows));
  }
  if (arguments.columns.empty()) text += ml::groups_text(found);
  context.terminal.out(text);
  return 0;
}

using Verb = Result<int> (*)(Context&, const ProfileArguments&);

CLI::App& add_verb(CLI::App& data, Chosen& chosen, const ArgumentsPtr& arguments, Verb verb,
                   const char* name, const char* help) {
  CLI::App& command = *data.add_subcommand(name, help);
  command.add_flag("--json", arguments->json, "Print as JSON");
  add_reading_options(command, arguments->reading);
  command.callback([arguments, verb, &chosen] {
    chosen.action = [arguments, verb](Context& context) { return verb(context, *arguments); };
  });
  return command;
}

constexpr const char* kProfileWord =
    "A profile (file, or digest of a stored one), or data files to make one of";

void add_keeping(CLI::App& command, const ArgumentsPtr& arguments) {
  command.add_option("--out", arguments->out, "Write the profile as JSON to this file");
  command.add_flag("--store", arguments->store,
                   "Keep the profile in the home, under the digest that is printed");
}

void add_profile(CLI::App& data, Chosen& chosen) {
  const auto arguments = std::make_shared<ProfileArguments>();
  CLI::App& command = add_verb(data, chosen, arguments, &profile, "profile",
                               "Count, measure and summarise the columns of data files");
  command
      .add_option("files", arguments->inputs,
                  "CSV or JSON Lines, plain or packed (.gz, .zst), or Parquet; folders, quoted "
                  "patterns, or -. Several are one")
      ->required();
  add_keeping(command, arguments);
  command.add_option("--by", arguments->by, "Also a profile for each group of these columns")
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      .add_option("--mask", arguments->masked,
                  "Column whose values the profile does not hold; may be repeated")
      ->allow_extra_args(false);
  command.add_option("--max-groups", arguments->max_groups, "Refuse more groups (default 200)");
  command.add_option(
      "--bad-rows", arguments->bad_rows,
      "Rows that cannot be read: skip counts them (default), fail stops at the first");
  command.add_option("--quarantine", arguments->quarantine,
                     "Write them as they stand to this file");
}

void add_merge(CLI::App& data, Chosen& chosen) {
  const auto arguments = std::make_shared<ProfileArguments>();
  CLI::App& command = add_verb(data, chosen, arguments, &merge, "merge",
                               "The profile of a whole from the profiles of its parts");
  command.add_option("profiles", arguments->inputs, kProfileWord)->required();
  add_keeping(command, arguments);
}

void add_diff(CLI::App& data, Chosen& chosen) {
  const auto arguments = std::make_shared<ProfileArguments>();
  CLI::App& command = add_verb(data, chosen, arguments, &diff, "diff",
                               "What differs between two profiles ('data drift' judges it)");
  command.add_option("profiles", arguments->inputs, kProfileWord)->required()->expected(2);
}

void add_show(CLI::App& data, Chosen& chosen) {
  const auto arguments = std::make_shared<ProfileArguments>();
  CLI::App& command = add_verb(data, chosen, arguments, &show, "show",
                               "Everything a profile holds, and what of it is estimated");
  command.add_option("profile", arguments->inputs, kProfileWord)->required()->expected(1);
  command.add_option("--column", arguments->columns, "Only this one; may be repeated")
      ->delimiter(',')
      ->allow_extra_args(false);
}

}  // namespace

void warn_of_header(Context& context, const ml::DataProfile& profile) {
  if (profile.columns.size() != 1) return;
  const std::string& only = profile.columns.front().name;
  const std::size_t at = only.find_first_of(";\t|,");
  if (at == std::string::npos) return;
  const std::string likely = only[at] == '\t' ? "tab" : cat("'", only.substr(at, 1), "'");
  context.terminal.error(cat("warning: there is a single column, '", only,
                             "': are its fields separated by another character? --delimiter ",
                             likely, "\n"));
}

Result<ml::DataProfile> find_profile(const Context& context, const std::string& word,
                                     const ml::ProfileOptions& options) {
  os::Files& files = context.world.files;
  if (!files.stat(word).ok() && ml::looks_like_digest(word))
    return ml::load_stored_profile(files, TRY(home_of(context)), word);
  return ml::load_profile(files, word, options);
}

void add_profile_commands(CLI::App& data, Chosen& chosen) {
  add_profile(data, chosen);
  add_merge(data, chosen);
  add_diff(data, chosen);
  add_show(data, chosen);
}

}  // namespace sluice::cli
