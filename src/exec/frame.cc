#include "exec/frame.h"

#include <charconv>

namespace sluice::exec {
namespace {

void put_length(std::string& out, std::size_t length) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>((length >> shift) & 0xff);
}

std::size_t get_length(std::string_view bytes) {
  std::size_t length = 0;
  for (int i = 3; i >= 0; --i)
    length = length << 8 | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
  return length;
}

// The strings of a frame's body; nothing when a length points outside of it.
std::optional<Frame> split_body(std::string_view body) {
  Frame frame;
  while (!body.empty()) {
    if (body.size() < 4) return std::nullopt;
    const std::size_t length = get_length(body);
    body.remove_prefix(4);
    if (length > body.size()) return std::nullopt;
    frame.emplace_back(body.substr(0, length));
    body.remove_prefix(length);
  }
  if (frame.empty()) return std::nullopt;
  return frame;
}

}  // namespace

std::string encode_frame(const Frame& frame) {
  std::size_t body = 0;
  for (const std::string& text : frame) body += 4 + text.size();
  std::string out;
  out.reserve(4 + body);
  put_length(out, body);
  for (const std::string& text : frame) {
    put_length(out, text.size());
    out += text;
  }
  return out;
}

std::optional<Frame> FrameReader::next() {
  if (broken_ || buffer_.size() - at_ < 4) return std::nullopt;
  const std::string_view rest = std::string_view(buffer_).substr(at_);
  const std::size_t length = get_length(rest);
  if (length > kLongest) {
    broken_ = true;
    return std::nullopt;
  }
  if (rest.size() < 4 + length) {
    buffer_.erase(0, at_);
    at_ = 0;
    return std::nullopt;
  }
  std::optional<Frame> frame = split_body(rest.substr(4, length));
  if (!frame) broken_ = true;
  at_ += 4 + length;
  if (at_ == buffer_.size()) {
    buffer_.clear();
    at_ = 0;
  }
  return frame;
}

FrameWriter& FrameWriter::text(std::string_view value) {
  frame_.emplace_back(value);
  return *this;
}

FrameWriter& FrameWriter::number(std::int64_t value) {
  frame_.push_back(std::to_string(value));
  return *this;
}

FrameWriter& FrameWriter::list(std::span<const std::string> values) {
  number(static_cast<std::int64_t>(values.size()));
  frame_.insert(frame_.end(), values.begin(), values.end());
  return *this;
}

std::string FrameFields::text() {
  if (next_ < frame_.size()) return frame_[next_++];
  ok_ = false;
  return {};
}

std::int64_t FrameFields::number() {
  const std::string digits = text();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) ok_ = false;
  return value;
}

std::vector<std::string> FrameFields::list() {
  const std::int64_t count = number();
  if (!ok_ || count < 0 || static_cast<std::size_t>(count) > frame_.size() - next_) {
    ok_ = false;
    return {};
  }
  const auto first = frame_.begin() + static_cast<std::ptrdiff_t>(next_);
  next_ += static_cast<std::size_t>(count);
  return {first, first + count};
}

}  // namespace sluice::exec
