// Version ranges as setup-python and setup-node take them: "3.11", "3.x", ">=3.9 <3.12", "^18",
// "~20.1", "18 || 20", "3.9 - 3.11", "*". Pure.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sluice::exec {

using Version = std::array<int, 3>;

// "3.11.2", "v18.19.0", "3.12.0rc1" (the suffix is ignored).
std::optional<Version> parse_version(std::string_view text);

class VersionRange {
 public:
  static Result<VersionRange> parse(std::string_view text);
  bool contains(const Version& version) const;

 private:
  // Half-open: low <= version < high.
  struct Span {
    Version low{0, 0, 0};
    Version high{1'000'000, 0, 0};
  };
  static Result<Span> parse_all(std::string_view text);
  static Result<void> narrow(Span& span, std::string_view comparator);

  std::vector<Span> any_of_;
};

}  // namespace sluice::exec
