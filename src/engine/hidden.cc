#include "engine/hidden.h"

#include "engine/run_events.h"
#include "pipeline/mask.h"

namespace sluice::engine {
namespace {

using Masks = std::vector<std::string>;

Json hidden(const Json& value, const Masks& masks);

JsonObject hidden_object(const JsonObject& object, const Masks& masks) {
  JsonObject shown;
  for (const auto& [key, member] : object)
    shown.insert_or_assign(pipeline::masked(masks, std::string(key)), hidden(member, masks));
  return shown;
}

Json hidden(const Json& value, const Masks& masks) {
  if (const auto* text = value.if_string()) return Json(pipeline::masked(masks, view(*text)));
  if (const auto* object = value.if_object()) return hidden_object(*object, masks);
  if (const auto* list = value.if_array()) {
    JsonArray shown;
    for (const Json& item : *list) shown.push_back(hidden(item, masks));
    return shown;
  }
  if (value.is_number() && pipeline::would_mask(masks, to_text(value))) return Json("***");
  return value;
}

void hide(JsonObject& object, std::string_view key, const Masks& masks) {
  if (const auto found = object.find(key); found != object.end())
    found->value() = hidden(found->value(), masks);
}

// Of a tree: {source, state, value, message, children}; the state is a word of ours.
void hide_tree(Json& tree, const Masks& masks) {
  auto* part = tree.if_object();
  if (part == nullptr) return;
  for (const std::string_view key : {"source", "value", "message"}) hide(*part, key, masks);
  const auto children = part->find("children");
  if (children == part->end() || !children->value().is_array()) return;
  for (Json& child : children->value().get_array()) hide_tree(child, masks);
}

void hide_reason(JsonObject& body, const Masks& masks) {
  const auto found = body.find("reason");
  if (found == body.end()) return;
  auto* reason = found->value().if_object();
  if (reason == nullptr) return hide(body, "reason", masks);
  for (const std::string_view key : {"summary", "expression", "subject"}) hide(*reason, key, masks);
  if (const auto tree = reason->find("tree"); tree != reason->end())
    hide_tree(tree->value(), masks);
}

bool names_a_step(std::string_view kind) {
  return kind == event_kind::kStepStarted || kind == event_kind::kStepSkipped ||
         kind == event_kind::kStepReplayed;
}

}  // namespace

void hide_secrets(std::string_view kind, JsonObject& body, const Masks& masks) {
  if (masks.empty()) return;
  if (names_a_step(kind)) hide(body, "name", masks);
  hide_reason(body, masks);
  for (const std::string_view key : {"message", "outputs", "dropped_outputs"})
    hide(body, key, masks);
}

bool holds_secret(const Json& value, const Masks& masks) {
  if (const auto* text = value.if_string()) return pipeline::would_mask(masks, view(*text));
  if (const auto* list = value.if_array()) {
    for (const Json& item : *list)
      if (holds_secret(item, masks)) return true;
    return false;
  }
  if (const auto* object = value.if_object()) {
    for (const auto& [key, member] : *object)
      if (pipeline::would_mask(masks, std::string(key)) || holds_secret(member, masks)) return true;
    return false;
  }
  return value.is_number() && pipeline::would_mask(masks, to_text(value));
}

}  // namespace sluice::engine
