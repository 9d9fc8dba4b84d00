// The arguments ("kwargs") of one expectation, with evaluation parameters already put in. Getters
// remember which keys were asked for; errors read like those of Great Expectations
// ("ValueError: …", "TypeError: …"), whose words other tools look for.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "ml/expectations/cell.h"

namespace sluice::ml::expectations {

class Arguments {
 public:
  // Borrows the object.
  explicit Arguments(const JsonObject& kwargs) : kwargs_(kwargs) {}

  // Null where absent or null.
  const Json* find(std::string_view key) const;
  Result<const Json*> required(std::string_view key) const;
  bool flag(std::string_view key) const;  // false where absent
  std::string text_or(std::string_view key, std::string_view fallback) const;
  Result<std::string> text(std::string_view key) const;
  // Null cell where absent.
  Cell cell(std::string_view key) const;
  // A number, or nothing where absent.
  Result<std::optional<double>> number(std::string_view key) const;
  Result<double> number_or(std::string_view key, double fallback) const;
  Result<const JsonArray*> list(std::string_view key) const;  // required
  Result<std::vector<std::string>> texts(std::string_view key) const;

  // Keys that nobody asked for.
  std::vector<std::string> unknown() const;

 private:
  const JsonObject& kwargs_;
  mutable std::set<std::string, std::less<>> asked_;
};

Error value_error(std::string_view message);
Error type_error(std::string_view message);

}  // namespace sluice::ml::expectations
