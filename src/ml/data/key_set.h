// Which hashes were seen before, in bounded memory: the first of two passes that find repeated
// keys. One thread.
//
// Exact up to three quarters of `max_slots` different hashes (8 bytes a slot). Beyond, only hashes
// whose low bits are zero are kept, half as many each time it is full: every key is still compared
// with all of its like, but only one key in sampling() is looked at, and repeats() is an estimate.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_set>
#include <vector>

namespace sluice::ml {

class KeySet {
 public:
  static constexpr std::size_t kMaxRepeated = 100'000;

  explicit KeySet(std::size_t max_slots = std::size_t{1} << 23);  // a power of two

  void add(std::span<const std::uint64_t> hashes);  // none is 0

  // Rows whose hash had been seen; exact while sampling() is 1.
  std::uint64_t repeats() const { return repeats_; }
  // The hashes seen more than once, the first kMaxRepeated of them.
  const std::unordered_set<std::uint64_t>& repeated() const { return repeated_; }
  std::uint64_t sampling() const { return mask_ + 1; }

 private:
  void add_one(std::uint64_t hash);
  void place(std::uint64_t hash);
  void make_room();
  // Which slot to try first. Not the low bits: sampling has used them up.
  std::size_t slot_of(std::uint64_t hash) const { return (hash >> 20) & (slots_.size() - 1); }

  std::vector<std::uint64_t> slots_;  // 0: free
  std::size_t max_slots_;
  std::size_t used_ = 0;
  std::uint64_t mask_ = 0;
  std::uint64_t repeats_ = 0;
  std::unordered_set<std::uint64_t> repeated_;
};

}  // namespace sluice::ml
