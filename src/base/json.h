// JSON through Boost.JSON, with limits on the way in and a stable form on the way out.
//
// Reading an object: find() and the typed getters name the key and what was expected in their
// errors, so callers add only where the document came from.
#pragma once

#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sluice {

using Json = boost::json::value;
using JsonObject = boost::json::object;
using JsonArray = boost::json::array;

struct JsonLimits {
  std::size_t max_bytes = 64u << 20;
  std::size_t max_depth = 64;
};

// Whole-document parse; the error names line and column. NaN and trailing text are errors; of two
// equal keys the last counts.
Result<Json> parse_json(std::string_view text, const JsonLimits& limits = {});

// Compact, keys in insertion order, numbers shortest round-trip.
std::string to_text(const Json& value);
// Two-space indentation, for files and terminals that people read.
std::string to_pretty_text(const Json& value);
// Keys sorted at every level: the form that is hashed, signed and compared.
std::string to_canonical_text(const Json& value);

const Json* find(const JsonObject& object, std::string_view key);
Result<const JsonObject*> as_object(const Json& value, std::string_view what);
Result<std::string> get_string(const JsonObject& object, std::string_view key);
Result<std::int64_t> get_int(const JsonObject& object, std::string_view key);
Result<double> get_double(const JsonObject& object, std::string_view key);  // any number
Result<bool> get_bool(const JsonObject& object, std::string_view key);
Result<const JsonObject*> get_object(const JsonObject& object, std::string_view key);
Result<const JsonArray*> get_array(const JsonObject& object, std::string_view key);
// The string under `key`, or `fallback` where the key is absent, null or no string.
std::string string_or(const JsonObject& object, std::string_view key, std::string_view fallback);

inline std::string_view view(const boost::json::string& s) {
  return {s.data(), s.size()};
}

}  // namespace sluice
