#include "cli/model_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/json.h"
#include "base/strings.h"
#include "cli/model_access.h"
#include "cli/target_access.h"
#include "ml/evaluate/evaluation_plots.h"
#include "ml/registry/model_card.h"
#include "ml/registry/registry_json.h"
#include "ml/registry/required_gate.h"
#include "ml/serve/scorer.h"

namespace sluice::cli {
namespace {

constexpr std::uint64_t kMaxDocument = 8u << 20;

struct ModelOptions {
  std::string reference;  // NAME, NAME/3, NAME@alias
  std::string folder;
  std::string name;
  std::string verdict;
  std::string evaluation;
  std::string data_profile;
  std::string run_id;
  std::string commit;
  std::string alias;
  std::string by;
  std::string comment;
  std::string override_reason;
  std::string out;
  std::string metric = "wape";
  std::string plot;
  bool approve_if_passed = false;
  bool remove = false;
  bool json = false;
};
using OptionsPtr =
    std::shared_ptr<ModelOptions>;  // shared by CLI11, which fills it, and the action

std::string who(const ModelOptions& options, const Context& context) {
  return options.by.empty() ? actor_of(context) : options.by;
}

std::string label(const ml::ModelVersion& version) {
  return cat(version.name, "/", version.version);
}

Result<ml::ModelVersion> find_registered(ml::LocalRegistry& registry, const std::string& text) {
  const auto reference = TRY(ml::parse_model_reference(text));
  if (const auto* number = std::get_if<ml::VersionReference>(&reference))
    return registry.find_version(number->name, number->version);
  if (const auto* alias = std::get_if<ml::AliasReference>(&reference))
    return registry.find_alias(alias->name, alias->alias);
  return invalid_input(cat("'", text,
                           "' is a path; a registered model is NAME, NAME/3 or "
                           "NAME@alias"));
}

// A decision is about one version: an alias could move between looking and deciding.
Result<ml::VersionReference> version_reference(const std::string& text) {
  const auto reference = TRY(ml::parse_model_reference(text));
  if (const auto* number = std::get_if<ml::VersionReference>(&reference)) return *number;
  return invalid_input(cat("'", text, "' must name a version, as in demand/3"));
}

std::string short_digest(const Digest& digest) {
  return digest.hex().substr(0, 12);
}

std::string day_and_time(Timestamp time) {
  return replace_all(to_rfc3339(time).substr(0, 19), "T", " ");
}

std::string version_line(const ml::ModelVersion& version) {
  return fmt::format("{:<24} {:<22} {:<20} {:<13} {}\n", label(version),
                     ml::to_string(version.state), day_and_time(version.created),
                     short_digest(version.digest), join(version.aliases, ", "));
}

Result<int> list_models(const ModelOptions& options, Context& context) {
  const auto registry = TRY(open_registry(context));
  const auto models = TRY(registry->list_models());
  if (options.json) {
    JsonArray array;
    for (const auto& model : models) array.push_back(ml::to_json(model));
    context.terminal.out(to_pretty_text(array) + "\n");
    return 0;
  }
  if (models.empty())
    context.terminal.out("no models yet; `sluice model register FOLDER --name NAME` adds one\n");
  else
    context.terminal.out(fmt::format("{:<24} {:>8}  {}\n", "model", "versions", "aliases"));
  for (const auto& model : models) {
    std::vector<std::string> aliases;
    for (const auto& [alias, version] : model.aliases) aliases.push_back(cat(alias, " ", version));
    context.terminal.out(
        fmt::format("{:<24} {:>8}  {}\n", model.name, model.latest_version, join(aliases, ", ")));
  }
  return 0;
}

Result<int> list(const ModelOptions& options, Context& context) {
  if (options.name.empty()) return list_models(options, context);
  const auto registry = TRY(open_registry(context));
  const auto versions = TRY(registry->list_versions(options.name));
  if (options.json) {
    JsonArray array;
    for (const auto& version : versions) array.push_back(ml::to_json(version));
    context.terminal.out(to_pretty_text(array) + "\n");
    return 0;
  }
  context.terminal.out(fmt::format("{:<24} {:<22} {:<20} {:<13} {}\n", "version", "state",
                                   "registered", "digest", "aliases"));
  for (const auto& version : versions) context.terminal.out(version_line(version));
  return 0;
}

std::string lineage_text(const ml::ModelVersion& version) {
  std::string text;
  const auto line = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) text += fmt::format("  {:<14} {}\n", name, value);
  };
  const auto digest = [](const std::optional<Digest>& value) {
    return value ? value->to_string() : std::string();
  };
  line("digest", version.digest.to_string());
  line("state", ml::to_string(version.state));
  line("aliases", join(version.aliases, ", "));
  line("registered", day_and_time(version.created));
  line("run", version.lineage.run_id);
  line("commit", version.lineage.commit);
  line("data profile", digest(version.lineage.data_profile));
  line("evaluation", digest(version.lineage.evaluation));
  line("verdict", digest(version.lineage.verdict));
  line("folder", version.folder.string());
  return text;
}

// The findings of the verdict, for people.
Result<std::string> verdict_text(ml::LocalRegistry& registry, const ml::ModelVersion& version) {
  if (!version.lineage.verdict) return std::string("verdict: none\n");
  const std::string body = TRY(registry.read_document(*version.lineage.verdict));
  const Json json = TRY(parse_json(body));
  const JsonObject* verdict = TRY(as_object(json, "verdict"));
  const auto passed = TRY(get_bool(*verdict, "passed"));
  std::string text = cat("verdict: ", passed ? "passed" : "did not pass", "\n");
  const JsonArray* checks = TRY(get_array(*verdict, "checks"));
  for (const Json& entry : *checks) {
    const JsonObject* check = TRY(as_object(entry, "check"));
    const auto check_passed = TRY(get_bool(*check, "passed"));
    const bool waived = find(*check, "waived") != nullptr;
    text += cat("  ",
                check_passed ? "passed"
                : waived     ? "waived"
                             : "FAILED",
                "  ", string_or(*check, "name", ""), ": ", string_or(*check, "sentence", ""), "\n");
    if (const auto notes = get_array(*check, "notes"); notes.ok())
      for (const Json& note : **notes)
        if (note.is_string()) text += cat("          ", std::string(note.get_string()), "\n");
  }
  return text;
}

Result<int> show(const ModelOptions& options, Context& context) {
  const auto registry = TRY(open_registry(context));
  const auto version = TRY(find_registered(*registry, options.reference));
  const auto history = TRY(registry->history(version.name, version.version));
  const std::int64_t audited = TRY(registry->check_audit());
  if (options.json) {
    JsonObject object = ml::to_json(version);
    object["history"] = ml::to_json(history);
    context.terminal.out(to_pretty_text(object) + "\n");
    return 0;
  }
  context.terminal.out(cat(label(version), "\n", lineage_text(version)));
  context.terminal.out(TRY(verdict_text(*registry, version)));
  context.terminal.out("history\n");
  for (const auto& entry : history)
    context.terminal.out(fmt::format("  {}  {:<14} by {}{}{}\n", day_and_time(entry.at),
                                     entry.action, entry.actor, entry.comment.empty() ? "" : ": ",
                                     entry.comment));
  context.terminal.out(
      cat("audit: ", plural(static_cast<std::size_t>(audited), "row"), ", unbroken\n"));
  return 0;
}

// A document of the lineage as JSON; unset where there is none.
Result<std::optional<JsonObject>> document(ml::LocalRegistry& registry,
                                           const std::optional<Digest>& digest) {
  if (!digest) return std::optional<JsonObject>();
  const std::string text = TRY(registry.read_document(*digest));
  const Json json = TRY(parse_json(text));
  return std::optional(*TRY(as_object(json, "document")));
}

// What the files of a version say; unset where they cannot be read.
std::optional<ml::ModelFacts> facts_of(const Context& context, const ml::ModelVersion& version) {
  const auto scorer = ml::Scorer::load(context.world.files, version.folder, version.digest);
  if (!scorer.ok()) return std::nullopt;
  const ml::Scorer& model = *scorer.value();
  ml::ModelFacts facts;
  facts.objective = model.model().objective();
  facts.trees = model.model().tree_count();
  facts.features = model.feature_names();
  facts.framework = cat("xgboost ", model.folder().xgboost_version);
  facts.created = model.folder().created;
  facts.requirements =
      context.world.files.read(version.folder / "requirements.txt", kMaxDocument).value_or("");
  return facts;
}

// A metric of each version that has an evaluation, oldest first.
Result<std::vector<ml::MetricPoint>> history_of_metric(ml::LocalRegistry& registry,
                                                       const std::string& name,
                                                       const std::string& metric) {
  auto versions = TRY(registry.list_versions(name));
  std::reverse(versions.begin(), versions.end());
  std::vector<ml::MetricPoint> points;
  for (const auto& version : versions) {
    const auto evaluation = TRY(document(registry, version.lineage.evaluation));
    if (!evaluation) continue;
    const auto metrics = get_object(*evaluation, "metrics");
    const auto value = metrics.ok() ? get_double(**metrics, metric) : Result<double>(0.0);
    if (metrics.ok() && value.ok()) points.push_back({label(version), value.value()});
  }
  return points;
}

Result<void> write_history(ml::LocalRegistry& registry, const ModelOptions& options,
                           const std::string& name, Context& context) {
  const auto points = TRY(history_of_metric(registry, name, options.metric));
  if (points.empty())
    return invalid_input(cat("no version of ", name, " has an evaluation with the metric '",
                             options.metric, "'; `sluice model register --evaluation` keeps them"));
  const ml::Plot plot = ml::metric_history(options.metric, points);
  return context.world.files.write(options.plot, ml::to_svg(plot.drawing));
}

Result<int> card(const ModelOptions& options, Context& context) {
  const auto registry = TRY(open_registry(context));
  ml::CardSources sources;
  sources.version = TRY(find_registered(*registry, options.reference));
  sources.history = TRY(registry->history(sources.version.name, sources.version.version));
  sources.evaluation = TRY(document(*registry, sources.version.lineage.evaluation));
  sources.verdict = TRY(document(*registry, sources.version.lineage.verdict));
  sources.model = facts_of(context, sources.version);
  const JsonObject made = ml::model_card(sources);
  const std::string text = options.json ? to_pretty_text(made) + "\n" : ml::card_markdown(made);
  if (!options.plot.empty()) TRY(write_history(*registry, options, sources.version.name, context));
  if (options.out.empty())
    context.terminal.out(text);
  else
    TRY(context.world.files.write(options.out, text));
  return 0;
}

int print_version(const ModelOptions& options, Context& context, const ml::ModelVersion& version,
                  std::string_view said) {
  if (options.json)
    context.terminal.out(to_pretty_text(ml::to_json(version)) + "\n");
  else
    context.terminal.out(cat(said, "\n"));
  return 0;
}

Result<std::string> read_document(const Context& context, const std::string& path) {
  if (path.empty()) return std::string();
  return context.world.files.read(path, kMaxDocument);
}

Result<ml::NewVersion> registration_of(const ModelOptions& options, const Context& context) {
  ml::NewVersion request;
  request.name = options.name;
  request.folder = options.folder;
  request.actor = who(options, context);
  request.run_id = or_environment(context, options.run_id, "SLUICE_RUN_ID");
  request.commit = or_environment(context, options.commit, "GITHUB_SHA");
  request.verdict = TRY(read_document(context, options.verdict));
  request.evaluation = TRY(read_document(context, options.evaluation));
  request.data_profile = TRY(read_document(context, options.data_profile));
  return request;
}

// Approves where the verdict lets it; otherwise the version waits for a person, and `said` why.
Result<ml::ModelVersion> approve_if_passed(ml::LocalRegistry& registry,
                                           const ml::ModelVersion& version,
                                           const std::string& actor, std::string& said) {
  // What a person rejected only a person takes back.
  if (version.state == ml::ApprovalState::Rejected) {
    said += cat("\nnot approved: it was rejected; `sluice model approve ", label(version),
                "` takes that back");
    return version;
  }
  const auto approved =
      registry.approve({version.name, version.version, actor, "the gate let it pass", ""});
  if (approved.ok()) return approved;
  if (approved.error().code() != ErrorCode::FailedPrecondition) return approved.error();
  said += cat("\nnot approved: ", approved.error().describe());
  return version;
}

// What sluice.yml demands of this name is kept before anything is decided, so that a decision that
// is refused here is refused elsewhere, too.
Result<void> keep_required_gate(ml::LocalRegistry& registry, const std::string& name,
                                const std::string& actor, const Context& context) {
  const auto gate = TRY(app::find_required_gate(TRY(work_place_of(context)), name));
  return gate ? registry.require_gate(name, *gate, actor) : success();
}

Result<int> register_model(const ModelOptions& options, Context& context) {
  const auto registry = TRY(open_registry(context));
  const ml::NewVersion request = TRY(registration_of(options, context));
  TRY(keep_required_gate(*registry, request.name, request.actor, context));
  const ml::Registered registered = TRY(registry->register_version(request));
  ml::ModelVersion version = registered.version;
  std::string said;
  if (options.approve_if_passed)
    version = TRY(approve_if_passed(*registry, version, request.actor, said));
  const bool existing = registered.registration == ml::Registration::Existing;
  if (!options.alias.empty())
    version = TRY_CONTEXT(
        registry->set_alias(version.name, options.alias, version.version, request.actor),
        cat(label(version), existing ? " was registered before" : " is registered", " (",
            ml::to_string(version.state), ") but is not under the alias '", options.alias, "'"));
  return print_version(options, context, version,
                       cat(label(version), existing ? " was registered before" : " registered",
                           ", ", ml::to_string(version.state), said));
}

Result<int> approve(const ModelOptions& options, Context& context) {
  const auto registry = TRY(open_registry(context));
  const auto reference = TRY(version_reference(options.reference));
  TRY(keep_required_gate(*registry, reference.name, who(options, context), context));
  const auto version =
      TRY(registry->approve({reference.name, reference.version, who(options, context),
                             options.comment, options.override_reason}));
  return print_version(options, context, version, cat(label(version), " is approved"));
}

Result<int> reject(const ModelOptions& options, Context& context) {
  const auto registry = TRY(open_registry(context));
  const auto reference = TRY(version_reference(options.reference));
  const auto version = TRY(registry->reject(
      {reference.name, reference.version, who(options, context), options.comment, ""}));
  context.terminal.error(TRY(uses_by_targets(context, version.name, version.version)));
  return print_version(options, context, version, cat(label(version), " is rejected"));
}

Json gate_json(const std::optional<ml::RequiredGate>& gate) {
  if (!gate) return nullptr;
  return JsonObject{{"file", gate->file},
                    {"digest", gate->digest.to_string()},
                    {"waivers", gate->waivers ? Json(gate->waivers->to_string()) : Json(nullptr)},
                    {"target", gate->target},
                    {"repository", gate->repository},
                    {"revision", gate->revision}};
}

Result<int> gate(const ModelOptions& options, Context& context) {
  const auto registry = TRY(open_registry(context));
  if (options.remove) {
    TRY(registry->release_gate(options.name, who(options, context)));
    context.terminal.out(
        cat("no gate is required for ", options.name, " any more, until a sluice.yml names one\n"));
    return 0;
  }
  const auto required = TRY(registry->required_gate(options.name));
  const auto history = TRY(registry->gate_history(options.name));
  if (options.json) {
    context.terminal.out(to_pretty_text(JsonObject{{"gate", gate_json(required)},
                                                   {"history", ml::to_json(history)}}) +
                         "\n");
    return 0;
  }
  context.terminal.out(cat(
      options.name, ": ",
      required ? ml::describe(*required) : std::string("any gate for this name will do"), "\n"));
  for (const auto& entry : history)
    context.terminal.out(fmt::format("  {}  {:<14} by {}: {}\n", day_and_time(entry.at),
                                     entry.action, entry.actor, entry.comment));
  return 0;
}

Result<int> alias(const ModelOptions& options, Context& context) {
  const auto registry = TRY(open_registry(context));
  const std::string actor = who(options, context);
  if (options.remove) {
    TRY(registry->remove_alias(options.reference, options.alias, actor));
    context.terminal.out(cat(options.reference, " has no alias ", options.alias, " any more\n"));
    return 0;
  }
  const auto reference = TRY(version_reference(options.reference));
  const auto version =
      TRY(registry->set_alias(reference.name, options.alias, reference.version, actor));
  return print_version(options, context, version,
                       cat(version.name, "@", options.alias, " is now ", label(version)));
}

// A subcommand with the options that all share; `run` is its action.
CLI::App* add(CLI::App& parent, Chosen& chosen, const std::string& name, const std::string& about,
              const OptionsPtr& options, Result<int> (*run)(const ModelOptions&, Context&)) {
  auto* command = parent.add_subcommand(name, about);
  command->add_flag("--json", options->json, "Print JSON");
  command->callback([&chosen, options, run] {
    chosen.action = [options, run](Context& context) { return run(*options, context); };
  });
  return command;
}

void add_by(CLI::App& command, const OptionsPtr& options) {
  command.add_option("--by", options->by, "Who decides (default: $SLUICE_ACTOR, $USER)");
}

void add_reading(CLI::App& model, Chosen& chosen) {
  auto listed = std::make_shared<ModelOptions>();
  add(model, chosen, "list", "Registered models, or the versions of one", listed, list)
      ->add_option("name", listed->name, "Model");
  auto shown = std::make_shared<ModelOptions>();
  add(model, chosen, "show", "One version: lineage, verdict, history", shown, show)
      ->add_option("model", shown->reference, "NAME, NAME/3 or NAME@alias")
      ->required();
}

void add_card(CLI::App& model, Chosen& chosen) {
  auto options = std::make_shared<ModelOptions>();
  auto* command =
      add(model, chosen, "card", "Model card: lineage, evaluation, gate, approver", options, card);
  command->add_option("model", options->reference, "NAME, NAME/3 or NAME@alias")->required();
  command->add_option("--out", options->out, "Write the card to this file");
  command->add_option("--plot", options->plot,
                      "Write a picture (SVG) of --metric over the versions to this file");
  command->add_option("--metric", options->metric, "Metric of --plot")->capture_default_str();
}

void add_register(CLI::App& model, Chosen& chosen) {
  auto options = std::make_shared<ModelOptions>();
  auto* command = add(model, chosen, "register", "Copy a model folder into the registry", options,
                      register_model);
  command->add_option("folder", options->folder, "Model folder (with a file MLmodel)")->required();
  command->add_option("--name", options->name, "Name of the model")->required();
  command->add_option("--verdict", options->verdict, "Verdict of `sluice gate --out`");
  command->add_option("--evaluation", options->evaluation, "File of `sluice evaluate --out`");
  command->add_option("--data-profile", options->data_profile, "File of `sluice data profile`");
  command->add_option("--run", options->run_id, "Run id (default: $SLUICE_RUN_ID)");
  command->add_option("--commit", options->commit, "Commit (default: $GITHUB_SHA)");
  command->add_flag("--approve-if-passed", options->approve_if_passed,
                    "Approve when the verdict passed");
  command->add_option("--alias", options->alias, "Point this alias to the version, too");
  add_by(*command, options);
}

void add_deciding(CLI::App& model, Chosen& chosen) {
  auto approved = std::make_shared<ModelOptions>();
  auto* approving =
      add(model, chosen, "approve", "Approve a version whose verdict passed", approved, approve);
  approving->add_option("model", approved->reference, "NAME/3")->required();
  approving->add_option("--comment", approved->comment, "Kept in the history");
  approving->add_option("--override", approved->override_reason,
                        "Approve without a verdict that passed, for this reason");
  add_by(*approving, approved);
  auto rejected = std::make_shared<ModelOptions>();
  auto* rejecting = add(model, chosen, "reject", "Reject a version", rejected, reject);
  rejecting->add_option("model", rejected->reference, "NAME/3")->required();
  rejecting->add_option("--comment", rejected->comment, "Kept in the history");
  add_by(*rejecting, rejected);
  auto gated = std::make_shared<ModelOptions>();
  auto* gating =
      add(model, chosen, "gate", "The gate that versions of a model must pass", gated, gate);
  gating->add_option("name", gated->name, "Model")->required();
  gating->add_flag("--remove", gated->remove, "Require none any more, until sluice.yml names one");
  add_by(*gating, gated);
  auto aliased = std::make_shared<ModelOptions>();
  auto* aliasing = add(model, chosen, "alias",
                       "Point an alias to a version: alias demand/3 champion", aliased, alias);
  aliasing->add_option("model", aliased->reference, "NAME/3, or NAME with --remove")->required();
  aliasing->add_option("alias", aliased->alias, "Alias, such as champion")->required();
  aliasing->add_flag("--remove", aliased->remove, "Take the alias away");
  add_by(*aliasing, aliased);
}

}  // namespace

void add_model_command(CLI::App& root, Chosen& chosen) {
  auto* model = root.add_subcommand("model", "Registered models, their approval and history");
  model->require_subcommand(1);
  add_reading(*model, chosen);
  add_card(*model, chosen);
  add_register(*model, chosen);
  add_deciding(*model, chosen);
}

}  // namespace sluice::cli
