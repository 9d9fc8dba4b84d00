// Path patterns as @actions/glob reads them, for hashFiles, caches and artifacts.
//
// One pattern a line; `#` begins a comment, `!` excludes; order counts. `*` and `?` stay within a
// name (hidden ones too), a `**` that is a whole name is zero or more directories, `[a-z]` and
// `[!a-z]` are sets, `\` escapes. A pattern that names a directory takes all below it. Pure string
// matching on '/'-separated paths relative to a root; who walks the files is another matter.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pipeline/glob_machine.h"

namespace sluice::pipeline {

class FileGlob {
 public:
  // `root` is the absolute path that relative patterns start from; absolute patterns must lie in
  // it. Errors name the line and the pattern.
  static Result<FileGlob> parse(std::string_view patterns, std::string_view root);

  bool matches(std::string_view relative_path) const;
  // The directories (relative, "" is the root) below which everything that can match lies; none
  // contains another.
  std::vector<std::string> search_roots() const;

 private:
  struct Pattern {
    bool excludes = false;
    std::string literal_directory;       // the part before the first special name
    std::vector<GlobToken> tokens;       // the thing itself
    std::vector<GlobToken> descendants;  // what lies below it
  };

  static Result<Pattern> parse_line(std::string_view line, std::string_view root);

  std::vector<Pattern> patterns_;
};

}  // namespace sluice::pipeline
