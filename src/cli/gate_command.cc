#include "cli/gate_command.h"

#include <CLI/CLI.hpp>

#include "base/json.h"
#include "base/strings.h"
#include "cli/model_access.h"
#include "ml/evaluate/gate_file.h"
#include "ml/evaluate/judge.h"
#include "ml/registry/required_gate.h"

namespace sluice::cli {
namespace {

constexpr std::uint64_t kMaxGateFile = 1u << 20;

struct GateOptions {
  std::string gate;
  std::string model;
  std::string data;
  std::string target;
  std::string champion;
  std::string command;
  std::string timeout = "10m";
  std::string waivers;
  std::string out;
  std::string report;
  std::string results;
  std::string approved_file;
  std::string job_name;
  std::string run_id;
  std::string commit;
  bool json = false;
};

ml::ModelToJudge to_judge(const ml::ResolvedModel& model) {
  return {model.label, model.folder, model.digest};
}

// A folder may become the first version of any name, a version of another name is none of this one.
bool may_be_first_of(const std::string& name, const std::string& judged) {
  const auto reference = ml::parse_model_reference(judged);
  if (!reference.ok()) return false;
  if (const auto* version = std::get_if<ml::VersionReference>(&reference.value()))
    return version->name == name;
  const auto* alias = std::get_if<ml::AliasReference>(&reference.value());
  return alias == nullptr || alias->name == name || judged == alias->name;
}

// The registered champion; only where nobody was ever made champion is this a first model.
Result<ml::ChampionModel> registered_champion(const Context& context, const std::string& name,
                                              const std::string& judged) {
  const auto registry = TRY(open_registry(context));
  const auto version = registry->find_alias(name, ml::kChampionAlias);
  if (!version.ok()) {
    if (version.error().code() != ErrorCode::NotFound) return version.error();
    const auto last = TRY(registry->last_under_alias(name, ml::kChampionAlias));
    if (!last && may_be_first_of(name, judged))
      return ml::ChampionModel(ml::NoChampionModel{version.error().message()});
    if (!last)
      return ml::ChampionModel(ml::UnusableChampionModel{
          cat("the gate is for '", name, "' ('model'), and --model names ", judged)});
    return ml::ChampionModel(ml::UnusableChampionModel{
        cat("the alias 'champion' of ", name, " was taken away (", *last,
            " was the last to have it), so this is no first model; `sluice model alias ", name,
            "/VERSION champion` sets it")});
  }
  const auto resolved = ml::resolve_registered(context.world.files, version.value());
  if (!resolved.ok())
    return ml::ChampionModel(ml::UnusableChampionModel{resolved.error().describe()});
  return ml::ChampionModel(to_judge(resolved.value()));
}

Result<ml::ChampionModel> champion_of(const GateOptions& options, const ml::GateFile& gate,
                                      const Context& context) {
  const std::string& text = options.champion.empty() ? gate.model : options.champion;
  if (text.empty())
    return ml::ChampionModel(ml::UnusableChampionModel{
        "neither the gate file ('model') nor --champion says whose champion to compare with"});
  const auto reference = TRY(ml::parse_model_reference(text));
  const auto* alias = std::get_if<ml::AliasReference>(&reference);
  // One that --champion names must be there: a first model has none to name.
  const bool may_be_first = options.champion.empty();
  if (may_be_first && alias != nullptr && alias->alias == ml::kChampionAlias)
    return registered_champion(context, alias->name, options.model);
  return ml::ChampionModel(TRY_CONTEXT(model_to_judge(context, text), "champion"));
}

Result<std::optional<ml::PredictCommand>> command_of(const GateOptions& options) {
  const auto timeout = parse_duration(options.timeout);
  if (!timeout)
    return invalid_input(cat("--timeout '", options.timeout, "' is no duration, such as 10m"));
  if (options.command.empty()) return std::optional<ml::PredictCommand>();
  return std::optional(ml::PredictCommand{options.command, *timeout});
}

// The registered name that a reference such as demand/3 holds; empty for a folder.
std::string name_in(const std::string& model, const os::FileReader& files) {
  if (files.stat(model).ok()) return {};
  const auto reference = ml::parse_model_reference(model);
  if (!reference.ok()) return {};
  if (const auto* version = std::get_if<ml::VersionReference>(&reference.value()))
    return version->name;
  const auto* alias = std::get_if<ml::AliasReference>(&reference.value());
  return alias == nullptr ? std::string() : alias->name;
}

// A file, the name of a model whose gate sluice.yml names, or nothing: then that of --model.
Result<std::string> gate_file(const GateOptions& options, const Context& context) {
  const os::FileReader& files = context.world.files;
  const bool is_name = ml::is_model_name(options.gate) && !options.gate.ends_with(".yml") &&
                       !files.stat(options.gate).ok();
  if (!options.gate.empty() && !is_name) return options.gate;
  const app::WorkPlace place = TRY(work_place_of(context));
  std::string name = options.gate;
  if (name.empty()) name = name_in(options.model, files);
  const os::Path path =
      TRY_CONTEXT(app::gate_file_of(place, name),
                  name.empty() ? "say which gate: a gate file, or the name of a model"
                               : cat("no gate for '", name, "'"));
  const os::Path near = path.lexically_relative(place.folder);
  return near.empty() || *near.begin() == ".." ? path.string() : near.string();
}

// Judging by another gate than the one that approval asks for is allowed, but nobody should wonder
// later.
void warn_of_other_gate(const GateOptions& options, const ml::GateRequest& request,
                        Context& context) {
  const std::string name =
      request.gate.model.empty() ? name_in(options.model, context.world.files) : request.gate.model;
  if (name.empty()) return;
  const auto demanded = demanded_gate(context, name);
  if (!demanded.ok()) {
    context.terminal.error(cat("note: an approval of ", name,
                               " will be refused: ", demanded.error().describe(), "\n"));
    return;
  }
  if (!*demanded || (*demanded)->digest == request.gate.digest) return;
  const bool is_same_file = os::Path(request.gate_name).lexically_normal() == (*demanded)->file;
  context.terminal.error(cat("note: this verdict will not do for an approval of ", name,
                             ", which demands the gate ", ml::describe(**demanded), "; ",
                             is_same_file ? "this one has another content; commit the change first"
                                          : cat("this one is ", request.gate_name),
                             "\n"));
}

Result<ml::GateRequest> request_of(GateOptions options, const Context& context) {
  ml::GateRequest request;
  options.gate = TRY(gate_file(options, context));
  const std::string text = TRY(context.world.files.read(options.gate, kMaxGateFile));
  request.gate = TRY(ml::parse_gate_file(text, options.gate));
  request.gate_name = options.gate;
  request.waivers = options.waivers.empty() ? os::Path(options.gate).parent_path() / "waivers.yml"
                                            : os::Path(options.waivers);
  // One that is named must be there; waivers.yml need not.
  if (!options.waivers.empty()) TRY_CONTEXT(context.world.files.stat(request.waivers), "--waivers");
  request.target = options.target.empty() ? request.gate.target : options.target;
  if (request.target.empty())
    return invalid_input(
        cat("say which column holds the truth: --target COLUMN, or 'target' in ", options.gate));
  request.model = TRY(model_to_judge(context, options.model));
  request.champion = TRY(champion_of(options, request.gate, context));
  request.command = TRY(command_of(options));
  request.data = options.data;
  request.run_id = or_environment(context, options.run_id, "SLUICE_RUN_ID");
  request.commit = or_environment(context, options.commit, "GITHUB_SHA");
  return request;
}

// What an earlier run said must not be taken for what this one says, should it come to nothing.
Result<void> forget_earlier(const GateOptions& options, os::Files& files) {
  if (!options.approved_file.empty()) TRY(files.write(options.approved_file, "false\n"));
  for (const std::string& path : {options.out, options.results}) {
    const auto info = files.stat(path);
    if (path.empty() || !info.ok() || info->kind != os::FileKind::Regular) continue;
    TRY(files.remove_all(path));
  }
  return success();
}

Result<int> gate(const GateOptions& options, Context& context) {
  os::Files& files = context.world.files;
  TRY(forget_earlier(options, files));
  const ml::GateRequest request = TRY(request_of(options, context));
  warn_of_other_gate(options, request, context);
  const ml::Verdict verdict = TRY(ml::judge_file(context.world, request, context.interrupt));
  const os::Path home = TRY(home_of(context));
  const auto key = TRY(ml::VerdictKey::open(files, context.world.random, home));
  const std::string json = to_pretty_text(ml::signed_json(verdict, key)) + "\n";
  if (!options.out.empty()) TRY(files.write(options.out, json));
  if (!options.report.empty()) TRY(files.write(options.report, ml::to_markdown(verdict)));
  if (!options.results.empty()) {
    const std::string name = or_environment(context, options.job_name, "GITHUB_JOB");
    TRY(files.write(options.results, to_pretty_text(ml::results_json(verdict, name)) + "\n"));
  }
  if (!options.approved_file.empty())
    TRY(files.write(options.approved_file, verdict.passed() ? "true\n" : "false\n"));
  context.terminal.out(options.json ? json : ml::to_terminal_text(verdict));
  return verdict.passed() ? 0 : 1;
}

}  // namespace

void add_gate_command(CLI::App& root, Chosen& chosen) {
  auto* command = root.add_subcommand("gate", "Let a model pass, or say why not (exit 1)");
  // Shared by CLI11, which fills it, and the action.
  auto options = std::make_shared<GateOptions>();
  command->add_option("gate", options->gate,
                      "Gate file, or the name of a model whose gate sluice.yml names (default: the "
                      "name in --model, or the only one that sluice.yml names)");
  command->add_option("--model", options->model, "NAME, NAME/3, NAME@alias or a model folder")
      ->required();
  command->add_option("--data", options->data, "CSV file with features and target")->required();
  command->add_option("--target", options->target,
                      "Column that holds the truth (default: the gate file's)");
  command->add_option("--champion", options->champion,
                      "Compare with this model (default: the champion of the gate file's model)");
  command->add_option("--command", options->command,
                      "A program that asks models of any kind: rows as CSV on its input, "
                      "predictions on its output, the model's folder in $SLUICE_MODEL");
  command->add_option("--timeout", options->timeout, "How long the program may take")
      ->capture_default_str();
  command->add_option("--waivers", options->waivers,
                      "Exceptions that people answer for (default: waivers.yml beside the gate)");
  command->add_option("--out", options->out, "Write the signed verdict as JSON to this file");
  command->add_option("--report", options->report, "Write a Markdown report to this file");
  command->add_option("--results", options->results,
                      "Write what scripts read as evaluation_results.json to this file");
  command->add_option("--approved-file", options->approved_file,
                      "Write true or false to this file, as model_approved.txt");
  command->add_option("--job-name", options->job_name, "Name in --results (default: $GITHUB_JOB)");
  command->add_option("--run", options->run_id, "Run id (default: $SLUICE_RUN_ID)");
  command->add_option("--commit", options->commit, "Commit (default: $GITHUB_SHA)");
  command->add_flag("--json", options->json, "Print the verdict as JSON");
  command->callback([&chosen, options] {
    chosen.action = [options](Context& context) { return gate(*options, context); };
  });
}

}  // namespace sluice::cli
