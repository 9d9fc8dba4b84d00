// Bytes read and not yet consumed, contiguous; grows only while a message needs it. One thread.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace sluice::http {

class ReadBuffer {
 public:
  std::string_view data() const { return {bytes_.data() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  void clear() { begin_ = end_ = 0; }

  // Room behind the data, at least `least` bytes; then say how many were filled.
  std::span<char> prepare(std::size_t least) {
    if (bytes_.size() - end_ < least) {
      const std::size_t kept = end_ - begin_;
      if (kept > 0) std::memmove(bytes_.data(), bytes_.data() + begin_, kept);
      begin_ = 0;
      end_ = kept;
      if (bytes_.size() - end_ < least) bytes_.resize(end_ + least);
    }
    return {bytes_.data() + end_, bytes_.size() - end_};
  }
  void filled(std::size_t count) { end_ += count; }

  void consume(std::size_t count) {
    begin_ += count;
    if (begin_ == end_) clear();
  }

 private:
  std::vector<char> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace sluice::http
