// Lists of byte strings over a stream: how engine and supervisor talk.
//
// On the wire: u32 length of what follows, then for each string u32 length and its bytes, all
// little-endian. Linked into the supervisor: depends on the standard library only. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::exec {

using Frame = std::vector<std::string>;

std::string encode_frame(const Frame& frame);

// Cuts a stream into frames. One thread.
class FrameReader {
 public:
  static constexpr std::size_t kLongest = 256u << 20;

  void feed(std::string_view bytes) { buffer_.append(bytes); }
  std::optional<Frame> next();
  // The peer does not speak this protocol; nothing more will come out.
  bool broken() const { return broken_; }

 private:
  std::string buffer_;
  std::size_t at_ = 0;
  bool broken_ = false;
};

// Builds a frame field by field.
class FrameWriter {
 public:
  explicit FrameWriter(std::string_view kind) { frame_.emplace_back(kind); }

  FrameWriter& text(std::string_view value);
  FrameWriter& number(std::int64_t value);
  FrameWriter& list(std::span<const std::string> values);  // count, then the values
  Frame take() { return std::move(frame_); }

 private:
  Frame frame_;
};

// Reads the fields back in the same order, after the kind. A missing or malformed field reads as
// empty or 0 and makes ok() false.
class FrameFields {
 public:
  explicit FrameFields(const Frame& frame) : frame_(frame) {}

  std::string text();
  std::int64_t number();
  std::vector<std::string> list();
  bool ok() const { return ok_; }

 private:
  const Frame& frame_;
  std::size_t next_ = 1;
  bool ok_ = true;
};

}  // namespace sluice::exec
