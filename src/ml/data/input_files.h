// Which files a path of the user's stands for: one file, a pattern ("data/week=*/part.csv", "**"
// for any folders), or a folder of data files. Parts of such a path that read "week=41" become
// columns.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "os/ports/files.h"

namespace sluice::ml {

// What was asked for: one path, or several as a shell makes them of *.csv. Made of a path where one
// is expected.
struct Inputs {
  std::vector<os::Path> paths;

  Inputs(const os::Path& path) : paths{path} {}
  Inputs(const char* path) : paths{os::Path(path)} {}
  Inputs(const std::string& path) : paths{os::Path(path)} {}
  explicit Inputs(const std::vector<std::string>& words) : paths(words.begin(), words.end()) {}

  bool has_standard_input() const;
  std::string name() const;  // "a.csv", "a.csv and 2 more", "standard input"
};

struct InputFile {
  os::Path path;
  std::vector<std::pair<std::string, std::string>> partition = {};  // name and value, in path order

  bool operator==(const InputFile&) const = default;
};

// The files in order of their paths, those of several paths in the order of these. "-" is standard
// input. Of a folder: all that end in .csv, .tsv, .txt, .jsonl, .ndjson, .json or .parquet, packed
// or not, below it, without those whose own or folder's name begins with '.' or '_'. NotFound when
// there is none; ResourceExhausted above 100,000.
//
// InvalidInput for standard input beside files, and for a file that is named twice.
Result<std::vector<InputFile>> find_inputs(const os::FileReader& files, const Inputs& inputs);

// Whether a name fits a pattern of '*', '?' and '[a-z]'. Pure.
bool fits_pattern(std::string_view name, std::string_view pattern);

}  // namespace sluice::ml
