#include "ml/data/unpack.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/strings.h"

namespace sluice::ml {

namespace {

// What both packings share: the input buffer, the counts and the limits.
class Unpacking : public os::ReadFile {
 public:
  Unpacking(std::unique_ptr<os::ReadFile> packed, Packing packing, const UnpackLimits& limits)
      : packed_(std::move(packed)), packing_(packing), limits_(limits) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    std::size_t done = 0;
    while (done == 0 && !finished_) {
      if (at_ == end_) TRY(refill());
      if (at_ == end_) {
        finished_ = true;
        if (inside_) return early_end();
        break;
      }
      done = TRY(unpack(buffer));
      unpacked_ += done;
      if (unpacked_ > limits_.free_bytes && unpacked_ / limits_.max_ratio > position())
        return damaged(cat("unpacks to more than ", grouped(limits_.max_ratio),
                           " times its size: that is no data file"));
    }
    return done;
  }
  Result<void> seek(std::uint64_t) override { return unsupported("seek in a packed file"); }

 protected:
  // Unpacks some of the input into the buffer; returns how much came out, which may be nothing.
  virtual Result<std::size_t> unpack(std::span<char> buffer) = 0;

  std::span<char> input() { return std::span(input_).subspan(at_, end_ - at_); }
  void consume(std::size_t bytes) { at_ += bytes; }
  void set_inside(bool inside) { inside_ = inside; }
  bool inside() const { return inside_; }
  std::uint64_t position() const { return read_ - (end_ - at_); }  // consumed packed bytes

  Error damaged(std::string_view what) const {
    return invalid_input(cat(to_string(packing_), " data, byte ",
                             std::max<std::uint64_t>(position(), 1), ": ", what));
  }

 private:
  Result<void> refill() {
    at_ = 0;
    end_ = TRY(packed_->read(input_));
    read_ += end_;
    return success();
  }
  Error early_end() const {
    return invalid_input(cat("the ", to_string(packing_), " data end early, after byte ", read_,
                             " of the file (", unpacked_,
                             " bytes unpacked): the file is truncated"));
  }

  std::unique_ptr<os::ReadFile> packed_;
  Packing packing_;
  UnpackLimits limits_;
  std::vector<char> input_ = std::vector<char>(128u << 10);
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  std::uint64_t read_ = 0;
  std::uint64_t unpacked_ = 0;
  bool inside_ = false;  // of a member that has not ended
  bool finished_ = false;
};

class Gunzip final : public Unpacking {
 public:
  Gunzip(std::unique_ptr<os::ReadFile> packed, const UnpackLimits& limits)
      : Unpacking(std::move(packed), Packing::Gzip, limits) {
    constexpr int kGzipOnly = 15 + 16;
    CHECK(inflateInit2(&stream_, kGzipOnly) == Z_OK);
  }
  ~Gunzip() override { inflateEnd(&stream_); }

 private:
  Result<std::size_t> unpack(std::span<char> buffer) override {
    // Zeros after the last member are padding (tapes, some tools).
    if (!inside() && seen_member_ && input()[0] == '\0') {
      consume(1);
      return std::size_t{0};
    }
    set_inside(true);
    const std::span<char> from = input();
    stream_.next_in = reinterpret_cast<Bytef*>(from.data());
    stream_.avail_in = static_cast<uInt>(from.size());
    stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(buffer.size(), 1u << 30));
    const uInt space = stream_.avail_out;
    const int state = inflate(&stream_, Z_NO_FLUSH);
    consume(from.size() - stream_.avail_in);
    if (state == Z_STREAM_END) {
      set_inside(false);
      seen_member_ = true;
      inflateReset(&stream_);
    } else if (state != Z_OK && state != Z_BUF_ERROR) {
      return damaged(stream_.msg != nullptr ? stream_.msg : "cannot be unpacked");
    }
    return std::size_t{space - stream_.avail_out};
  }

  z_stream stream_{};
  bool seen_member_ = false;
};

class Unzstd final : public Unpacking {
 public:
  Unzstd(std::unique_ptr<os::ReadFile> packed, const UnpackLimits& limits)
      : Unpacking(std::move(packed), Packing::Zstd, limits), context_(ZSTD_createDCtx()) {
    CHECK(context_ != nullptr);
  }
  ~Unzstd() override { ZSTD_freeDCtx(context_); }

 private:
  Result<std::size_t> unpack(std::span<char> buffer) override {
    const std::span<char> from = input();
    ZSTD_inBuffer in{from.data(), from.size(), 0};
    ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
    const std::size_t left = ZSTD_decompressStream(context_, &out, &in);
    consume(in.pos);
    if (ZSTD_isError(left) != 0) return damaged(ZSTD_getErrorName(left));
    set_inside(left != 0);
    return out.pos;
  }

  ZSTD_DCtx* context_;
};

}  // namespace

Packing packing_of(std::string_view head) {
  if (head.starts_with("\x1F\x8B")) return Packing::Gzip;
  if (head.starts_with("\x28\xB5\x2F\xFD")) return Packing::Zstd;
  return Packing::None;
}

std::string_view to_string(Packing packing) {
  switch (packing) {
    case Packing::None:
      return "plain";
    case Packing::Gzip:
      return "gzip";
    case Packing::Zstd:
      return "zstd";
  }
  UNREACHABLE();
}

std::unique_ptr<os::ReadFile> unpacking_stream(std::unique_ptr<os::ReadFile> packed,
                                               Packing packing, const UnpackLimits& limits) {
  CHECK(packing != Packing::None);
  if (packing == Packing::Gzip) return std::make_unique<Gunzip>(std::move(packed), limits);
  return std::make_unique<Unzstd>(std::move(packed), limits);
}

}  // namespace sluice::ml
