#include "pipeline/expression/value.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "base/check.h"

namespace sluice::pipeline {
namespace {

constexpr std::size_t kIndexFrom = 12;  // members from which a sorted index pays

}  // namespace

struct Value::Array {
  ValueItems items;
  ArrayOrigin origin;
};

struct Value::Object {
  ValueMembers members;
  KeyCase key_case = KeyCase::Ignore;
  std::vector<std::uint32_t> by_key;  // empty for small objects

  int compare(std::string_view a, std::string_view b) const {
    return key_case == KeyCase::Ignore ? compare_ignoring_case(a, b) : a.compare(b);
  }
  bool same(std::string_view a, std::string_view b) const {
    return key_case == KeyCase::Ignore ? equal_text(a, b) : a == b;
  }
  void build_index();
  void drop_duplicates();
  const Value* find(std::string_view key) const;
};

void Value::Object::build_index() {
  by_key.resize(members.size());
  for (std::uint32_t i = 0; i < by_key.size(); ++i) by_key[i] = i;
  std::stable_sort(by_key.begin(), by_key.end(), [&](std::uint32_t a, std::uint32_t b) {
    return compare(members[a].first, members[b].first) < 0;
  });
}

// Expects the index. Equal keys stand together in it, in file order.
void Value::Object::drop_duplicates() {
  std::vector<bool> dropped(members.size());
  bool any = false;
  for (std::size_t i = 0; i + 1 < by_key.size(); ++i) {
    std::uint32_t first = by_key[i];
    while (i + 1 < by_key.size() && same(members[first].first, members[by_key[i + 1]].first)) {
      members[first].second = std::move(members[by_key[i + 1]].second);
      dropped[by_key[++i]] = true;
      any = true;
    }
  }
  if (!any) return;
  std::size_t at = 0;
  std::erase_if(members, [&](const auto&) { return dropped[at++]; });
  build_index();
}

const Value* Value::Object::find(std::string_view key) const {
  if (by_key.empty()) {
    for (const auto& [name, value] : members)
      if (same(name, key)) return &value;
    return nullptr;
  }
  auto found = std::lower_bound(
      by_key.begin(), by_key.end(), key,
      [&](std::uint32_t i, std::string_view k) { return compare(members[i].first, k) < 0; });
  if (found == by_key.end() || !same(members[*found].first, key)) return nullptr;
  return &members[*found].second;
}

std::string_view to_string(ValueKind kind) {
  switch (kind) {
    case ValueKind::Null:
      return "Null";
    case ValueKind::Boolean:
      return "Boolean";
    case ValueKind::Number:
      return "Number";
    case ValueKind::String:
      return "String";
    case ValueKind::Array:
      return "Array";
    case ValueKind::Object:
      return "Object";
  }
  return "Null";
}

Value Value::string(std::string_view text) {
  return Value(Data(std::make_shared<const std::string>(text)));
}

Value Value::string(std::string&& text) {
  return Value(Data(std::make_shared<const std::string>(std::move(text))));
}

Value Value::array(ValueItems items, ArrayOrigin origin) {
  auto array = std::make_shared<const Array>(Array{std::move(items), origin});
  return Value(Data(std::move(array)));
}

Value Value::object(ValueMembers members, KeyCase key_case) {
  auto object = std::make_shared<Object>();
  object->members = std::move(members);
  object->key_case = key_case;
  object->build_index();
  object->drop_duplicates();
  if (object->members.size() < kIndexFrom) object->by_key = {};
  return Value(Data(std::shared_ptr<const Object>(std::move(object))));
}

bool Value::is_filtered_array() const {
  return kind() == ValueKind::Array && std::get<4>(data_)->origin == ArrayOrigin::Filtered;
}

bool Value::as_boolean() const {
  CHECK(kind() == ValueKind::Boolean);
  return std::get<1>(data_);
}

double Value::as_number() const {
  CHECK(kind() == ValueKind::Number);
  return std::get<2>(data_);
}

std::string_view Value::as_string() const {
  CHECK(kind() == ValueKind::String);
  return *std::get<3>(data_);
}

const ValueItems& Value::items() const {
  CHECK(kind() == ValueKind::Array);
  return std::get<4>(data_)->items;
}

const ValueMembers& Value::members() const {
  CHECK(kind() == ValueKind::Object);
  return std::get<5>(data_)->members;
}

const Value* Value::find(std::string_view key) const {
  return kind() == ValueKind::Object ? std::get<5>(data_)->find(key) : nullptr;
}

bool Value::truthy() const {
  switch (kind()) {
    case ValueKind::Null:
      return false;
    case ValueKind::Boolean:
      return as_boolean();
    case ValueKind::Number:
      return as_number() != 0 && !std::isnan(as_number());
    case ValueKind::String:
      return !as_string().empty();
    default:
      return true;
  }
}

double Value::to_number() const {
  switch (kind()) {
    case ValueKind::Null:
      return 0;
    case ValueKind::Boolean:
      return as_boolean() ? 1 : 0;
    case ValueKind::Number:
      return as_number();
    case ValueKind::String:
      return parse_number(as_string());
    default:
      return std::numeric_limits<double>::quiet_NaN();
  }
}

std::string Value::to_text() const {
  switch (kind()) {
    case ValueKind::Null:
      return "";
    case ValueKind::Boolean:
      return as_boolean() ? "true" : "false";
    case ValueKind::Number:
      return number_to_text(as_number());
    case ValueKind::String:
      return std::string(as_string());
    default:
      return std::string(to_string(kind()));
  }
}

bool Value::same_as(const Value& other) const {
  if (kind() != other.kind()) return false;
  if (kind() == ValueKind::String) return as_string() == other.as_string();
  return data_ == other.data_;
}

std::size_t Value::memory() const {
  std::size_t bytes = sizeof(Value);
  if (kind() == ValueKind::String) bytes += as_string().size();
  if (kind() == ValueKind::Array)
    for (const Value& item : items()) bytes += item.memory();
  if (kind() == ValueKind::Object)
    for (const auto& [key, value] : members()) bytes += key.size() + value.memory();
  return bytes;
}

namespace {

bool is_number_like(ValueKind kind) {
  return kind == ValueKind::Null || kind == ValueKind::Boolean || kind == ValueKind::Number;
}

// Whether two values of different kinds are compared as numbers.
bool compares_as_numbers(const Value& a, const Value& b) {
  if (is_number_like(a.kind())) return is_number_like(b.kind()) || b.kind() == ValueKind::String;
  return a.kind() == ValueKind::String && is_number_like(b.kind());
}

}  // namespace

bool equal(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return compares_as_numbers(a, b) && a.to_number() == b.to_number();
  if (a.kind() == ValueKind::String) return equal_text(a.as_string(), b.as_string());
  if (a.kind() == ValueKind::Number) return a.as_number() == b.as_number();
  return a.same_as(b);
}

bool less(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return compares_as_numbers(a, b) && a.to_number() < b.to_number();
  if (a.kind() == ValueKind::String) return compare_ignoring_case(a.as_string(), b.as_string()) < 0;
  if (a.kind() == ValueKind::Number || a.kind() == ValueKind::Boolean)
    return a.to_number() < b.to_number();
  return false;
}

bool less_or_equal(const Value& a, const Value& b) {
  return equal(a, b) || less(a, b);
}

}  // namespace sluice::pipeline
