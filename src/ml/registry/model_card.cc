#include "ml/registry/model_card.h"

#include <algorithm>

#include "base/strings.h"
#include "ml/evaluate/wording.h"
#include "ml/registry/version_table.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kShownSlices = 5;
constexpr std::string_view kNotRecorded = "not recorded";

Json text_or_null(std::string_view text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json digest_or_null(const std::optional<Digest>& digest) {
  return digest ? Json(digest->to_string()) : Json(nullptr);
}

Json member(const std::optional<JsonObject>& object, std::string_view key) {
  const Json* found = object ? find(*object, key) : nullptr;
  return found == nullptr ? Json(nullptr) : *found;
}

// The last entry of this kind, if there is one.
const HistoryEntry* last_of(const std::vector<HistoryEntry>& history, std::string_view action) {
  const auto found = std::find_if(history.rbegin(), history.rend(),
                                  [&](const auto& entry) { return entry.action == action; });
  return found == history.rend() ? nullptr : &*found;
}

Json entry_json(const HistoryEntry* entry) {
  if (entry == nullptr) return nullptr;
  return JsonObject{
      {"by", entry->actor}, {"at", to_rfc3339(entry->at)}, {"comment", entry->comment}};
}

Json model_json(const std::optional<ModelFacts>& model) {
  if (!model) return nullptr;
  return JsonObject{{"objective", model->objective},
                    {"trees", model->trees},
                    {"features", JsonArray(model->features.begin(), model->features.end())},
                    {"created", text_or_null(model->created)}};
}

Json environment_json(const std::optional<ModelFacts>& model) {
  if (!model) return nullptr;
  JsonArray requirements;
  for (const std::string_view line : split_lines(model->requirements))
    if (!trim(line).empty()) requirements.push_back(Json(trim(line)));
  return JsonObject{{"library", model->framework}, {"requirements", std::move(requirements)}};
}

Json evaluation_json(const std::optional<JsonObject>& evaluation) {
  if (!evaluation) return nullptr;
  JsonObject object;
  for (const char* key : {"target", "task", "rows", "data_digest", "metrics", "intervals"})
    object[key] = member(evaluation, key);
  JsonArray worst;
  const auto slices = get_array(*evaluation, "slices");
  if (slices.ok())
    for (const Json& slice : **slices)
      if (worst.size() < kShownSlices) worst.push_back(slice);
  object["worst_slices"] = std::move(worst);
  object["warnings"] = member(evaluation, "warnings");
  return object;
}

Json gate_json(const std::optional<JsonObject>& verdict) {
  if (!verdict) return nullptr;
  JsonObject object;
  for (const char* key : {"passed", "gate", "data", "champion", "time", "checks"})
    object[key] = member(verdict, key);
  return object;
}

std::string shown(const Json* value) {
  if (value == nullptr || value->is_null()) return std::string(kNotRecorded);
  if (value->is_string()) return std::string(view(value->get_string()));
  if (value->is_number()) return short_number(value->to_number<double>());
  return to_text(*value);
}

std::string line(std::string_view name, const JsonObject& object, std::string_view key) {
  return cat("- ", name, ": ", shown(find(object, key)), "\n");
}

std::string decision(std::string_view name, const JsonObject& object, std::string_view key) {
  const Json* entry = find(object, key);
  if (entry == nullptr || !entry->is_object()) return cat("- ", name, ": ", kNotRecorded, "\n");
  const JsonObject& who = entry->get_object();
  const std::string comment = string_or(who, "comment", "");
  return cat("- ", name, ": ", string_or(who, "by", ""), " on ", string_or(who, "at", ""),
             comment.empty() ? "" : cat(" (", comment, ")"), "\n");
}

const JsonObject* part(const JsonObject& card, std::string_view key) {
  const Json* found = find(card, key);
  return found != nullptr && found->is_object() ? &found->get_object() : nullptr;
}

std::string interval_text(const JsonObject* intervals, std::string_view name) {
  const Json* found = intervals == nullptr ? nullptr : find(*intervals, name);
  if (found == nullptr || !found->is_array() || found->get_array().size() != 2) return "–";
  return cat(shown(&found->get_array()[0]), " … ", shown(&found->get_array()[1]));
}

std::string evaluation_markdown(const JsonObject& card) {
  std::string text = "\n## Evaluation\n\n";
  const JsonObject* evaluation = part(card, "evaluation");
  if (evaluation == nullptr) return cat(text, "Not recorded.\n");
  text += cat("Target `", string_or(*evaluation, "target", "?"), "`, ",
              shown(find(*evaluation, "rows")), " rows, data `",
              string_or(*evaluation, "data_digest", "?"), "`.\n\n");
  const JsonObject* metrics = part(*evaluation, "metrics");
  const JsonObject* intervals = part(*evaluation, "intervals");
  if (metrics == nullptr) return text;
  text += "| metric | value | 95 % interval |\n|---|---:|---|\n";
  for (const auto& metric : *metrics)
    if (metric.value().is_number())
      text += cat("| ", std::string_view(metric.key()), " | ", shown(&metric.value()), " | ",
                  interval_text(intervals, metric.key()), " |\n");
  return text;
}

std::string gate_markdown(const JsonObject& card) {
  std::string text = "\n## Gate\n\n";
  const JsonObject* gate = part(card, "gate");
  if (gate == nullptr) return cat(text, "No verdict.\n");
  const auto checks = get_array(*gate, "checks");
  if (!checks.ok()) return text;
  text += "| check | result | finding |\n|---|---|---|\n";
  for (const Json& entry : **checks) {
    if (!entry.is_object()) continue;
    const JsonObject& check = entry.get_object();
    const Json* passed = find(check, "passed");
    const bool ok = passed != nullptr && passed->is_bool() && passed->get_bool();
    text += cat("| ", string_or(check, "name", ""), " | ",
                ok                                 ? "passed"
                : find(check, "waived") != nullptr ? "waived"
                                                   : "**failed**",
                " | ", replace_all(string_or(check, "sentence", ""), "|", "\\|"), " |\n");
  }
  return text;
}

std::string model_markdown(const JsonObject& card) {
  std::string text = "\n## Model\n\n";
  const JsonObject* model = part(card, "details");
  const JsonObject* environment = part(card, "environment");
  if (model == nullptr || environment == nullptr) return cat(text, "Its files cannot be read.\n");
  text += line("objective", *model, "objective") + line("trees", *model, "trees") +
          line("features", *model, "features") + line("made", *model, "created") +
          line("library", *environment, "library") +
          line("requirements", *environment, "requirements");
  return text;
}

}  // namespace

JsonObject model_card(const CardSources& sources) {
  const ModelVersion& version = sources.version;
  JsonObject card;
  card["format"] = 1;
  card["model"] = label_of(version.name, version.version);
  card["digest"] = version.digest.to_string();
  card["state"] = to_string(version.state);
  card["aliases"] = JsonArray(version.aliases.begin(), version.aliases.end());
  card["registered"] = entry_json(last_of(sources.history, "registered"));
  card["approved"] = entry_json(last_of(sources.history, "approved"));
  card["lineage"] = JsonObject{{"run", text_or_null(version.lineage.run_id)},
                               {"commit", text_or_null(version.lineage.commit)},
                               {"data_profile", digest_or_null(version.lineage.data_profile)},
                               {"evaluation", digest_or_null(version.lineage.evaluation)},
                               {"verdict", digest_or_null(version.lineage.verdict)}};
  card["details"] = model_json(sources.model);
  card["environment"] = environment_json(sources.model);
  card["evaluation"] = evaluation_json(sources.evaluation);
  card["gate"] = gate_json(sources.verdict);
  return card;
}

std::string card_markdown(const JsonObject& card) {
  std::string text = cat("# Model card: ", string_or(card, "model", ""), "\n\n");
  text += line("state", card, "state") + line("aliases", card, "aliases") +
          line("digest", card, "digest") + decision("registered by", card, "registered") +
          decision("approved by", card, "approved");
  if (const JsonObject* lineage = part(card, "lineage")) {
    text += "\n## Where it came from\n\n";
    for (const char* key : {"commit", "run", "data_profile", "evaluation", "verdict"})
      text += line(replace_all(key, "_", " "), *lineage, key);
  }
  return text + model_markdown(card) + evaluation_markdown(card) + gate_markdown(card);
}

}  // namespace sluice::ml
