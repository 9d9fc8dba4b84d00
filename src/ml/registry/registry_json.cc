#include "ml/registry/registry_json.h"

#include "base/time.h"

namespace sluice::ml {
namespace {

Json digest_json(const std::optional<Digest>& digest) {
  return digest ? Json(digest->to_string()) : Json(nullptr);
}

}  // namespace

JsonObject to_json(const ModelVersion& version) {
  JsonObject object;
  object["name"] = version.name;
  object["version"] = version.version;
  object["digest"] = version.digest.to_string();
  object["state"] = to_string(version.state);
  object["created"] = to_rfc3339(version.created);
  object["folder"] = version.folder.string();
  object["aliases"] = JsonArray(version.aliases.begin(), version.aliases.end());
  object["run_id"] = version.lineage.run_id;
  object["commit"] = version.lineage.commit;
  object["data_profile"] = digest_json(version.lineage.data_profile);
  object["evaluation"] = digest_json(version.lineage.evaluation);
  object["verdict"] = digest_json(version.lineage.verdict);
  return object;
}

JsonObject to_json(const RegisteredModel& model) {
  JsonObject aliases;
  for (const auto& [alias, version] : model.aliases) aliases[alias] = version;
  JsonObject object;
  object["name"] = model.name;
  object["created"] = to_rfc3339(model.created);
  object["latest_version"] = model.latest_version;
  object["aliases"] = std::move(aliases);
  return object;
}

JsonArray to_json(const std::vector<HistoryEntry>& history) {
  JsonArray entries;
  for (const HistoryEntry& entry : history)
    entries.push_back(JsonObject{{"at", to_rfc3339(entry.at)},
                                 {"actor", entry.actor},
                                 {"action", entry.action},
                                 {"comment", entry.comment}});
  return entries;
}

}  // namespace sluice::ml
