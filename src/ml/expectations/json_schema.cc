#include "ml/expectations/json_schema.h"

#include <re2/re2.h>

#include <array>
#include <cmath>

#include "base/strings.h"
#include "ml/expectations/arguments.h"
#include "ml/expectations/cell.h"

namespace sluice::ml::expectations {
namespace {

constexpr int kDeepest = 64;
constexpr std::array<std::string_view, 7> kTypes = {"null",   "boolean", "integer", "number",
                                                    "string", "array",   "object"};

bool is_whole(const Json& value) {
  if (value.is_int64() || value.is_uint64()) return true;
  return value.is_double() && value.get_double() == std::trunc(value.get_double());
}

bool is_of_type(const Json& value, std::string_view type) {
  if (type == "null") return value.is_null();
  if (type == "boolean") return value.is_bool();
  if (type == "integer") return is_whole(value);
  if (type == "number") return value.is_number();
  if (type == "string") return value.is_string();
  if (type == "array") return value.is_array();
  return type == "object" && value.is_object();
}

bool equal(const Json& a, const Json& b) {
  if (a.is_number() && b.is_number()) return cell_of(a).number == cell_of(b).number;
  return to_canonical_text(a) == to_canonical_text(b);
}

bool matches(std::string_view pattern, std::string_view text) {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()),
                           RE2(re2::StringPiece(pattern.data(), pattern.size()), RE2::Quiet));
}

std::string_view text_of(const Json& value) {
  return view(value.get_string());
}

class Judge {
 public:
  explicit Judge(const Json& root) : root_(root) {}

  // Null where the reference leads nowhere.
  const Json* resolve(std::string_view reference) const {
    if (reference.empty() || reference[0] != '#') return nullptr;
    const Json* at = &root_;
    for (const std::string_view part : split(reference.substr(1), '/')) {
      if (part.empty()) continue;
      if (!at->is_object()) return nullptr;
      at = find(at->get_object(), part);
      if (at == nullptr) return nullptr;
    }
    return at;
  }

  bool accepts(const Json& schema, const Json& value, int depth) const {
    if (depth > kDeepest) return false;
    if (schema.is_bool()) return schema.get_bool();
    if (!schema.is_object()) return true;
    const JsonObject& rules = schema.get_object();
    if (const Json* reference = find(rules, "$ref");
        reference != nullptr && reference->is_string()) {
      const Json* target = resolve(text_of(*reference));
      return target != nullptr && accepts(*target, value, depth + 1);
    }
    return plain(rules, value) && combined(rules, value, depth) &&
           (!value.is_number() || number(rules, cell_of(value).number)) &&
           (!value.is_string() || string(rules, text_of(value))) &&
           (!value.is_array() || array(rules, value.get_array(), depth)) &&
           (!value.is_object() || object(rules, value.get_object(), depth));
  }

 private:
  static bool plain(const JsonObject& rules, const Json& value) {
    if (const Json* type = find(rules, "type")) {
      bool fits = type->is_string() && is_of_type(value, text_of(*type));
      if (type->is_array())
        for (const Json& one : type->get_array())
          fits = fits || (one.is_string() && is_of_type(value, text_of(one)));
      if (!fits) return false;
    }
    if (const Json* constant = find(rules, "const"); constant != nullptr)
      if (!equal(*constant, value)) return false;
    const Json* list = find(rules, "enum");
    if (list == nullptr || !list->is_array()) return true;
    for (const Json& one : list->get_array())
      if (equal(one, value)) return true;
    return false;
  }

  bool combined(const JsonObject& rules, const Json& value, int depth) const {
    const auto fitting = [&](std::string_view key, std::size_t* all) {
      std::size_t count = 0;
      const Json* list = find(rules, key);
      *all = 0;
      if (list == nullptr || !list->is_array()) return count;
      *all = list->get_array().size();
      for (const Json& one : list->get_array())
        if (accepts(one, value, depth + 1)) ++count;
      return count;
    };
    std::size_t all = 0;
    if (fitting("allOf", &all) != all) return false;
    if (fitting("anyOf", &all) == 0 && all > 0) return false;
    if (fitting("oneOf", &all) != 1 && all > 0) return false;
    if (const Json* no = find(rules, "not"); no != nullptr && accepts(*no, value, depth + 1))
      return false;
    const Json* condition = find(rules, "if");
    if (condition == nullptr) return true;
    const Json* branch = find(rules, accepts(*condition, value, depth + 1) ? "then" : "else");
    return branch == nullptr || accepts(*branch, value, depth + 1);
  }

  // Nothing where the key is absent or no number.
  static std::optional<double> limit(const JsonObject& rules, std::string_view key) {
    const Json* value = find(rules, key);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    return cell_of(*value).number;
  }

  static bool within(const JsonObject& rules, double value, std::string_view low,
                     std::string_view high) {
    const auto least = limit(rules, low);
    const auto most = limit(rules, high);
    return (!least || value >= *least) && (!most || value <= *most);
  }

  static bool number(const JsonObject& rules, double value) {
    if (!within(rules, value, "minimum", "maximum")) return false;
    const auto above = limit(rules, "exclusiveMinimum");
    const auto below = limit(rules, "exclusiveMaximum");
    if ((above && value <= *above) || (below && value >= *below)) return false;
    const auto step = limit(rules, "multipleOf");
    if (!step || *step <= 0) return true;
    const double times = value / *step;
    return std::abs(times - std::round(times)) < 1e-9;
  }

  static bool string(const JsonObject& rules, std::string_view value) {
    if (!within(rules, static_cast<double>(length_of(value)), "minLength", "maxLength"))
      return false;
    const Json* pattern = find(rules, "pattern");
    return pattern == nullptr || !pattern->is_string() || matches(text_of(*pattern), value);
  }

  bool array(const JsonObject& rules, const JsonArray& values, int depth) const {
    if (!within(rules, static_cast<double>(values.size()), "minItems", "maxItems")) return false;
    const Json* unique = find(rules, "uniqueItems");
    if (unique != nullptr && unique->is_bool() && unique->get_bool())
      for (std::size_t i = 0; i < values.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
          if (equal(values[i], values[j])) return false;
    if (const Json* contains = find(rules, "contains")) {
      bool found = false;
      for (const Json& value : values) found = found || accepts(*contains, value, depth + 1);
      if (!found) return false;
    }
    const Json* items = find(rules, "items");
    if (items == nullptr) return true;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Json* one = items;
      if (items->is_array()) {
        if (i >= items->get_array().size()) break;
        one = &items->get_array()[i];
      }
      if (!accepts(*one, values[i], depth + 1)) return false;
    }
    return true;
  }

  static bool has_required(const JsonObject& rules, const JsonObject& value) {
    const Json* required = find(rules, "required");
    if (required == nullptr || !required->is_array()) return true;
    for (const Json& key : required->get_array())
      if (key.is_string() && find(value, text_of(key)) == nullptr) return false;
    return true;
  }

  // Whether a member is spoken for by properties or patternProperties, and fits.
  bool member(const JsonObject& rules, std::string_view key, const Json& value, int depth,
              bool* known) const {
    *known = false;
    if (const Json* named = find(rules, "properties"); named != nullptr && named->is_object())
      if (const Json* schema = find(named->get_object(), key)) {
        *known = true;
        if (!accepts(*schema, value, depth + 1)) return false;
      }
    const Json* patterns = find(rules, "patternProperties");
    if (patterns == nullptr || !patterns->is_object()) return true;
    for (const auto& pattern : patterns->get_object()) {
      if (!matches(pattern.key(), key)) continue;
      *known = true;
      if (!accepts(pattern.value(), value, depth + 1)) return false;
    }
    return true;
  }

  bool object(const JsonObject& rules, const JsonObject& value, int depth) const {
    if (!has_required(rules, value)) return false;
    if (!within(rules, static_cast<double>(value.size()), "minProperties", "maxProperties"))
      return false;
    const Json* others = find(rules, "additionalProperties");
    for (const auto& entry : value) {
      bool known = false;
      if (!member(rules, entry.key(), entry.value(), depth, &known)) return false;
      if (!known && others != nullptr && !accepts(*others, entry.value(), depth + 1)) return false;
    }
    return true;
  }

  const Json& root_;
};

Error schema_error(std::string_view message) {
  return Error(ErrorCode::InvalidInput, cat("SchemaError: ", message));
}

Result<void> check_type(const Json& type) {
  const auto known = [](const Json& one) {
    return one.is_string() && std::find(kTypes.begin(), kTypes.end(), text_of(one)) != kTypes.end();
  };
  bool fits = known(type);
  if (type.is_array()) {
    fits = !type.get_array().empty();
    for (const Json& one : type.get_array()) fits = fits && known(one);
  }
  if (fits) return success();
  return schema_error(cat(sluice::to_text(type), " is not a type of JSON schema"));
}

Result<void> check_pattern(std::string_view pattern) {
  const RE2 compiled(re2::StringPiece(pattern.data(), pattern.size()), RE2::Quiet);
  if (compiled.ok()) return success();
  return schema_error(cat("the pattern '", pattern, "' cannot be used: ", compiled.error()));
}

Result<void> check(const Json& root, const Json& schema, int depth) {
  if (depth > kDeepest) return schema_error("too deeply nested");
  if (schema.is_array()) {
    for (const Json& one : schema.get_array()) TRY(check(root, one, depth + 1));
    return success();
  }
  if (!schema.is_object()) return success();
  for (const auto& entry : schema.get_object()) {
    const std::string_view key = entry.key();
    const Json& value = entry.value();
    if (key == "enum" || key == "const" || key == "default" || key == "examples") continue;
    if (key == "type" && !value.is_object()) {
      TRY(check_type(value));
    } else if (key == "pattern" && value.is_string()) {
      TRY(check_pattern(text_of(value)));
    } else if (key == "$ref" && value.is_string()) {
      if (Judge(root).resolve(text_of(value)) == nullptr)
        return schema_error(cat("'", text_of(value), "' leads nowhere in this schema"));
    } else {
      TRY(check(root, value, depth + 1));
    }
  }
  return success();
}

}  // namespace

Result<JsonSchema> JsonSchema::open(const Json& schema) {
  if (!schema.is_object() && !schema.is_bool())
    return schema_error("a schema is an object, true or false");
  TRY(check(schema, schema, 0));
  return JsonSchema(schema);
}

bool JsonSchema::accepts(const Json& value) const {
  return Judge(schema_).accepts(schema_, value, 0);
}

}  // namespace sluice::ml::expectations
