// Archives of caches: tar in the pax format, compressed with zstd, through libarchive.
//
// Names in an archive are the caller's own; where a name goes when it is unpacked is the caller's
// decision too. Files, folders and symbolic links are kept with permission bits and time of change;
// everything else is left out. The same files give the same bytes. Blocking; one thread each call.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/cancellation.h"
#include "base/result.h"
#include "os/ports/files.h"

namespace sluice::exec {

struct ArchiveMember {
  std::string name;  // in the archive
  os::Path path;     // absolute
};

struct ArchiveContent {
  std::uint64_t bytes = 0;  // of the files in it
  std::uint64_t entries = 0;

  bool operator==(const ArchiveContent&) const = default;
};

// Writes a new file. A member that is gone by then is left out; one that changes its size meanwhile
// is FailedPrecondition.
Result<ArchiveContent> pack_archive(os::Files& files, std::span<const ArchiveMember> members,
                                    const os::Path& archive, const CancellationToken& cancel = {});

// The absolute path, without links in it, for a name; nullopt refuses the archive.
using PlaceOf = std::function<std::optional<os::Path>(std::string_view name)>;

// Reads the whole archive before anything is written: Corrupt when it is damaged, holds more than
// `expected`, names a place that is refused, a file behind one of its own links, or anything but
// files, folders and symbolic links. Then writes, replacing what is there; a link that stands on
// the way to a place is never followed (Corrupt).
Result<ArchiveContent> unpack_archive(const os::FileReader& files, const os::Path& archive,
                                      const PlaceOf& place_of, const ArchiveContent& expected,
                                      const CancellationToken& cancel = {});

}  // namespace sluice::exec
