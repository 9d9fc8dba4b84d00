#include "exec/masker.h"

#include <algorithm>
#include <cstring>

namespace sluice::exec {
namespace {

constexpr std::string_view kMask = "***";
constexpr std::size_t kManyTexts = 500;
constexpr int kSmallFilter = 16;  // bits of the index
constexpr int kLargeFilter = 20;

template <int kWindow>
std::uint32_t window_at(const char* at) {
  std::uint32_t value = 0;
  std::memcpy(&value, at, kWindow);
  return value;
}

std::uint32_t window_of(std::string_view text, int window) {
  std::uint32_t value = 0;
  std::memcpy(&value, text.data(), static_cast<std::size_t>(window));
  return value;
}

std::uint32_t index_of(std::uint32_t window, int shift) {
  return (window * 2654435761u) >> shift;
}

unsigned char byte_at(const std::string& text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

}  // namespace

void Masker::add(std::span<const std::string> texts) {
  const std::size_t before = texts_.size();
  for (const std::string& text : texts) {
    if (text.empty()) continue;
    const auto place = std::lower_bound(texts_.begin(), texts_.end(), text);
    if (place == texts_.end() || *place != text) texts_.insert(place, text);
  }
  if (texts_.size() != before) rebuild_filter();
}

void Masker::rebuild_filter() {
  std::size_t shortest = 4;
  for (const std::string& text : texts_) shortest = std::min(shortest, text.size());
  const int bits = texts_.size() > kManyTexts ? kLargeFilter : kSmallFilter;
  window_ = static_cast<int>(shortest);
  filter_shift_ = 32 - bits;
  filter_.assign((std::size_t{1} << bits) / 64, 0);
  for (const std::string& text : texts_) put_in_filter(text);
}

void Masker::put_in_filter(std::string_view text) {
  const std::uint32_t index = index_of(window_of(text, window_), filter_shift_);
  filter_[index / 64] |= std::uint64_t{1} << (index % 64);
}

template <int kWindow>
std::size_t Masker::scan(std::string_view data, std::size_t from, std::size_t to) const {
  const char* const bytes = data.data();
  const std::uint64_t* const filter = filter_.data();
  const int shift = filter_shift_;
  for (; from < to; ++from) {
    const std::uint32_t index = index_of(window_at<kWindow>(bytes + from), shift);
    if (filter[index / 64] >> (index % 64) & 1) break;
  }
  return from;
}

// The next position where a text may begin. Near the end, where the window does not fit, every
// position may.
std::size_t Masker::next_candidate(std::string_view data, std::size_t from) const {
  const auto window = static_cast<std::size_t>(window_);
  if (data.size() < window) return from;
  const std::size_t to = data.size() - window + 1;
  switch (window_) {
    case 1:
      return scan<1>(data, from, to);
    case 2:
      return scan<2>(data, from, to);
    case 3:
      return scan<3>(data, from, to);
    default:
      return scan<4>(data, from, to);
  }
}

Masker::Match Masker::match_at(std::string_view data) const {
  Match match;
  auto low = texts_.begin();
  auto high = texts_.end();
  for (std::size_t depth = 0;; ++depth) {
    // All texts in [low, high) agree with the data in their first `depth` bytes.
    if (low != high && low->size() == depth) {
      match.length = depth;
      ++low;
    }
    if (low == high) return match;
    if (depth == data.size()) {
      match.open = true;
      return match;
    }
    const auto byte = static_cast<unsigned char>(data[depth]);
    low = std::partition_point(low, high, [&](const auto& t) { return byte_at(t, depth) < byte; });
    high =
        std::partition_point(low, high, [&](const auto& t) { return byte_at(t, depth) == byte; });
  }
}

std::size_t Masker::process(std::string_view data, Stream stream, std::string& out) {
  std::size_t plain_from = masked_ahead_;
  std::size_t at = 0;
  for (;;) {
    at = next_candidate(data, at);
    if (at >= data.size()) break;
    const Match match = match_at(data.substr(at));
    if (match.open && stream == Stream::GoesOn) break;
    if (match.length > 0) {
      if (!in_mask_ || at > plain_from) {
        if (at > plain_from) out.append(data, plain_from, at - plain_from);
        out.append(kMask);
        in_mask_ = true;
      }
      plain_from = std::max(plain_from, at + match.length);
    }
    ++at;
  }
  const std::size_t settled = std::min(at, data.size());
  if (settled > plain_from) {
    out.append(data, plain_from, settled - plain_from);
    in_mask_ = false;
  }
  masked_ahead_ = plain_from > settled ? plain_from - settled : 0;
  return settled;
}

void Masker::feed(std::string_view data, std::string& out) {
  if (texts_.empty()) {
    out.append(data);
    return;
  }
  if (held_.empty()) {
    held_.assign(data.substr(process(data, Stream::GoesOn, out)));
    return;
  }
  held_.append(data);
  held_.erase(0, process(held_, Stream::GoesOn, out));
}

void Masker::flush(std::string& out) {
  if (!held_.empty()) process(held_, Stream::Ends, out);
  held_.clear();
  in_mask_ = false;
  masked_ahead_ = 0;
}

}  // namespace sluice::exec
