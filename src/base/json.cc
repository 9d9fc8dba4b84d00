#include "base/json.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include "base/json_parser.h"
#include "base/strings.h"

namespace sluice {
namespace {

namespace json = boost::json;

std::string position_of(std::string_view text, std::size_t offset) {
  std::size_t line = 1;
  std::size_t column = 1;
  for (const char c : text.substr(0, offset)) {
    if (c == '\n') {
      ++line;
      column = 1;
    } else {
      ++column;
    }
  }
  return cat("line ", line, ", column ", column);
}

// Most texts need no escapes.
void write_text(json::string_view text, std::string* out) {
  const bool plain = std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte >= 0x7f || c == '"' || c == '\\';
  });
  if (!plain) {
    *out += json::serialize(text);
    return;
  }
  *out += '"';
  out->append(text.data(), text.size());
  *out += '"';
}

void write_pretty(const Json& value, std::size_t indent, std::string* out) {
  if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    *out += "{\n";
    std::size_t left = object->size();
    for (const auto& [key, member] : *object) {
      out->append(indent + 2, ' ');
      write_text(key, out);
      *out += ": ";
      write_pretty(member, indent + 2, out);
      *out += --left > 0 ? ",\n" : "\n";
    }
    out->append(indent, ' ');
    *out += '}';
  } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    *out += "[\n";
    std::size_t left = array->size();
    for (const Json& member : *array) {
      out->append(indent + 2, ' ');
      write_pretty(member, indent + 2, out);
      *out += --left > 0 ? ",\n" : "\n";
    }
    out->append(indent, ' ');
    *out += ']';
  } else if (const auto* text = value.if_string()) {
    write_text(*text, out);
  } else {
    *out += json::serialize(value);
  }
}

void write_canonical(const Json& value, std::string* out) {
  if (const auto* object = value.if_object()) {
    std::vector<const json::key_value_pair*> members;
    for (const auto& member : *object) members.push_back(&member);
    std::sort(members.begin(), members.end(),
              [](const auto* a, const auto* b) { return a->key() < b->key(); });
    *out += '{';
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (i > 0) *out += ',';
      *out += json::serialize(members[i]->key()) + ":";
      write_canonical(members[i]->value(), out);
    }
    *out += '}';
  } else if (const auto* array = value.if_array()) {
    *out += '[';
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (i > 0) *out += ',';
      write_canonical((*array)[i], out);
    }
    *out += ']';
  } else {
    *out += json::serialize(value);
  }
}

std::string_view kind_name(const Json& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return "a boolean";
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_:
      return "a number";
    case json::kind::string:
      return "a string";
    case json::kind::array:
      return "an array";
    case json::kind::object:
      return "an object";
  }
  return "?";
}

Result<const Json*> require(const JsonObject& object, std::string_view key,
                            std::string_view expected) {
  const Json* value = find(object, key);
  if (value == nullptr)
    return invalid_input(cat("'", key, "' is missing (expected ", expected, ")"));
  return value;
}

Error wrong_kind(std::string_view key, std::string_view expected, const Json& value) {
  return invalid_input(cat("'", key, "' must be ", expected, ", not ", kind_name(value)));
}

}  // namespace

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes)
    return invalid_input(cat("JSON of ", human_bytes(text.size()), " is larger than the limit of ",
                             human_bytes(limits.max_bytes)));
  ParsedJson parsed = parse_json_exactly(text, limits.max_depth);
  if (parsed.error)
    return invalid_input(
        cat("JSON: ", position_of(text, parsed.used), ": ", parsed.error.message()));
  if (!trim(text.substr(parsed.used)).empty())
    return invalid_input(cat("JSON: ", position_of(text, parsed.used), ": text after the end"));
  return std::move(parsed.value);
}

std::string to_text(const Json& value) {
  return json::serialize(value);
}

std::string to_pretty_text(const Json& value) {
  std::string text;
  write_pretty(value, 0, &text);
  return text;
}

std::string to_canonical_text(const Json& value) {
  std::string text;
  write_canonical(value, &text);
  return text;
}

const Json* find(const JsonObject& object, std::string_view key) {
  return object.if_contains(key);
}

Result<const JsonObject*> as_object(const Json& value, std::string_view what) {
  if (const auto* object = value.if_object()) return object;
  return invalid_input(cat(what, " must be an object, not ", kind_name(value)));
}

Result<std::string> get_string(const JsonObject& object, std::string_view key) {
  const Json* value = TRY(require(object, key, "a string"));
  if (const auto* text = value->if_string()) return std::string(view(*text));
  return wrong_kind(key, "a string", *value);
}

Result<std::int64_t> get_int(const JsonObject& object, std::string_view key) {
  const Json* value = TRY(require(object, key, "an integer"));
  json::error_code error;
  const auto number = value->is_number() ? value->to_number<std::int64_t>(error) : 0;
  if (!value->is_number() || error) return wrong_kind(key, "an integer", *value);
  return number;
}

Result<double> get_double(const JsonObject& object, std::string_view key) {
  const Json* value = TRY(require(object, key, "a number"));
  if (!value->is_number()) return wrong_kind(key, "a number", *value);
  return value->to_number<double>();
}

Result<bool> get_bool(const JsonObject& object, std::string_view key) {
  const Json* value = TRY(require(object, key, "a boolean"));
  if (!value->is_bool()) return wrong_kind(key, "a boolean", *value);
  return value->get_bool();
}

Result<const JsonObject*> get_object(const JsonObject& object, std::string_view key) {
  const Json* value = TRY(require(object, key, "an object"));
  if (const auto* member = value->if_object()) return member;
  return wrong_kind(key, "an object", *value);
}

Result<const JsonArray*> get_array(const JsonObject& object, std::string_view key) {
  const Json* value = TRY(require(object, key, "an array"));
  if (const auto* member = value->if_array()) return member;
  return wrong_kind(key, "an array", *value);
}

std::string string_or(const JsonObject& object, std::string_view key, std::string_view fallback) {
  const Json* value = find(object, key);
  const auto* text = value != nullptr ? value->if_string() : nullptr;
  return std::string(text != nullptr ? view(*text) : fallback);
}

}  // namespace sluice
