#include "pipeline/github/json_schema.h"

#include "base/strings.h"
#include "pipeline/github/permissions.h"
#include "pipeline/github/schema.h"

namespace sluice::pipeline::github {
namespace {

// A text that holds an expression may stand for a value of any kind.
constexpr std::string_view kExpression = "\\$\\{\\{";
// `${{ insert }}` merges the mapping below it.
constexpr std::string_view kInsert = "^\\s*\\$\\{\\{\\s*insert\\s*\\}\\}\\s*$";

JsonObject of_type(std::string_view type) {
  return JsonObject{{"type", type}};
}

JsonArray words(std::string_view list) {
  JsonArray array;
  for (const std::string_view word : split(list, ' '))
    if (!word.empty()) array.emplace_back(word);
  return array;
}

JsonObject one_of_words(std::string_view list) {
  return JsonObject{{"type", "string"}, {"enum", words(list)}};
}

JsonObject any_of(JsonArray forms) {
  if (forms.size() == 1) return forms.front().as_object();
  return JsonObject{{"anyOf", std::move(forms)}};
}

// What editors show beside a key.
std::string description(const KeyRule& key) {
  switch (key.use) {
    case KeyUse::Honoured:
    case KeyUse::Silent:
      return std::string(key.summary);
    case KeyUse::Approximated:
      return cat(key.summary, ". Approximated by sluice: ", key.remark);
    case KeyUse::Informs:
      return cat(key.summary, ". Without effect in sluice: ", key.remark);
    case KeyUse::Unsupported:
    case KeyUse::Fails:
      return cat(key.summary, ". Refused by sluice: ", key.remark);
  }
  UNREACHABLE();
}

class SchemaWriter {
 public:
  Json write() {
    JsonObject root{{"$schema", "http://json-schema.org/draft-07/schema#"},
                    {"title", "GitHub Actions workflow, as sluice reads it"}};
    for (auto& [name, part] : value(workflow_rule())) root[name] = part;
    root["definitions"] = std::move(definitions_);
    return root;
  }

 private:
  JsonObject value(const ValueRule& rule) {
    if (rule.name.empty()) return forms_of(rule);
    if (definitions_.find(rule.name) == definitions_.end()) {
      definitions_[rule.name] = JsonObject{};  // it may hold itself
      JsonObject definition = forms_of(rule);
      definitions_[rule.name] = std::move(definition);
    }
    return JsonObject{{"$ref", cat("#/definitions/", rule.name)}};
  }

  JsonObject forms_of(const ValueRule& rule) {
    JsonArray forms;
    if (rule.other != nullptr) {
      forms.push_back(choice(rule));
      return any_of(std::move(forms));
    }
    add_scalar(rule, forms);
    if (rule.null == Null::Allowed) forms.push_back(of_type("null"));
    if (rule.listed == Listed::Events) add_events(forms);
    if (rule.listed == Listed::Permissions) forms.push_back(permissions());
    if (!rule.keys.empty() || rule.member != nullptr) forms.push_back(mapping(rule));
    if (rule.item != nullptr)
      forms.push_back(JsonObject{{"type", "array"}, {"items", item_of(rule)}});
    return any_of(std::move(forms));
  }

  // A value of which nothing is fixed holds itself.
  JsonObject item_of(const ValueRule& rule) {
    return rule.item == &rule ? JsonObject{} : value(*rule.item);
  }

  static void add_scalar(const ValueRule& rule, JsonArray& forms) {
    switch (rule.scalar) {
      case Scalar::None:
        if (rule.expressions == Expressions::Evaluated && rule.member != nullptr &&
            rule.listed == Listed::Here)
          forms.push_back(expression());
        return;
      case Scalar::Any:
        forms.push_back(JsonObject{{"type", JsonArray{"string", "number", "boolean"}}});
        return;
      case Scalar::Boolean:
        forms.push_back(of_type("boolean"));
        break;
      case Scalar::Number:
        forms.push_back(of_type("number"));
        break;
      case Scalar::Words:
        forms.push_back(one_of_words(rule.words));
        break;
    }
    if (rule.expressions == Expressions::Evaluated) forms.push_back(expression());
  }

  static JsonObject expression() {
    return JsonObject{{"type", "string"}, {"pattern", kExpression}};
  }

  JsonObject mapping(const ValueRule& rule) {
    JsonObject properties;
    for (const KeyRule& key : rule.keys) {
      JsonObject property = value(*key.value);
      // Beside a $ref other words have no meaning in this draft.
      if (property.find("$ref") != property.end())
        property = JsonObject{{"allOf", JsonArray{std::move(property)}}};
      property["description"] = description(key);
      properties[key.name] = std::move(property);
    }
    JsonObject object{{"type", "object"}};
    if (!properties.empty()) object["properties"] = std::move(properties);
    if (rule.member != nullptr)
      object["additionalProperties"] = rule.member == &rule ? Json(true) : value(*rule.member);
    else if (rule.unknown == UnknownKeys::Refused)
      object["additionalProperties"] = false;
    if (rule.member != nullptr) object["patternProperties"] = JsonObject{{kInsert, true}};
    if (!rule.required.empty()) object["required"] = words(rule.required);
    if (!rule.required_one_of.empty()) {
      JsonArray choices;
      for (const std::string_view key : split(rule.required_one_of, ' '))
        choices.push_back(JsonObject{{"required", JsonArray{key}}});
      object["anyOf"] = std::move(choices);
    }
    return object;
  }

  // One of two kinds of mapping, told apart by a key, so that a mistake is reported in that kind.
  JsonObject choice(const ValueRule& rule) {
    ValueRule own = rule;
    own.name = {};
    own.other = nullptr;
    return JsonObject{{"type", "object"},
                      {"if", JsonObject{{"required", JsonArray{rule.other_key}}}},
                      {"then", value(*rule.other)},
                      {"else", forms_of(own)}};
  }

  void add_events(JsonArray& forms) {
    JsonArray names;
    JsonObject properties;
    for (const EventRule& event : event_rules()) {
      names.emplace_back(event.name);
      properties[event.name] = event_settings(event);
    }
    const JsonObject name{{"type", "string"}, {"enum", std::move(names)}};
    forms.push_back(name);
    forms.push_back(JsonObject{{"type", "array"}, {"items", name}, {"minItems", 1}});
    forms.push_back(JsonObject{{"type", "object"},
                               {"properties", std::move(properties)},
                               {"additionalProperties", false},
                               {"minProperties", 1}});
  }

  JsonObject event_settings(const EventRule& event) {
    if (event.name == "schedule") {
      ValueRule entry;
      entry.keys = schedule_keys();
      ValueRule entries;
      entries.null = Null::Allowed;
      entries.item = &entry;
      return value(entries);
    }
    JsonObject properties;
    for (const std::string_view name : split(event.filters, ' ')) {
      if (name.empty()) continue;
      const KeyRule& key = event_key(event, name);
      JsonObject property =
          name == "types" && event.types != "*" ? activity_types(event) : value(*key.value);
      property["description"] = key.summary;
      properties[name] = std::move(property);
    }
    // Elsewhere GitHub ignores keys that it does not know.
    const bool filtered = event.name == "push" || event.name.starts_with("pull_request");
    JsonObject settings{{"type", "object"}, {"properties", std::move(properties)}};
    if (filtered) settings["additionalProperties"] = false;
    return any_of(JsonArray{of_type("null"), std::move(settings)});
  }

  static JsonObject activity_types(const EventRule& event) {
    const JsonObject type = one_of_words(event.types);
    return any_of(JsonArray{of_type("null"), type, JsonObject{{"type", "array"}, {"items", type}}});
  }

  static JsonObject permissions() {
    JsonObject properties;
    for (const PermissionRule& rule : permission_rules()) {
      std::string levels = "none";
      for (const PermissionLevel level : {PermissionLevel::Read, PermissionLevel::Write})
        if (level_of(rule, to_string(level))) levels += cat(" ", to_string(level));
      properties[rule.name] = one_of_words(levels);
    }
    return JsonObject{
        {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  }

  JsonObject definitions_;
};

}  // namespace

Json json_schema() {
  return SchemaWriter().write();
}

}  // namespace sluice::pipeline::github
