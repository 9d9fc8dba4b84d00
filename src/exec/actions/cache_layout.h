// Where the files of a cache lie in its archive, and where they go when it is restored: names that
// are the same in every run, though workspace and home are not.
//
//   workspace/x  below the job's workspace     home/x  below HOME     root/x  anywhere else
//
// What is restored stays below the paths that the action names. Pure but for read().
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exec/actions/path_patterns.h"

namespace sluice::exec {

class CacheLayout {
 public:
  // From the input `path`. Resolves what of the paths is there already.
  static Result<CacheLayout> read(const Action& action);

  const PathPatterns& patterns() const { return patterns_; }
  // `path` is relative to "/"; empty for workspace and home themselves.
  std::string name_of(std::string_view path) const;
  // Absolute and without links down to the path that the action names; nullopt: outside of all.
  std::optional<os::Path> place_of(std::string_view name) const;

 private:
  struct Root {
    std::string path;  // relative to "/", as written
    os::Path real;
  };

  PathPatterns patterns_;
  std::string workspace_;  // relative to "/"
  std::string home_;
  std::vector<Root> roots_;
};

}  // namespace sluice::exec
