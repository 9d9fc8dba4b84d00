#include <cmath>

#include "pipeline/expression/value.h"

namespace sluice::pipeline {
namespace {

void append_quoted(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += kHex[(c >> 4) & 0xf];
          out += kHex[c & 0xf];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void append_line(std::string& out, std::size_t level) {
  out += '\n';
  out.append(level * 2, ' ');
}

void append_value(std::string& out, const Value& value, std::size_t level) {
  switch (value.kind()) {
    case ValueKind::Null:
      out += "null";
      return;
    case ValueKind::String:
      append_quoted(out, value.as_string());
      return;
    case ValueKind::Boolean:
    case ValueKind::Number:
      out += value.to_text();
      return;
    case ValueKind::Array: {
      const char* separator = "[";
      for (const Value& item : value.items()) {
        out += separator;
        append_line(out, level + 1);
        append_value(out, item, level + 1);
        separator = ",";
      }
      if (value.items().empty()) {
        out += "[]";
        return;
      }
      append_line(out, level);
      out += ']';
      return;
    }
    case ValueKind::Object: {
      const char* separator = "{";
      for (const auto& [key, member] : value.members()) {
        out += separator;
        append_line(out, level + 1);
        append_quoted(out, key);
        out += ": ";
        append_value(out, member, level + 1);
        separator = ",";
      }
      if (value.members().empty()) {
        out += "{}";
        return;
      }
      append_line(out, level);
      out += '}';
      return;
    }
  }
}

Json number_to_json(double number) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (!std::isfinite(number)) return Json(number_to_text(number));
  if (number == std::floor(number) && std::abs(number) <= kExact)
    return Json(static_cast<std::int64_t>(number));
  return Json(number);
}

}  // namespace

std::string to_json_text(const Value& value) {
  std::string out;
  append_value(out, value, 0);
  return out;
}

Result<Value> from_json_text(std::string_view text) {
  return from_json(TRY(parse_json(text)));
}

Value from_json(const Json& json, KeyCase key_case) {
  switch (json.kind()) {
    case boost::json::kind::null:
      return Value();
    case boost::json::kind::bool_:
      return Value::boolean(json.get_bool());
    case boost::json::kind::int64:
      return Value::number(static_cast<double>(json.get_int64()));
    case boost::json::kind::uint64:
      return Value::number(static_cast<double>(json.get_uint64()));
    case boost::json::kind::double_:
      return Value::number(json.get_double());
    case boost::json::kind::string:
      return Value::string(view(json.get_string()));
    case boost::json::kind::array: {
      ValueItems items;
      items.reserve(json.get_array().size());
      for (const Json& item : json.get_array()) items.push_back(from_json(item, key_case));
      return Value::array(std::move(items));
    }
    case boost::json::kind::object: {
      ValueMembers members;
      members.reserve(json.get_object().size());
      for (const auto& member : json.get_object())
        members.emplace_back(std::string(member.key()), from_json(member.value(), key_case));
      return Value::object(std::move(members), key_case);
    }
  }
  return Value();
}

Json to_json(const Value& value) {
  switch (value.kind()) {
    case ValueKind::Null:
      return nullptr;
    case ValueKind::Boolean:
      return value.as_boolean();
    case ValueKind::Number:
      return number_to_json(value.as_number());
    case ValueKind::String:
      return Json(value.as_string());
    case ValueKind::Array: {
      JsonArray array;
      for (const Value& item : value.items()) array.push_back(to_json(item));
      return array;
    }
    case ValueKind::Object: {
      JsonObject object;
      for (const auto& [key, member] : value.members())
        object.insert_or_assign(key, to_json(member));
      return object;
    }
  }
  return nullptr;
}

}  // namespace sluice::pipeline
