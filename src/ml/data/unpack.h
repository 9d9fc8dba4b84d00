// Packed data files (gzip, zstd) as streams of what is in them. The packing is known by its first
// bytes. Checksums are checked; several members after one another are one stream.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "os/ports/files.h"

namespace sluice::ml {

enum class Packing { None, Gzip, Zstd };

Packing packing_of(std::string_view head);    // at least 4 bytes where the file has them
std::string_view to_string(Packing packing);  // "gzip" …

struct UnpackLimits {
  std::uint64_t free_bytes = 64u << 20;  // unpacked bytes that are never too many
  std::uint64_t max_ratio = 10'000;      // above them: unpacked to packed
};

// Errors (InvalidInput) of read() name the byte of the packed file where it ends early or is
// damaged. seek() is Unsupported. Not for Packing::None.
std::unique_ptr<os::ReadFile> unpacking_stream(std::unique_ptr<os::ReadFile> packed,
                                               Packing packing, const UnpackLimits& limits = {});

}  // namespace sluice::ml
