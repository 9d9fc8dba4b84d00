#include "ml/expectations/arguments.h"

#include "base/strings.h"

namespace sluice::ml::expectations {

Error value_error(std::string_view message) {
  return Error(ErrorCode::InvalidInput, cat("ValueError: ", message));
}

Error type_error(std::string_view message) {
  return Error(ErrorCode::InvalidInput, cat("TypeError: ", message));
}

const Json* Arguments::find(std::string_view key) const {
  asked_.emplace(key);
  const Json* value = sluice::find(kwargs_, key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

Result<const Json*> Arguments::required(std::string_view key) const {
  if (const Json* value = find(key)) return value;
  return type_error(cat("the argument '", key, "' is required: ", key,
                        " must be provided (field required; none is not an allowed value)"));
}

bool Arguments::flag(std::string_view key) const {
  const Json* value = find(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::string Arguments::text_or(std::string_view key, std::string_view fallback) const {
  const Json* value = find(key);
  if (value == nullptr || !value->is_string()) return std::string(fallback);
  return std::string(view(value->get_string()));
}

Result<std::string> Arguments::text(std::string_view key) const {
  const Json* value = TRY(required(key));
  if (!value->is_string()) return type_error(cat(key, " must be a string (str type expected)"));
  return std::string(view(value->get_string()));
}

Cell Arguments::cell(std::string_view key) const {
  const Json* value = find(key);
  return value == nullptr ? Cell() : cell_of(*value);
}

Result<std::optional<double>> Arguments::number(std::string_view key) const {
  const Json* value = find(key);
  if (value == nullptr) return std::optional<double>();
  const Cell cell = cell_of(*value);
  if (!cell.is_numeric())
    return type_error(cat(key, " must be a number (value is not a valid float)"));
  return std::optional(cell.number);
}

Result<double> Arguments::number_or(std::string_view key, double fallback) const {
  return TRY(number(key)).value_or(fallback);
}

Result<const JsonArray*> Arguments::list(std::string_view key) const {
  const Json* value = TRY(required(key));
  if (!value->is_array())
    return type_error(cat(key, " must be a list, set, or None (value is not a valid list)"));
  return &value->get_array();
}

Result<std::vector<std::string>> Arguments::texts(std::string_view key) const {
  std::vector<std::string> texts;
  for (const Json& item : *TRY(list(key))) {
    if (!item.is_string()) return type_error(cat("'", key, "' must be a list of texts"));
    texts.emplace_back(view(item.get_string()));
  }
  return texts;
}

std::vector<std::string> Arguments::unknown() const {
  std::vector<std::string> keys;
  for (const auto& member : kwargs_)
    if (!asked_.contains(std::string_view(member.key()))) keys.emplace_back(member.key());
  return keys;
}

}  // namespace sluice::ml::expectations
