// The shape of a text: "SKU-0042" is "AAA-9999", "Main Street 5" is "Aaaa Aaaaa+ 9". Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace sluice::ml {

// A for upper-case letters, a for other letters (and all beyond ASCII), 9 for digits; other
// characters stand for themselves. A run of more than 4 of a kind is 4 and a plus; after 32
// characters of pattern there is an ellipsis.
std::string pattern_of(std::string_view text);

// How many texts have each pattern, as long as there are at most kMaxPatterns; which texts come
// first makes no difference.
class PatternCounts {
 public:
  static constexpr std::size_t kMaxPatterns = 64;

  void add(std::string_view text, std::uint64_t count = 1);
  void add_pattern(std::string pattern, std::uint64_t count);
  void merge(const PatternCounts& other);
  void give_up();  // as if there had been too many

  bool complete() const { return complete_; }
  const std::map<std::string, std::uint64_t>& counts() const { return counts_; }

 private:
  bool complete_ = true;
  std::map<std::string, std::uint64_t> counts_;
};

}  // namespace sluice::ml
