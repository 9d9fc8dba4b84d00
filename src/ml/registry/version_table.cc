#include "ml/registry/version_table.h"

#include <array>

#include "base/check.h"
#include "base/strings.h"

namespace sluice::ml {
namespace {

constexpr std::array kStates{ApprovalState::PendingManualApproval, ApprovalState::Approved,
                             ApprovalState::Rejected};

Result<ApprovalState> parse_state(std::string_view text) {
  for (ApprovalState state : kStates)
    if (to_string(state) == text) return state;
  return corrupt(cat("ml.db holds the unknown approval state '", text, "'"));
}

Result<std::optional<Digest>> digest_or_null(const store::Row& row, int column) {
  if (row.is_null(column)) return std::optional<Digest>();
  return std::optional(TRY(Digest::parse(row.text(column))));
}

store::Value value_of(const std::optional<Digest>& digest) {
  return digest ? store::Value(digest->to_string()) : store::Value();
}

Result<ModelVersion> version_of(const store::Row& row, const std::filesystem::path& models) {
  ModelVersion version;
  version.name = row.text(0);
  version.version = row.integer(1);
  version.digest = TRY(Digest::parse(row.text(2)));
  version.state = TRY(parse_state(row.text(3)));
  version.created = from_micros(row.integer(4));
  version.lineage.run_id = row.text(5);
  version.lineage.commit = row.text(6);
  version.lineage.data_profile = TRY(digest_or_null(row, 7));
  version.lineage.evaluation = TRY(digest_or_null(row, 8));
  version.lineage.verdict = TRY(digest_or_null(row, 9));
  version.folder = models / version.name / std::to_string(version.version);
  return version;
}

Result<void> add_aliases(store::Reader& reader, ModelVersion& version) {
  return reader.query(
      "SELECT alias FROM model_aliases WHERE name = ? AND version = ? ORDER BY alias",
      {version.name, version.version}, [&](const store::Row& row) {
        version.aliases.emplace_back(row.text(0));
        return success();
      });
}

Result<std::vector<std::string>> model_names(store::Reader& reader) {
  std::vector<std::string> names;
  TRY(reader.query("SELECT name FROM registered_models ORDER BY name", {},
                   [&](const store::Row& row) {
                     names.emplace_back(row.text(0));
                     return success();
                   }));
  return names;
}

Result<std::int64_t> newest_version(store::Reader& reader, std::string_view name) {
  std::int64_t newest = 0;
  TRY(reader.query("SELECT COALESCE(MAX(version), 0) FROM model_versions WHERE name = ?",
                   {std::string(name)}, [&](const store::Row& row) {
                     newest = row.integer(0);
                     return success();
                   }));
  return newest;
}

Result<void> require_model(store::Reader& reader, std::string_view name) {
  const std::int64_t newest = TRY(newest_version(reader, name));
  if (newest > 0) return success();
  const auto names = TRY(model_names(reader));
  return not_found(cat("no model '", name, "' is registered", did_you_mean(name, names)));
}

}  // namespace

std::string_view to_string(ApprovalState state) {
  switch (state) {
    case ApprovalState::PendingManualApproval:
      return "PendingManualApproval";
    case ApprovalState::Approved:
      return "Approved";
    case ApprovalState::Rejected:
      return "Rejected";
  }
  UNREACHABLE();
}

std::string label_of(std::string_view name, std::int64_t version) {
  return cat(name, "/", version);
}

Result<std::vector<ModelVersion>> select_versions(store::Reader& reader,
                                                  const std::filesystem::path& models,
                                                  std::string_view name) {
  TRY(require_model(reader, name));
  std::vector<ModelVersion> versions;
  TRY(reader.query(
      "SELECT name, version, digest, state, created, run_id, commit_sha, data_profile, evaluation, "
      "verdict FROM model_versions WHERE name = ? ORDER BY version DESC",
      {std::string(name)}, [&](const store::Row& row) -> Result<void> {
        versions.push_back(TRY(version_of(row, models)));
        return success();
      }));
  for (ModelVersion& version : versions) TRY(add_aliases(reader, version));
  return versions;
}

Result<ModelVersion> select_version(store::Reader& reader, const std::filesystem::path& models,
                                    std::string_view name, std::int64_t number) {
  std::optional<ModelVersion> version;
  TRY(reader.query(
      "SELECT name, version, digest, state, created, run_id, commit_sha, data_profile, evaluation, "
      "verdict FROM model_versions WHERE name = ? AND version = ?",
      {std::string(name), number}, [&](const store::Row& row) -> Result<void> {
        version = TRY(version_of(row, models));
        return success();
      }));
  if (!version) {
    TRY(require_model(reader, name));
    const std::int64_t newest = TRY(newest_version(reader, name));
    return not_found(cat("model '", name, "' has no version ", number, "; its newest is ", newest));
  }
  TRY(add_aliases(reader, *version));
  return *version;
}

Result<ModelVersion> select_alias(store::Reader& reader, const std::filesystem::path& models,
                                  std::string_view name, std::string_view alias) {
  std::optional<std::int64_t> version;
  TRY(reader.query("SELECT version FROM model_aliases WHERE name = ? AND alias = ?",
                   {std::string(name), std::string(alias)}, [&](const store::Row& row) {
                     version = row.integer(0);
                     return success();
                   }));
  if (version) return select_version(reader, models, name, *version);
  TRY(require_model(reader, name));
  return not_found(cat("model '", name, "' has no version under the alias '", alias,
                       "'; `sluice model alias ", name, "/VERSION ", alias, "` sets it"));
}

Result<std::optional<std::int64_t>> version_with_digest(store::Reader& reader,
                                                        std::string_view name,
                                                        const Digest& digest) {
  std::optional<std::int64_t> version;
  TRY(reader.query("SELECT version FROM model_versions WHERE name = ? AND digest = ?",
                   {std::string(name), digest.to_string()}, [&](const store::Row& row) {
                     version = row.integer(0);
                     return success();
                   }));
  return version;
}

Result<std::int64_t> next_version(store::Reader& reader, std::string_view name) {
  return TRY(newest_version(reader, name)) + 1;
}

Result<std::vector<RegisteredModel>> select_models(store::Reader& reader) {
  std::vector<RegisteredModel> models;
  TRY(reader.query(
      "SELECT m.name, m.created, MAX(v.version) FROM registered_models m "
      "JOIN model_versions v ON v.name = m.name GROUP BY m.name, m.created ORDER BY m.name",
      {}, [&](const store::Row& row) {
        models.push_back(
            {std::string(row.text(0)), from_micros(row.integer(1)), row.integer(2), {}});
        return success();
      }));
  for (RegisteredModel& model : models)
    TRY(reader.query("SELECT alias, version FROM model_aliases WHERE name = ?", {model.name},
                     [&](const store::Row& row) {
                       model.aliases[std::string(row.text(0))] = row.integer(1);
                       return success();
                     }));
  return models;
}

Result<void> insert_version(store::Transaction& transaction, const ModelVersion& version) {
  const std::int64_t created = to_micros(version.created);
  TRY(transaction.execute(
      "INSERT INTO registered_models (name, created) VALUES (?, ?) ON CONFLICT DO NOTHING",
      {version.name, created}));
  TRY(transaction.execute(
      "INSERT INTO model_versions (name, version, digest, state, created, run_id, commit_sha, "
      "data_profile, evaluation, verdict) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {version.name, version.version, version.digest.to_string(),
       std::string(to_string(version.state)), created, version.lineage.run_id,
       version.lineage.commit, value_of(version.lineage.data_profile),
       value_of(version.lineage.evaluation), value_of(version.lineage.verdict)}));
  return success();
}

Result<void> update_state(store::Transaction& transaction, const ModelVersion& version,
                          ApprovalState state) {
  TRY(transaction.execute("UPDATE model_versions SET state = ? WHERE name = ? AND version = ?",
                          {std::string(to_string(state)), version.name, version.version}));
  return success();
}

Result<void> update_documents(store::Transaction& transaction, const ModelVersion& version,
                              const Lineage& lineage) {
  TRY(
      transaction.execute("UPDATE model_versions SET data_profile = COALESCE(?, data_profile), "
                          "evaluation = COALESCE(?, evaluation), verdict = COALESCE(?, verdict) "
                          "WHERE name = ? AND version = ?",
                          {value_of(lineage.data_profile), value_of(lineage.evaluation),
                           value_of(lineage.verdict), version.name, version.version}));
  return success();
}

Result<void> upsert_alias(store::Transaction& transaction, std::string_view name,
                          std::string_view alias, std::int64_t version) {
  TRY(
      transaction.execute("INSERT INTO model_aliases (name, alias, version) VALUES (?, ?, ?) "
                          "ON CONFLICT (name, alias) DO UPDATE SET version = excluded.version",
                          {std::string(name), std::string(alias), version}));
  return success();
}

Result<void> delete_alias(store::Transaction& transaction, std::string_view name,
                          std::string_view alias) {
  TRY(transaction.execute("DELETE FROM model_aliases WHERE name = ? AND alias = ?",
                          {std::string(name), std::string(alias)}));
  return success();
}

Result<Digest> insert_document(store::Transaction& transaction, const std::string& body) {
  const Digest digest = sha256(body);
  TRY(transaction.execute(
      "INSERT INTO documents (digest, body) VALUES (?, ?) ON CONFLICT DO NOTHING",
      {digest.to_string(), body}));
  return digest;
}

Result<std::string> select_document(store::Reader& reader, const Digest& digest) {
  std::optional<std::string> body;
  TRY(reader.query("SELECT body FROM documents WHERE digest = ?", {digest.to_string()},
                   [&](const store::Row& row) {
                     body = row.text(0);
                     return success();
                   }));
  if (!body) return not_found(cat("the registry holds no document ", digest.to_string()));
  if (sha256(*body) != digest)
    return corrupt(cat("the document ", digest.to_string(), " was changed in ml.db"));
  return *body;
}

}  // namespace sluice::ml
