#include "engine/run_events.h"

#include "base/encoding.h"
#include "base/strings.h"
#include "engine/hidden.h"

namespace sluice::engine {
namespace {

JsonArray to_json_array(const std::vector<std::string>& texts) {
  return JsonArray(texts.begin(), texts.end());
}

std::vector<std::string> text_list(const JsonObject& object, std::string_view key) {
  std::vector<std::string> list;
  if (const Json* member = find(object, key); member != nullptr && member->is_array())
    for (const Json& item : member->get_array())
      if (const auto* text = item.if_string()) list.emplace_back(view(*text));
  return list;
}

std::map<std::string, std::string> map_from(const JsonObject& object, std::string_view key) {
  std::map<std::string, std::string> map;
  if (const Json* member = find(object, key); member != nullptr && member->is_object())
    for (const auto& [name, value] : member->get_object())
      if (const auto* text = value.if_string()) map.emplace(name, view(*text));
  return map;
}

Json source_json(const exec::SourceTree& source) {
  return JsonObject{{"repository", source.repository.string()},
                    {"commit", source.commit},
                    {"ref", source.ref},
                    {"snapshot", source.snapshot.string()}};
}

bool adds_masks(const pipeline::StepResult& result) {
  for (const pipeline::LogCommand& command : result.commands)
    if (command.name == "add-mask" || command.name == "stop-commands") return true;
  return false;
}

// Programs write any bytes, JSON holds UTF-8 only: what is not becomes U+FFFD, as in a log.
Json storable(Json json) {
  const std::string text = to_text(json);
  if (is_valid_utf8(text)) return json;
  Result<Json> valid = parse_json(to_valid_utf8(text));
  CHECK(valid.ok());  // replacing bytes inside of strings leaves JSON what it was
  return std::move(valid).value();
}

}  // namespace

std::string stream_of(std::string_view run_id) {
  return cat("run/", run_id);
}

void put_place(JsonObject& body, int step, const std::string& part) {
  body["step"] = step;
  if (!part.empty()) body["part"] = part;
}

JsonObject leg_body(const LegKey& key) {
  return {{"job", key.job}, {"leg", key.leg}};
}

JsonObject to_json_object(const std::map<std::string, std::string>& texts) {
  JsonObject object;
  for (const auto& [name, value] : texts) object.emplace(name, value);
  return object;
}

Result<LegKey> leg_key(const JsonObject& body) {
  LegKey key;
  key.job = TRY(get_string(body, "job"));
  key.leg = static_cast<int>(TRY(get_int(body, "leg")));
  return key;
}

namespace {

// Written only where it is not what is usual.
void put(JsonObject& object, OnFailure on_failure) {
  if (on_failure == OnFailure::Break) object["on_failure"] = "break";
}

OnFailure on_failure_of(const JsonObject& object) {
  return string_or(object, "on_failure", "") == "break" ? OnFailure::Break : OnFailure::GoOn;
}

constexpr std::pair<PauseAnswer, std::string_view> kAnswers[] = {
    {PauseAnswer::Continue, "continue"},
    {PauseAnswer::Retry, "retry"},
    {PauseAnswer::Cancel, "cancel"},
};

Json file_json(const pipeline::SourceFile& file) {
  JsonObject others;
  for (const auto& [path, text] : file.others) others[path] = text ? Json(*text) : Json(nullptr);
  return JsonObject{{"path", file.path}, {"text", file.text}, {"others", std::move(others)}};
}

Result<pipeline::SourceFile> file_from_json(const JsonObject& body) {
  pipeline::SourceFile file;
  file.path = TRY(get_string(body, "path"));
  file.text = TRY(get_string(body, "text"));
  if (find(body, "others") == nullptr) return file;
  for (const auto& [path, text] : *TRY(get_object(body, "others")))
    file.others[path] =
        text.is_string() ? std::optional(std::string(text.as_string())) : std::nullopt;
  return file;
}

}  // namespace

Json to_json(const CreatedRun& run, const store::Sealer& sealer) {
  JsonObject options{{"jobs", to_json_array(run.options.jobs)}, {"slots", run.options.slots}};
  put(options, run.options.on_failure);
  const JsonObject values{{"secrets", to_json_object(run.values.secrets)},
                          {"variables", to_json_object(run.values.variables)}};
  return JsonObject{{"number", run.number},
                    {"identity", to_json(run.identity)},
                    {"event", storable(to_json(run.event))},
                    {"file", file_json(run.file)},
                    {"language", run.language},
                    {"language_version", run.language_version},
                    {"plan", run.plan},
                    {"source", source_json(run.source)},
                    {"options", std::move(options)},
                    {"sealed_values", sealer.seal(to_text(values))}};
}

Result<CreatedRun> created_run_from_json(const Json& body, const store::Sealer& sealer) {
  const JsonObject& object = *TRY(as_object(body, "RunCreated"));
  CreatedRun run;
  if (find(object, "number") != nullptr) run.number = TRY(get_int(object, "number"));
  run.identity = TRY(pipeline::run_identity_from_json(*TRY(get_object(object, "identity"))));
  run.event = TRY(pipeline::trigger_event_from_json(*TRY(get_object(object, "event"))));
  const JsonObject& file = *TRY(get_object(object, "file"));
  run.file = TRY(file_from_json(file));
  run.language = TRY(get_string(object, "language"));
  run.language_version = TRY(get_string(object, "language_version"));
  if (const Json* plan = find(object, "plan")) run.plan = *plan;
  const JsonObject& source = *TRY(get_object(object, "source"));
  run.source.repository = TRY(get_string(source, "repository"));
  run.source.commit = TRY(get_string(source, "commit"));
  run.source.ref = TRY(get_string(source, "ref"));
  run.source.snapshot = TRY(get_string(source, "snapshot"));
  const JsonObject& options = *TRY(get_object(object, "options"));
  run.options.jobs = text_list(options, "jobs");
  run.options.slots = static_cast<int>(TRY(get_int(options, "slots")));
  run.options.on_failure = on_failure_of(options);
  const std::string values_text =
      TRY(sealer.open_sealed(TRY_CONTEXT(get_string(object, "sealed_values"), "RunCreated")));
  const Json values = TRY(parse_json(values_text));
  run.values.secrets = map_from(values.as_object(), "secrets");
  run.values.variables = map_from(values.as_object(), "variables");
  return run;
}

Json step_ended_body(const LegKey& key, const std::string& step_id,
                     const pipeline::StepResult& result, const std::vector<std::string>& masks,
                     const store::Sealer& sealer) {
  JsonObject body = leg_body(key);
  body["id"] = step_id;
  const Json exact = to_json(result);
  const Json result_json = storable(exact);
  if (adds_masks(result) || holds_secret(exact, masks))
    body["sealed_result"] = sealer.seal(to_text(result_json));
  else
    body["result"] = result_json;
  return body;
}

Result<pipeline::StepResult> step_result_of(const JsonObject& body, const store::Sealer& sealer) {
  if (const Json* result = find(body, "result")) return pipeline::step_result_from_json(*result);
  const std::string sealed = TRY(get_string(body, "sealed_result"));
  const Json result = TRY(parse_json(TRY_CONTEXT(sealer.open_sealed(sealed), "StepEnded")));
  return pipeline::step_result_from_json(result);
}

std::string_view to_string(PauseAnswer answer) {
  for (const auto& [value, text] : kAnswers)
    if (value == answer) return text;
  UNREACHABLE();
}

PauseAnswer pause_answer_from_string(std::string_view text) {
  for (const auto& [value, name] : kAnswers)
    if (name == text) return value;
  return PauseAnswer::Continue;
}

Json to_json(const Rerun& rerun) {
  JsonObject body{{"attempt", rerun.attempt}, {"jobs", to_json_array(rerun.jobs)}};
  if (!rerun.legs.empty()) {
    JsonArray legs;
    for (const LegKey& leg : rerun.legs) legs.push_back(leg_body(leg));
    body["legs"] = std::move(legs);
  }
  if (rerun.from) {
    JsonObject from = leg_body(rerun.from->leg);
    from["step"] = rerun.from->step;
    body["from"] = std::move(from);
  }
  put(body, rerun.on_failure);
  return body;
}

Result<Rerun> rerun_from_json(const Json& body) {
  const JsonObject& object = *TRY(as_object(body, "RerunRequested"));
  Rerun rerun;
  rerun.attempt = TRY(get_int(object, "attempt"));
  rerun.jobs = text_list(object, "jobs");
  rerun.on_failure = on_failure_of(object);
  if (find(object, "legs") != nullptr)
    for (const Json& item : *TRY(get_array(object, "legs"))) {
      LegKey leg = TRY(leg_key(*TRY(as_object(item, "leg"))));
      rerun.legs.push_back(std::move(leg));
    }
  if (const Json* from = find(object, "from")) {
    const JsonObject& point = *TRY(as_object(*from, "from"));
    LegKey leg = TRY(leg_key(point));
    const std::int64_t step = TRY(get_int(point, "step"));
    rerun.from = RerunPoint{std::move(leg), static_cast<int>(step)};
  }
  return rerun;
}

}  // namespace sluice::engine
