#include "delivery/revision.h"

#include "base/strings.h"

namespace sluice::delivery {
namespace {

JsonObject to_object(const std::map<std::string, std::string>& map) {
  JsonObject object;
  for (const auto& [key, value] : map) object[key] = value;
  return object;
}

Result<std::map<std::string, std::string>> string_map(const JsonObject& object,
                                                      std::string_view key) {
  std::map<std::string, std::string> map;
  if (find(object, key) == nullptr) return map;
  for (const auto& entry : *TRY(get_object(object, key))) {
    if (!entry.value().is_string())
      return invalid_input(cat("'", key, ".", std::string_view(entry.key()), "' must be a string"));
    map[std::string(entry.key())] = std::string(view(entry.value().get_string()));
  }
  return map;
}

std::int64_t to_millis(Duration duration) {
  return duration / std::chrono::milliseconds(1);
}

Result<void> read_millis(const JsonObject& object, std::string_view key, Duration& duration) {
  if (find(object, key) == nullptr) return success();
  const std::int64_t millis = TRY(get_int(object, key));
  if (millis < 0 || millis > 86'400'000)
    return invalid_input(cat("'", key, "' is ", millis, "; 0 to 86400000 (a day) is possible"));
  duration = std::chrono::milliseconds(millis);
  return success();
}

Json to_json(const SmokeCheck& smoke) {
  return JsonObject{
      {"method", smoke.method}, {"path", smoke.path},         {"content_type", smoke.content_type},
      {"body", smoke.body},     {"expected", smoke.expected}, {"tolerance", smoke.tolerance}};
}

Result<SmokeCheck> smoke_from_json(const JsonObject& object) {
  SmokeCheck smoke;
  smoke.method = string_or(object, "method", smoke.method);
  smoke.path = string_or(object, "path", smoke.path);
  smoke.content_type = string_or(object, "content_type", smoke.content_type);
  smoke.body = TRY(get_string(object, "body"));
  const Json* expected = find(object, "expected");
  if (expected == nullptr) return invalid_input("'smoke.expected' is missing");
  smoke.expected = *expected;
  if (find(object, "tolerance") != nullptr) smoke.tolerance = TRY(get_double(object, "tolerance"));
  if (!(smoke.tolerance >= 0)) return invalid_input("'smoke.tolerance' must not be negative");
  return smoke;
}

Result<void> read_command(const JsonObject& object, std::vector<std::string>& command) {
  for (const Json& argument : *TRY(get_array(object, "command"))) {
    if (!argument.is_string()) return invalid_input("'command' must be a list of strings");
    command.emplace_back(view(argument.get_string()));
  }
  if (command.empty() || command[0].empty()) return invalid_input("'command' is empty");
  return success();
}

}  // namespace

Digest Revision::digest() const {
  return sha256(to_canonical_text(delivery::to_json(*this)));
}

Json to_json(const Revision& revision) {
  JsonArray command;
  for (const std::string& argument : revision.command) command.emplace_back(argument);
  JsonObject object{{"command", std::move(command)},
                    {"environment", to_object(revision.environment)},
                    {"working_directory", revision.working_directory},
                    {"labels", to_object(revision.labels)},
                    {"ready_path", revision.ready_path},
                    {"startup_deadline_ms", to_millis(revision.startup_deadline)},
                    {"drain_deadline_ms", to_millis(revision.drain_deadline)},
                    {"stop_grace_ms", to_millis(revision.stop_grace)}};
  if (revision.smoke) object["smoke"] = to_json(*revision.smoke);
  return object;
}

Result<Revision> revision_from_json(const Json& json) {
  const JsonObject& object = *TRY(as_object(json, "revision"));
  Revision revision;
  TRY(read_command(object, revision.command));
  revision.environment = TRY(string_map(object, "environment"));
  revision.labels = TRY(string_map(object, "labels"));
  revision.working_directory = string_or(object, "working_directory", "");
  revision.ready_path = string_or(object, "ready_path", revision.ready_path);
  if (!revision.ready_path.starts_with('/'))
    return invalid_input(cat("'ready_path' is '", revision.ready_path, "'; it starts with '/'"));
  TRY(read_millis(object, "startup_deadline_ms", revision.startup_deadline));
  TRY(read_millis(object, "drain_deadline_ms", revision.drain_deadline));
  TRY(read_millis(object, "stop_grace_ms", revision.stop_grace));
  if (const Json* smoke = find(object, "smoke"); smoke != nullptr && !smoke->is_null())
    revision.smoke = TRY(smoke_from_json(*TRY(get_object(object, "smoke"))));
  return revision;
}

std::string describe(const Revision& revision) {
  const auto model = revision.labels.find("model");
  const auto version = revision.labels.find("version");
  if (model == revision.labels.end()) return revision.digest().to_string().substr(0, 19);
  return version == revision.labels.end() ? model->second
                                          : cat(model->second, " ", version->second);
}

}  // namespace sluice::delivery
