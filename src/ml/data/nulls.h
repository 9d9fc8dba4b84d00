// The spellings of a missing value, asked about for every field of a file. Immutable.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::ml {

class NullSpellings {
 public:
  explicit NullSpellings(std::vector<std::string> spellings) : spellings_(std::move(spellings)) {
    for (const std::string& s : spellings_) {
      if (s.empty())
        empty_ = true;
      else
        first_[static_cast<unsigned char>(s[0])] = true;
    }
  }

  bool contains(std::string_view text) const {
    if (text.empty()) return empty_;
    if (!first_[static_cast<unsigned char>(text[0])]) return false;
    for (const std::string& s : spellings_)
      if (s == text) return true;
    return false;
  }

  const std::vector<std::string>& spellings() const { return spellings_; }

 private:
  std::vector<std::string> spellings_;
  std::array<bool, 256> first_{};
  bool empty_ = false;
};

}  // namespace sluice::ml
