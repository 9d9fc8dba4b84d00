#include "base/yaml_scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace sluice {
namespace {

constexpr std::string_view kCorePrefix = "tag:yaml.org,2002:";

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_null_text(std::string_view text) {
  return is_one_of(text, std::array<std::string_view, 5>{"", "~", "null", "Null", "NULL"});
}

std::optional<bool> parse_boolean(std::string_view text) {
  if (is_one_of(text, std::array<std::string_view, 3>{"true", "True", "TRUE"})) return true;
  if (is_one_of(text, std::array<std::string_view, 3>{"false", "False", "FALSE"})) return false;
  return std::nullopt;
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  return at;
}

std::optional<double> parse_radix(std::string_view digits, int radix) {
  if (digits.empty()) return std::nullopt;
  double value = 0;
  for (char c : digits) {
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : radix;
    if (digit >= radix) return std::nullopt;
    value = value * radix + digit;
  }
  return value;
}

std::optional<double> parse_infinity(std::string_view text) {
  if (is_one_of(text, std::array<std::string_view, 3>{".inf", ".Inf", ".INF"}))
    return std::numeric_limits<double>::infinity();
  return std::nullopt;
}

bool is_nan_text(std::string_view text) {
  return is_one_of(text, std::array<std::string_view, 3>{".nan", ".NaN", ".NAN"});
}

// [0-9]+(\.[0-9]*)?|\.[0-9]+ with an optional exponent.
bool is_decimal(std::string_view text) {
  std::size_t whole = skip_digits(text, 0);
  std::size_t at = whole;
  bool digits = whole > 0;
  if (at < text.size() && text[at] == '.') {
    at = skip_digits(text, at + 1);
    digits = digits || at > whole + 1;
  }
  if (!digits) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    std::size_t end = skip_digits(text, at);
    if (end == at) return false;
    at = end;
  }
  return at == text.size();
}

double decimal_value(std::string_view text) {
  double value = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc::result_out_of_range) return value;
  std::size_t exponent = text.find_first_of("eE");
  bool tiny = exponent != std::string_view::npos && text[exponent + 1] == '-';
  return tiny ? 0 : std::numeric_limits<double>::infinity();
}

std::optional<double> parse_yaml_number(std::string_view text) {
  if (text.starts_with("0x")) return parse_radix(text.substr(2), 16);
  if (text.starts_with("0o")) return parse_radix(text.substr(2), 8);
  if (is_nan_text(text)) return std::numeric_limits<double>::quiet_NaN();
  bool has_sign = !text.empty() && (text[0] == '-' || text[0] == '+');
  double sign = has_sign && text[0] == '-' ? -1 : 1;
  std::string_view rest = text.substr(has_sign ? 1 : 0);
  if (auto infinity = parse_infinity(rest)) return sign * *infinity;
  if (!is_decimal(rest)) return std::nullopt;
  return sign * decimal_value(rest);
}

bool set_number(YamlNode& node, std::optional<double> number) {
  if (!number) return false;
  node.kind = YamlKind::Number;
  node.number = *number;
  return true;
}

bool set_boolean(YamlNode& node) {
  auto boolean = parse_boolean(node.text);
  if (!boolean) return false;
  node.kind = YamlKind::Boolean;
  node.boolean = *boolean;
  return true;
}

bool set_null(YamlNode& node) {
  if (!is_null_text(node.text)) return false;
  node.kind = YamlKind::Null;
  return true;
}

}  // namespace

void resolve_plain_scalar(YamlNode& node) {
  node.kind = YamlKind::String;
  if (set_null(node) || set_boolean(node)) return;
  set_number(node, parse_yaml_number(node.text));
}

bool is_core_scalar_tag(std::string_view tag) {
  if (tag == "!") return true;
  if (!tag.starts_with(kCorePrefix)) return false;
  return is_one_of(tag.substr(kCorePrefix.size()),
                   std::array<std::string_view, 5>{"str", "int", "float", "bool", "null"});
}

bool resolve_tagged_scalar(YamlNode& node, std::string_view tag) {
  node.kind = YamlKind::String;
  if (tag == "!") return true;
  std::string_view name = tag.substr(std::min(kCorePrefix.size(), tag.size()));
  if (name == "str") return true;
  if (name == "bool") return set_boolean(node);
  if (name == "null") return set_null(node);
  auto number = parse_yaml_number(node.text);
  if (name == "int" && number && *number != std::floor(*number)) return false;
  return (name == "int" || name == "float") && set_number(node, number);
}

}  // namespace sluice
