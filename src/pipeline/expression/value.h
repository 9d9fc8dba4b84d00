// Values of the expression languages: null, boolean, number (double), string, array, object.
//
// A Value is small and cheap to copy: strings and containers are immutable and shared between
// copies. Conversions and comparisons follow GitHub's rules (actions/runner EvaluationResult.cs,
// ExpressionUtility.cs). Objects keep their order and look keys up without case by default.
// Thread-safe as any immutable value is.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace sluice::pipeline {

enum class ValueKind : std::uint8_t { Null, Boolean, Number, String, Array, Object };
// "Null", "Boolean", …, as messages name them.
std::string_view to_string(ValueKind kind);

// How an object finds its keys: GitHub's contexts ignore case, `env` on Linux does not.
enum class KeyCase : std::uint8_t { Ignore, Respect };
// A filtered array is the result of `.*`: what follows it applies to each item.
enum class ArrayOrigin : std::uint8_t { Plain, Filtered };

class Value;
using ValueItems = std::vector<Value>;
using ValueMembers = std::vector<std::pair<std::string, Value>>;

class Value {
 public:
  Value() = default;  // null
  // style: bool because it is a value
  static Value boolean(bool b) { return Value(Data(std::in_place_index<1>, b)); }
  static Value number(double n) { return Value(Data(std::in_place_index<2>, n)); }
  static Value string(std::string_view text);
  static Value string(std::string&& text);
  static Value string(const char* text) { return string(std::string_view(text)); }
  static Value array(ValueItems items, ArrayOrigin origin = ArrayOrigin::Plain);
  // Of two equal keys the last value counts, at the place of the first.
  static Value object(ValueMembers members, KeyCase key_case = KeyCase::Ignore);

  ValueKind kind() const { return static_cast<ValueKind>(data_.index()); }
  bool is_null() const { return kind() == ValueKind::Null; }
  bool is_primitive() const { return kind() < ValueKind::Array; }
  bool is_filtered_array() const;

  // Asking for another kind than kind() is a bug and aborts.
  bool as_boolean() const;
  double as_number() const;
  std::string_view as_string() const;
  const ValueItems& items() const;
  const ValueMembers& members() const;

  // The member of an object; null pointer when absent or when this is no object.
  const Value* find(std::string_view key) const;

  bool truthy() const;          // all but null, false, 0, NaN and ''
  double to_number() const;     // NaN for containers and text that is no number
  std::string to_text() const;  // '', 'true', G15, the string, 'Array', 'Object'
  // Identity of a container, equality of kind and exact content of a primitive.
  bool same_as(const Value& other) const;
  // Bytes of memory behind this value, containers with what they hold (an estimate for limits).
  std::size_t memory() const;

 private:
  struct Array;
  struct Object;
  using Text = std::shared_ptr<const std::string>;  // shared by all copies of the value
  using Data = std::variant<std::monostate, bool, double, Text, std::shared_ptr<const Array>,
                            std::shared_ptr<const Object>>;

  explicit Value(Data data) : data_(std::move(data)) {}

  Data data_;
};

// Operators `==`, `<`, `<=` with GitHub's conversions; `>` and `>=` are these with sides swapped.
bool equal(const Value& a, const Value& b);
bool less(const Value& a, const Value& b);
bool less_or_equal(const Value& a, const Value& b);

// Text rules. Case is ignored by mapping each character to its upper case (invariant culture:
// dotless and dotted i stay themselves).
int compare_ignoring_case(std::string_view a, std::string_view b);
bool equal_text(std::string_view a, std::string_view b);
bool starts_with_text(std::string_view text, std::string_view prefix);
bool ends_with_text(std::string_view text, std::string_view suffix);
bool contains_text(std::string_view text, std::string_view part);

double parse_number(std::string_view text);  // NaN when it is none; '' is 0
std::string number_to_text(double number);   // 15 significant digits; -0 is 0

// toJSON: two-space indentation, numbers as number_to_text.
std::string to_json_text(const Value& value);
Result<Value> from_json_text(std::string_view text);
Value from_json(const Json& json, KeyCase key_case = KeyCase::Ignore);
Json to_json(const Value& value);

}  // namespace sluice::pipeline
