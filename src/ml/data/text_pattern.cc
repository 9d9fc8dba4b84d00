#include "ml/data/text_pattern.h"

namespace sluice::ml {

namespace {

char kind_of(char c) {
  if (c >= 'A' && c <= 'Z') return 'A';
  if ((c >= 'a' && c <= 'z') || static_cast<signed char>(c) < 0) return 'a';
  if (c >= '0' && c <= '9') return '9';
  return c;
}

}  // namespace

std::string pattern_of(std::string_view text) {
  constexpr std::size_t kRun = 4;
  constexpr std::size_t kLongest = 32;
  std::string pattern;
  std::size_t run = 0;
  char last = '\0';
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) == 0x80) continue;  // the rest of a character
    const char kind = kind_of(c);
    run = kind == last ? run + 1 : 1;
    last = kind;
    if (run > kRun + 1) continue;
    if (pattern.size() == kLongest) return pattern + "…";
    pattern.push_back(run > kRun ? '+' : kind);
  }
  return pattern;
}

void PatternCounts::add(std::string_view text, std::uint64_t count) {
  if (complete_) add_pattern(pattern_of(text), count);
}

void PatternCounts::add_pattern(std::string pattern, std::uint64_t count) {
  if (!complete_) return;
  counts_[std::move(pattern)] += count;
  if (counts_.size() > kMaxPatterns) give_up();
}

void PatternCounts::merge(const PatternCounts& other) {
  if (!other.complete_) give_up();
  for (const auto& [pattern, count] : other.counts_) add_pattern(pattern, count);
}

void PatternCounts::give_up() {
  complete_ = false;
  counts_.clear();
}

}  // namespace sluice::ml
