#include "ml/data/peek_stream.h"

#include <algorithm>

namespace sluice::ml {

Result<std::string_view> PeekStream::peek(std::size_t size) {
  while (head_.size() < size) {
    const std::size_t before = head_.size();
    head_.resize(size);
    const auto n = stream_->read(std::span(head_).subspan(before));
    head_.resize(before + (n.ok() ? *n : 0));
    if (!n.ok()) return n.error();
    if (*n == 0) break;
  }
  return std::string_view(head_).substr(0, size);
}

Result<std::size_t> PeekStream::read(std::span<char> buffer) {
  if (at_ == head_.size()) return stream_->read(buffer);
  const std::size_t n = std::min(buffer.size(), head_.size() - at_);
  std::copy_n(head_.data() + at_, n, buffer.data());
  at_ += n;
  return n;
}

Result<void> PeekStream::seek(std::uint64_t) {
  return unsupported("seek in a stream");
}

}  // namespace sluice::ml
