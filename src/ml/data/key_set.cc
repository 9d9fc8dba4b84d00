#include "ml/data/key_set.h"

#include <algorithm>

#include "base/check.h"

namespace sluice::ml {

namespace {

constexpr std::size_t kFirstSlots = 1u << 12;
constexpr std::size_t kPrefetch = 16;

}  // namespace

KeySet::KeySet(std::size_t max_slots)
    : slots_(std::min(max_slots, kFirstSlots)), max_slots_(max_slots) {
  CHECK(max_slots > 0 && (max_slots & (max_slots - 1)) == 0);
}

// The table is larger than the caches: ask for the slots some keys ahead.
void KeySet::add(std::span<const std::uint64_t> hashes) {
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    if (i + kPrefetch < hashes.size())
      __builtin_prefetch(&slots_[slot_of(hashes[i + kPrefetch])], 1);
    add_one(hashes[i]);
  }
}

void KeySet::add_one(std::uint64_t hash) {
  if ((hash & mask_) != 0) return;
  if ((used_ + 1) * 4 > slots_.size() * 3) make_room();
  if ((hash & mask_) != 0) return;
  std::size_t slot = slot_of(hash);
  while (slots_[slot] != 0) {
    if (slots_[slot] == hash) {
      repeats_ += sampling();
      if (repeated_.size() < kMaxRepeated) repeated_.insert(hash);
      return;
    }
    slot = (slot + 1) & (slots_.size() - 1);
  }
  slots_[slot] = hash;
  ++used_;
}

void KeySet::place(std::uint64_t hash) {
  std::size_t slot = slot_of(hash);
  while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
  slots_[slot] = hash;
  ++used_;
}

void KeySet::make_room() {
  const bool full = slots_.size() == max_slots_;
  if (full) mask_ = mask_ * 2 + 1;
  std::vector<std::uint64_t> kept;
  kept.reserve(full ? used_ / 2 + used_ / 16 : used_);
  for (const std::uint64_t hash : slots_)
    if (hash != 0 && (hash & mask_) == 0) kept.push_back(hash);
  // The old table goes before the new one comes: what must fit into memory is the larger of them
  // and the hashes.
  const std::size_t size = full ? max_slots_ : slots_.size() * 2;
  slots_ = {};
  slots_.assign(size, 0);
  used_ = 0;
  for (const std::uint64_t hash : kept) place(hash);
}

}  // namespace sluice::ml
