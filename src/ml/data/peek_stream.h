// A stream whose first bytes can be looked at before they are read. One thread at a time.
#pragma once

#include <memory>
#include <string>

#include "os/ports/files.h"

namespace sluice::ml {

class PeekStream final : public os::ReadFile {
 public:
  explicit PeekStream(std::unique_ptr<os::ReadFile> stream) : stream_(std::move(stream)) {}

  // The first `size` bytes, fewer only where the stream ends before. Before the first read().
  Result<std::string_view> peek(std::size_t size);

  Result<std::size_t> read(std::span<char> buffer) override;
  Result<void> seek(std::uint64_t offset) override;  // Unsupported

 private:
  std::unique_ptr<os::ReadFile> stream_;
  std::string head_;
  std::size_t at_ = 0;  // what of head_ has been read
};

}  // namespace sluice::ml
