#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "base/yaml.h"

namespace sluice {

Result<YamlReader> YamlReader::open(const YamlNode& mapping, std::string_view file_name,
                                    std::string_view what) {
  YamlReader reader(mapping, file_name, what);
  if (!mapping.is_mapping())
    return reader.error_at(mapping.position, cat(what, " must be a mapping of keys to values"));
  return reader;
}

Error YamlReader::error_at(TextPosition position, std::string_view message) const {
  return invalid_input(cat(file_, ":", position.line, ":", position.column, ": ", message));
}

const YamlNode* YamlReader::optional(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
  return mapping_->find(key);
}

Result<const YamlNode*> YamlReader::required(std::string_view key) {
  if (const YamlNode* node = optional(key)) return node;
  const std::vector<std::string> wanted{std::string(key)};
  for (const auto& [written, value] : mapping_->members)
    if (std::find(known_.begin(), known_.end(), written.text) == known_.end())
      if (const std::string hint = did_you_mean(written.text, wanted); !hint.empty())
        return error_at(written.position,
                        cat(what_, " has an unknown key '", written.text, "'", hint));
  return error_at(mapping_->position, cat(what_, " has no '", key, "', which is required"));
}

namespace {

std::string expected(std::string_view key, std::string_view kind) {
  return cat("'", key, "' must be ", kind);
}

}  // namespace

Result<std::string> YamlReader::string(std::string_view key) {
  const YamlNode* node = TRY(required(key));
  if (!node->is_scalar() || node->kind == YamlKind::Null)
    return error_at(node->position, expected(key, "a text"));
  return node->text;
}

Result<std::string> YamlReader::string_or(std::string_view key, std::string_view fallback) {
  if (optional(key) == nullptr) return std::string(fallback);
  return string(key);
}

Result<double> YamlReader::number(std::string_view key) {
  const YamlNode* node = TRY(required(key));
  if (node->kind != YamlKind::Number)
    return error_at(node->position, expected(key, "a number (without quotes)"));
  return node->number;
}

Result<double> YamlReader::number_or(std::string_view key, double fallback) {
  if (optional(key) == nullptr) return fallback;
  return number(key);
}

Result<std::int64_t> YamlReader::integer_or(std::string_view key, std::int64_t fallback) {
  const YamlNode* node = optional(key);
  if (node == nullptr) return fallback;
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (node->kind != YamlKind::Number || node->number != std::floor(node->number) ||
      std::abs(node->number) > kExact)
    return error_at(node->position, expected(key, "a whole number (without quotes)"));
  return static_cast<std::int64_t>(node->number);
}

Result<bool> YamlReader::boolean_or(std::string_view key, bool fallback) {
  const YamlNode* node = optional(key);
  if (node == nullptr) return fallback;
  if (node->kind != YamlKind::Boolean)
    return error_at(node->position, expected(key, "true or false (without quotes)"));
  return node->boolean;
}

Result<std::vector<std::string>> YamlReader::strings(std::string_view key) {
  std::vector<std::string> texts;
  const YamlNode* node = optional(key);
  if (node == nullptr) return texts;
  if (node->is_scalar() && node->kind != YamlKind::Null) {
    texts.push_back(node->text);
    return texts;
  }
  if (!node->is_sequence())
    return error_at(node->position, expected(key, "a text or a list of texts"));
  for (const YamlNode& item : node->items) {
    if (!item.is_scalar() || item.kind == YamlKind::Null)
      return error_at(item.position, cat("each item of '", key, "' must be a text"));
    texts.push_back(item.text);
  }
  return texts;
}

Result<void> YamlReader::finish() const {
  for (const auto& [key, value] : mapping_->members) {
    if (std::find(known_.begin(), known_.end(), key.text) != known_.end()) continue;
    std::string hint = did_you_mean(key.text, known_);
    if (hint.empty()) hint = cat("; it knows: ", join(known_, ", "));
    return error_at(key.position, cat(what_, " has an unknown key '", key.text, "'", hint));
  }
  return success();
}

}  // namespace sluice
