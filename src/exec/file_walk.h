// The files of a tree that patterns select, in the order of @actions/glob: depth first, names in
// byte order.
#pragma once

#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/hash.h"
#include "base/result.h"
#include "os/ports/files.h"
#include "pipeline/file_glob.h"

namespace sluice::exec {

// Symbolic links: left out, replaced by what they point to, or found themselves.
enum class Links { Skip, Follow, Take };
enum class HiddenFiles { Skip, Take };  // names that begin with '.', folders too
enum class Folders { Skip, Take };      // whether folders that match are found beside files

struct WalkOptions {
  Links links = Links::Skip;
  HiddenFiles hidden = HiddenFiles::Take;
  Folders folders = Folders::Skip;
  std::vector<std::string> starts;  // relative paths to walk from; empty: those of the patterns
};

// Paths relative to `root` ('/'-separated), a folder before what is in it. With Links::Skip a link
// to a file is taken as a file that is not there; cycles of links are cut.
Result<std::vector<std::string>> find_files(const os::FileReader& files, const os::Path& root,
                                            const pipeline::FileGlob& glob,
                                            const WalkOptions& options,
                                            const CancellationToken& cancel = {});

Result<Digest> digest_of_file(const os::FileReader& files, const os::Path& path);

// GitHub's hashFiles: SHA-256 over the SHA-256 digests of the files found below `root`, as hex;
// empty when there is none. Files elsewhere do not count, whatever patterns name them; '..' in a
// pattern is an error, as @actions/glob has it. `root` is absolute.
Result<std::string> hash_of_files(const os::FileReader& files, const os::Path& root,
                                  const std::vector<std::string>& patterns, Links links,
                                  const CancellationToken& cancel = {});

}  // namespace sluice::exec
