#include "ml/registry/registry.h"

#include "base/json.h"
#include "base/strings.h"
#include "ml/data/profile.h"
#include "ml/evaluate/evaluation.h"
#include "ml/evaluate/verdict.h"
#include "ml/model/model_folder.h"
#include "ml/registry/audit.h"
#include "ml/registry/gate_table.h"
#include "ml/registry/model_reference.h"
#include "ml/registry/required_gate.h"
#include "ml/registry/schema.h"
#include "ml/registry/staged_model.h"
#include "ml/registry/version_table.h"
#include "ml/serve/scorer.h"
#include "store/migrations.h"
#include "store/sqlite.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kMaxDocument = 8u << 20;

Result<void> require_name(std::string_view name) {
  if (is_model_name(name)) return success();
  return invalid_input(cat("'", name,
                           "' is no name for a model: letters, digits, '_', '-' and "
                           "'.', the first a letter or digit, at most 128 of them"));
}

Result<void> require_json(const std::string& text, std::string_view what) {
  if (text.empty()) return success();
  if (text.size() > kMaxDocument)
    return invalid_input(cat("the ", what, " is larger than ", human_bytes(kMaxDocument)));
  TRY_CONTEXT(parse_json(text), what);
  return success();
}

Error wrong_document(std::string_view what, std::string_view command, const JsonObject& object) {
  const Json* format = find(object, "format");
  return invalid_input(cat("the ", what, " is not what `", command, "` writes: its 'format' is ",
                           format == nullptr ? "missing" : to_text(*format)));
}

Result<void> check_data_profile(const std::string& text) {
  if (text.empty()) return success();
  const Json json = TRY_CONTEXT(parse_json(text), "data profile");
  const JsonObject* object = TRY(as_object(json, "a data profile"));
  if (string_or(*object, "format", "") == kProfileFormat) return success();
  return wrong_document("data profile", "sluice data profile --out", *object);
}

// An evaluation that names a model must name this one.
Result<void> check_evaluation(const std::string& text, const Digest& model) {
  if (text.empty()) return success();
  const Json json = TRY_CONTEXT(parse_json(text), "evaluation");
  const JsonObject* object = TRY(as_object(json, "an evaluation"));
  const auto format = get_int(*object, "format");
  if (!format.ok() || *format != kEvaluationFormat)
    return wrong_document("evaluation", "sluice evaluate --out", *object);
  const std::string named = string_or(*object, "model_digest", "");
  if (named.empty() || named == model.to_string()) return success();
  return failed_precondition(cat("the evaluation is of another model: it names ", named,
                                 ", this one is ", model.to_string()));
}

Result<void> check_is_for(const VerifiedVerdict& verdict, std::string_view name,
                          const Digest& model) {
  if (verdict.model != model)
    return failed_precondition(cat("the verdict is for another model: it names ",
                                   verdict.model.to_string(), ", this one is ", model.to_string()));
  if (verdict.gate_model.empty() || verdict.gate_model == name) return success();
  return failed_precondition(cat("the verdict is of a gate for '", verdict.gate_model, "' (",
                                 verdict.gate.name, "), not for '", name, "'"));
}

Result<void> check_documents(const NewVersion& request, const Digest& digest,
                             const VerdictKey& key) {
  TRY(require_json(request.data_profile, "data profile"));
  TRY(require_json(request.evaluation, "evaluation"));
  TRY(require_json(request.verdict, "verdict"));
  TRY(check_data_profile(request.data_profile));
  TRY(check_evaluation(request.evaluation, digest));
  if (request.verdict.empty()) return success();
  return check_is_for(TRY(verify_verdict(request.verdict, key)), request.name, digest);
}

// What the gate and the servers could not read is refused here already; models of other kinds only
// where a gate has asked them by a command.
Result<void> check_readable(const os::FileReader& files, const NewVersion& request,
                            const Digest& digest, const VerdictKey& key) {
  const auto loaded = Scorer::load(files, request.folder, digest);
  if (loaded.ok()) return success();
  const bool other_kind = loaded.error().code() == ErrorCode::Unsupported;
  if (other_kind && !request.verdict.empty()) {
    const auto verdict = TRY(verify_verdict(request.verdict, key));
    if (verdict.by_command) return success();
  }
  return Error(loaded.error())
      .with_context(cat(request.folder.string(),
                        other_kind ? " (a verdict of `sluice gate --command` lets it in)" : ""));
}

Result<Lineage> store_documents(store::Transaction& transaction, const NewVersion& request) {
  Lineage lineage;
  lineage.run_id = request.run_id;
  lineage.commit = request.commit;
  const std::pair<const std::string*, std::optional<Digest>*> documents[] = {
      {&request.data_profile, &lineage.data_profile},
      {&request.evaluation, &lineage.evaluation},
      {&request.verdict, &lineage.verdict}};
  for (const auto& [body, digest] : documents)
    if (!body->empty()) *digest = TRY(insert_document(transaction, *body));
  return lineage;
}

bool brings_news(const Lineage& now, const Lineage& brought) {
  const auto differs = [](const auto& a, const auto& b) { return b && a != b; };
  return differs(now.data_profile, brought.data_profile) ||
         differs(now.evaluation, brought.evaluation) || differs(now.verdict, brought.verdict);
}

bool has_alias(const ModelVersion& version, std::string_view alias) {
  for (const std::string& own : version.aliases)
    if (own == alias) return true;
  return false;
}

// A verdict may not be washed out by an older one. One that this home did not sign is none.
Result<void> check_is_newer(store::Reader& reader, const ModelVersion& version,
                            const VerifiedVerdict& brought, const VerdictKey& key) {
  if (!version.lineage.verdict) return success();
  const std::string text = TRY(select_document(reader, *version.lineage.verdict));
  const auto known = verify_verdict(text, key);
  if (!known.ok() || brought.time >= known->time) return success();
  return failed_precondition(cat("the verdict is of ", to_rfc3339(brought.time), ", and ",
                                 label_of(version.name, version.version), " has one of ",
                                 to_rfc3339(known->time), ": run `sluice gate` again"));
}

// An approval is of the verdict that it saw: one that did not pass takes it back. The champion
// stays what it is until another takes its place, or somebody removes the alias.
Result<void> withdraw_approval(store::Transaction& transaction, const ModelVersion& version,
                               const VerifiedVerdict& verdict, const AuditEntry& presented) {
  if (verdict.passed || version.state != ApprovalState::Approved ||
      has_alias(version, kChampionAlias))
    return success();
  TRY(update_state(transaction, version, ApprovalState::PendingManualApproval));
  return append_audit(
      transaction,
      {presented.at, presented.actor, "withdrawn", presented.subject,
       cat("the gate did not let it pass: ", join(verdict.failed_checks, ", "), " failed")});
}

// The model is there already: what came along is kept as its newest.
Result<void> present(store::Transaction& transaction, const ModelVersion& version,
                     const NewVersion& request, const VerdictKey& key, Timestamp now) {
  std::optional<VerifiedVerdict> verdict;
  if (!request.verdict.empty()) {
    verdict = TRY(verify_verdict(request.verdict, key));
    TRY(check_is_newer(transaction, version, *verdict, key));
  }
  const Lineage lineage = TRY(store_documents(transaction, request));
  if (!brings_news(version.lineage, lineage)) return success();
  TRY(update_documents(transaction, version, lineage));
  const AuditEntry presented{now, request.actor, "presented",
                             label_of(version.name, version.version),
                             request.run_id.empty() ? "" : cat("run ", request.run_id)};
  TRY(append_audit(transaction, presented));
  return verdict ? withdraw_approval(transaction, version, *verdict, presented) : success();
}

// For the audit: "gate gates/demand.yml sha256:…, data test.csv sha256:…; waived: accurate by ana
// (Easter week)".
std::string basis_text(const VerifiedVerdict& verdict) {
  std::vector<std::string> waived;
  for (const WaivedCheck& check : verdict.waived_checks)
    waived.push_back(cat(check.check, " by ", check.who, " (", check.why, ")"));
  return cat("gate ", verdict.gate.name, " ", verdict.gate.digest.to_string(), ", data ",
             verdict.data.name, " ", verdict.data.digest.to_string(),
             waived.empty() ? "" : "; waived: ", join(waived, ", "));
}

std::string approval_comment(const ApprovalRequest& request, const Result<std::string>& basis) {
  const std::string start = cat(request.comment, request.comment.empty() ? "" : "; ");
  if (basis.ok()) return cat(start, basis.value());
  return cat(start, "override: ", request.override_reason,
             " (without it: ", basis.error().describe(), ")");
}

}  // namespace

Result<std::unique_ptr<LocalRegistry>> LocalRegistry::open(const os::World& world,
                                                           const os::Path& home) {
  TRY(world.files.make_directories(home, 0700));
  VerdictKey key = TRY(VerdictKey::open(world.files, world.random, home));
  auto database = TRY(store::open_sqlite(home / "ml.db"));
  auto registry = TRY(open_over(world, *database, home, std::move(key)));
  registry->owned_ = std::move(database);
  return registry;
}

Result<std::unique_ptr<LocalRegistry>> LocalRegistry::open_over(const os::World& world,
                                                                store::Database& database,
                                                                const os::Path& home,
                                                                VerdictKey key) {
  TRY(store::migrate(database, "ml_registry", registry_migrations()));
  return std::unique_ptr<LocalRegistry>(
      new LocalRegistry(world, database, home / "models", std::move(key)));
}

Result<std::vector<RegisteredModel>> LocalRegistry::list_models() {
  std::vector<RegisteredModel> models;
  TRY(database_.read([&](store::Reader& reader) -> Result<void> {
    models = TRY(select_models(reader));
    return success();
  }));
  return models;
}

Result<std::vector<ModelVersion>> LocalRegistry::list_versions(std::string_view name) {
  std::vector<ModelVersion> versions;
  TRY(database_.read([&](store::Reader& reader) -> Result<void> {
    versions = TRY(select_versions(reader, models_, name));
    return success();
  }));
  return versions;
}

Result<ModelVersion> LocalRegistry::find_version(std::string_view name, std::int64_t number) {
  ModelVersion version;
  TRY(database_.read([&](store::Reader& reader) -> Result<void> {
    version = TRY(select_version(reader, models_, name, number));
    return success();
  }));
  return version;
}

Result<ModelVersion> LocalRegistry::find_alias(std::string_view name, std::string_view alias) {
  ModelVersion version;
  TRY(database_.read([&](store::Reader& reader) -> Result<void> {
    version = TRY(select_alias(reader, models_, name, alias));
    return success();
  }));
  return version;
}

Result<std::vector<HistoryEntry>> LocalRegistry::history(std::string_view name,
                                                         std::int64_t number) {
  std::vector<HistoryEntry> entries;
  TRY(database_.read([&](store::Reader& reader) -> Result<void> {
    TRY(select_version(reader, models_, name, number));
    entries = TRY(audit_of(reader, label_of(name, number)));
    return success();
  }));
  return entries;
}

Result<std::string> LocalRegistry::read_document(const Digest& digest) {
  std::string body;
  TRY(database_.read([&](store::Reader& reader) -> Result<void> {
    body = TRY(select_document(reader, digest));
    return success();
  }));
  return body;
}

Result<std::optional<std::string>> LocalRegistry::last_under_alias(std::string_view name,
                                                                   std::string_view alias) {
  std::optional<std::string> last;
  TRY(database_.read([&](store::Reader& reader) -> Result<void> {
    last = TRY(last_subject(reader, cat(name, "/"), "alias_set", alias));
    return success();
  }));
  return last;
}

Result<std::optional<RequiredGate>> LocalRegistry::required_gate(std::string_view name) {
  std::optional<RequiredGate> gate;
  TRY(database_.read([&](store::Reader& reader) -> Result<void> {
    gate = TRY(select_required_gate(reader, name));
    return success();
  }));
  return gate;
}

Result<std::vector<HistoryEntry>> LocalRegistry::gate_history(std::string_view name) {
  std::vector<HistoryEntry> entries;
  TRY(database_.read([&](store::Reader& reader) -> Result<void> {
    entries = TRY(audit_of(reader, name));
    return success();
  }));
  return entries;
}

Result<void> LocalRegistry::require_gate(std::string_view name, const RequiredGate& gate,
                                         std::string_view actor) {
  TRY(require_name(name));
  const auto before = TRY(required_gate(name));
  if (before && asks_for_the_same(*before, gate)) return success();
  return database_.write([&](store::Transaction& transaction) -> Result<void> {
    const auto known = TRY(select_required_gate(transaction, name));
    if (known && known->repository != gate.repository && !asks_for_the_same(*known, gate))
      return failed_precondition(
          cat("the gate of '", name, "' is ", describe(*known), ", and sluice.yml of ",
              gate.repository, " names another, ", gate.file, " ", gate.digest.to_string(),
              "; if that one is to count from now on: `sluice model gate ", name, " --remove`"));
    TRY(upsert_required_gate(transaction, name, gate));
    return append_audit(transaction, {world_.clock.now(), std::string(actor), "gate_set",
                                      std::string(name), describe(gate)});
  });
}

Result<void> LocalRegistry::release_gate(std::string_view name, std::string_view actor) {
  return database_.write([&](store::Transaction& transaction) -> Result<void> {
    const auto gate = TRY(select_required_gate(transaction, name));
    if (!gate) return not_found(cat("no gate is required for '", name, "'"));
    TRY(delete_required_gate(transaction, name));
    return append_audit(transaction, {world_.clock.now(), std::string(actor), "gate_removed",
                                      std::string(name), describe(*gate)});
  });
}

Result<std::int64_t> LocalRegistry::check_audit() {
  std::int64_t rows = 0;
  TRY(database_.read([&](store::Reader& reader) -> Result<void> {
    rows = TRY(verify_audit(reader));
    return success();
  }));
  return rows;
}

Result<Registered> LocalRegistry::register_version(const NewVersion& request) {
  TRY(require_name(request.name));
  const auto marker = world_.files.stat(request.folder / "MLmodel");
  if (!marker.ok() && marker.error().code() == ErrorCode::NotFound)
    return not_found(cat(request.folder.string(), " is no model folder: it has no file MLmodel"));
  const Digest digest = TRY(model_digest(world_.files, request.folder));
  TRY(check_documents(request, digest, key_));
  TRY(check_readable(world_.files, request, digest, key_));
  std::optional<std::int64_t> existing;
  TRY(database_.read([&](store::Reader& reader) -> Result<void> {
    existing = TRY(version_with_digest(reader, request.name, digest));
    return success();
  }));
  std::unique_ptr<StagedModel> staged;
  if (!existing) staged = TRY(StagedModel::stage(world_, models_, request.folder, digest));
  Registered registered;
  TRY(database_.write([&](store::Transaction& transaction) -> Result<void> {
    registered = TRY(write_version(transaction, request, digest, staged.get()));
    return success();
  }));
  return registered;
}

// Inside the transaction no other process numbers versions, so a folder that stands in the way of
// the new number belongs to a registration that never finished.
Result<Registered> LocalRegistry::write_version(store::Transaction& transaction,
                                                const NewVersion& request, const Digest& digest,
                                                StagedModel* staged) {
  const Timestamp now = world_.clock.now();
  const auto existing = TRY(version_with_digest(transaction, request.name, digest));
  if (existing) {
    const auto version = TRY(select_version(transaction, models_, request.name, *existing));
    TRY(present(transaction, version, request, key_, now));
    return Registered{TRY(select_version(transaction, models_, request.name, *existing)),
                      Registration::Existing};
  }
  CHECK(staged != nullptr);
  ModelVersion version;
  version.name = request.name;
  version.version = TRY(next_version(transaction, request.name));
  version.digest = digest;
  version.created = now;
  version.folder = models_ / version.name / std::to_string(version.version);
  version.lineage = TRY(store_documents(transaction, request));
  TRY(staged->place(version.folder));
  TRY(insert_version(transaction, version));
  TRY(append_audit(transaction,
                   {now, request.actor, "registered", label_of(version.name, version.version),
                    request.run_id.empty() ? "" : cat("run ", request.run_id)}));
  return Registered{version, Registration::Created};
}

// Whoever was better than the champion of that day may be worse than the one of today.
Result<void> LocalRegistry::check_champion(store::Reader& reader, const ModelVersion& version,
                                           const VerifiedVerdict& verdict) {
  if (!verdict.compares) return success();
  const auto champion = select_alias(reader, models_, version.name, kChampionAlias);
  if (!champion.ok())
    return champion.error().code() == ErrorCode::NotFound ? success()
                                                          : Result<void>(champion.error());
  if (champion->version == version.version || verdict.champion == champion->digest)
    return success();
  return failed_precondition(
      cat("the champion is ", label_of(champion->name, champion->version), ", and the verdict of ",
          label_of(version.name, version.version),
          verdict.champion ? cat(" compared with another model, ", verdict.champion->to_string())
                           : " knew of none",
          ": run `sluice gate` again"));
}

Result<std::string> LocalRegistry::check_verdict(store::Reader& reader,
                                                 const ModelVersion& version) {
  const std::string label = label_of(version.name, version.version);
  if (!version.lineage.verdict)
    return failed_precondition(cat(label,
                                   " has no verdict: run `sluice gate` and register it with "
                                   "--verdict, or approve with --override REASON"));
  const std::string text = TRY(select_document(reader, *version.lineage.verdict));
  const auto verdict = TRY_CONTEXT(verify_verdict(text, key_), label);
  TRY_CONTEXT(check_is_for(verdict, version.name, version.digest), label);
  if (const auto gate = TRY(select_required_gate(reader, version.name)))
    TRY(check_is_by(*gate, verdict, label));
  for (const WaivedCheck& waived : verdict.waived_checks)
    if (world_.clock.now() >= waived.end)
      return failed_precondition(cat("the waiver of ", waived.check, " by ", waived.who,
                                     " that let ", label,
                                     " through has expired: run `sluice gate` again"));
  if (verdict.passed) {
    TRY(check_champion(reader, version, verdict));
    return basis_text(verdict);
  }
  return failed_precondition(cat("the gate did not let ", label,
                                 " pass: ", join(verdict.failed_checks, ", "),
                                 " failed; approve with --override REASON to do it all the same"));
}

Result<ModelVersion> LocalRegistry::approve(const ApprovalRequest& request) {
  if (!request.override_reason.empty() && trim(request.override_reason).empty())
    return invalid_input("an override says why");
  ModelVersion version;
  TRY(database_.write([&](store::Transaction& transaction) -> Result<void> {
    version = TRY(select_version(transaction, models_, request.name, request.version));
    if (version.state == ApprovalState::Approved) return success();
    const Result<std::string> verdict = check_verdict(transaction, version);
    if (!verdict.ok() && request.override_reason.empty()) return verdict.error();
    TRY(update_state(transaction, version, ApprovalState::Approved));
    version.state = ApprovalState::Approved;
    return append_audit(
        transaction, {world_.clock.now(), request.actor, "approved",
                      label_of(version.name, version.version), approval_comment(request, verdict)});
  }));
  return version;
}

Result<ModelVersion> LocalRegistry::reject(const ApprovalRequest& request) {
  ModelVersion version;
  TRY(database_.write([&](store::Transaction& transaction) -> Result<void> {
    version = TRY(select_version(transaction, models_, request.name, request.version));
    if (version.state == ApprovalState::Rejected) return success();
    const std::string label = label_of(version.name, version.version);
    if (has_alias(version, kChampionAlias))
      return failed_precondition(cat(label,
                                     " is the champion: point the alias 'champion' to "
                                     "another version, or remove it, before rejecting"));
    TRY(update_state(transaction, version, ApprovalState::Rejected));
    version.state = ApprovalState::Rejected;
    return append_audit(transaction,
                        {world_.clock.now(), request.actor, "rejected", label, request.comment});
  }));
  return version;
}

Result<ModelVersion> LocalRegistry::set_alias(std::string_view name, std::string_view alias,
                                              std::int64_t number, std::string_view actor) {
  if (!is_model_name(alias) || alias.find_first_not_of("0123456789") == std::string_view::npos)
    return invalid_input(cat("'", alias,
                             "' is no alias: letters, digits, '_', '-' and '.', and "
                             "not a number"));
  ModelVersion version;
  TRY(database_.write([&](store::Transaction& transaction) -> Result<void> {
    version = TRY(select_version(transaction, models_, name, number));
    if (has_alias(version, alias)) return success();
    const std::string label = label_of(name, number);
    if (alias == kChampionAlias && version.state != ApprovalState::Approved)
      return failed_precondition(cat(label, " is ", to_string(version.state),
                                     ": only an approved version may become the champion"));
    const Timestamp now = world_.clock.now();
    const auto before = select_alias(transaction, models_, name, alias);
    if (!before.ok() && before.error().code() != ErrorCode::NotFound) return before.error();
    if (before.ok())
      TRY(append_audit(transaction,
                       {now, std::string(actor), "alias_removed",
                        label_of(name, before.value().version), cat(alias, " is now ", label)}));
    TRY(upsert_alias(transaction, name, alias, number));
    TRY(append_audit(transaction,
                     {now, std::string(actor), "alias_set", label, std::string(alias)}));
    version = TRY(select_version(transaction, models_, name, number));
    return success();
  }));
  return version;
}

Result<void> LocalRegistry::remove_alias(std::string_view name, std::string_view alias,
                                         std::string_view actor) {
  return database_.write([&](store::Transaction& transaction) -> Result<void> {
    const ModelVersion version = TRY(select_alias(transaction, models_, name, alias));
    TRY(delete_alias(transaction, name, alias));
    return append_audit(transaction, {world_.clock.now(), std::string(actor), "alias_removed",
                                      label_of(name, version.version), std::string(alias)});
  });
}

}  // namespace sluice::ml
