#include "ml/data/input_files.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace sluice::ml {

namespace {

constexpr std::size_t kMaxFiles = 100'000;
constexpr std::size_t kMaxDepth = 64;

bool is_pattern(std::string_view text) {
  return text.find_first_of("*?[") != std::string_view::npos;
}

bool is_data_name(std::string_view name) {
  constexpr std::array<std::string_view, 3> kPacked = {".gz", ".zst", ".zstd"};
  constexpr std::array<std::string_view, 7> kEndings = {".csv",    ".tsv",  ".txt",    ".jsonl",
                                                        ".ndjson", ".json", ".parquet"};
  for (const std::string_view packed : kPacked)
    if (name.ends_with(packed)) name.remove_suffix(packed.size());
  return std::any_of(kEndings.begin(), kEndings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

bool is_hidden(std::string_view name) {
  return name.starts_with('.') || name.starts_with('_');
}

// Walks folders and collects what fits.
class Search {
 public:
  explicit Search(const os::FileReader& files) : files_(files) {}

  Result<void> whole_folder(const os::Path& folder, std::size_t depth = 0);
  // `parts` are the components of the pattern that are still to be matched below the folder.
  Result<void> pattern(const os::Path& folder, std::span<const std::string> parts);
  std::vector<os::Path> take();

 private:
  Result<void> add(const os::Path& path);
  Result<os::FileKind> kind_of(const os::Path& path, const os::DirectoryEntry& entry) const;

  const os::FileReader& files_;
  std::vector<os::Path> found_;
};

// Of what a link leads to.
Result<os::FileKind> Search::kind_of(const os::Path& path, const os::DirectoryEntry& entry) const {
  if (entry.kind != os::FileKind::Symlink) return entry.kind;
  const os::Path target = TRY(files_.resolve(path));
  return TRY(files_.stat(target)).kind;
}

Result<void> Search::add(const os::Path& path) {
  if (found_.size() == kMaxFiles)
    return Error(ErrorCode::ResourceExhausted, cat("more than ", grouped(kMaxFiles), " files"));
  found_.push_back(path);
  return success();
}

Result<void> Search::whole_folder(const os::Path& folder, std::size_t depth) {
  if (depth > kMaxDepth) return invalid_input(cat(folder.string(), ": folders too deep"));
  for (const os::DirectoryEntry& entry : TRY(files_.list(folder))) {
    if (is_hidden(entry.name)) continue;
    const os::Path path = folder / entry.name;
    const os::FileKind kind = TRY(kind_of(path, entry));
    if (kind == os::FileKind::Directory)
      TRY(whole_folder(path, depth + 1));
    else if (kind == os::FileKind::Regular && is_data_name(entry.name))
      TRY(add(path));
  }
  return success();
}

Result<void> Search::pattern(const os::Path& folder, std::span<const std::string> parts) {
  const std::string& part = parts[0];
  const auto rest = parts.subspan(1);
  if (!is_pattern(part)) {
    const os::Path path = folder / part;
    if (!rest.empty()) return pattern(path, rest);
    return files_.stat(path).ok() ? add(path) : success();
  }
  if (part == "**" && !rest.empty()) TRY(pattern(folder, rest));
  const auto entries = files_.list(folder.empty() ? os::Path(".") : folder);
  if (!entries.ok()) return success();  // a part of the pattern that no folder fits
  for (const os::DirectoryEntry& entry : *entries) {
    if (!fits_pattern(entry.name, part) ||
        (is_hidden(entry.name) && !part.starts_with(entry.name[0])))
      continue;
    const os::Path path = folder / entry.name;
    const bool is_folder = TRY(kind_of(path, entry)) == os::FileKind::Directory;
    if (part == "**" && is_folder)
      TRY(pattern(path, parts));
    else if (!rest.empty() && is_folder)
      TRY(pattern(path, rest));
    else if (rest.empty() && !is_folder)
      TRY(add(path));
  }
  return success();
}

std::vector<os::Path> Search::take() {
  std::sort(found_.begin(), found_.end());
  found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
  return std::move(found_);
}

// "week=41" in the folders of the path.
std::vector<std::pair<std::string, std::string>> partition_of(const os::Path& path) {
  std::vector<std::pair<std::string, std::string>> partition;
  for (const os::Path& part : path.parent_path()) {
    const std::string text = part.string();
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos && equals > 0)
      partition.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return partition;
}

std::vector<InputFile> inputs_of(const std::vector<os::Path>& paths) {
  std::vector<InputFile> inputs;
  for (const os::Path& path : paths) inputs.push_back({path, partition_of(path)});
  return inputs;
}

// `text` with one '[' at `at`: whether `c` is in the set, and where the set ends.
bool in_set(std::string_view pattern, std::size_t& at, char c) {
  const std::size_t close = pattern.find(']', at + 2);
  if (close == std::string_view::npos) return pattern[at++] == c;
  const bool negated = pattern[at + 1] == '!' || pattern[at + 1] == '^';
  bool found = false;
  for (std::size_t i = at + (negated ? 2 : 1); i < close; ++i) {
    if (i + 2 < close && pattern[i + 1] == '-') {
      found = found || (pattern[i] <= c && c <= pattern[i + 2]);
      i += 2;
    } else {
      found = found || pattern[i] == c;
    }
  }
  at = close + 1;
  return found != negated;
}

}  // namespace

// Goes back to the last star only, so that the time is at most name times pattern.
bool fits_pattern(std::string_view name, std::string_view pattern) {
  std::size_t at = 0;
  std::size_t star = std::string_view::npos;
  std::size_t retry = 0;
  for (std::size_t i = 0; i < name.size();) {
    std::size_t next = at + 1;
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      retry = i;
    } else if (at < pattern.size() &&
               (pattern[at] == '?' || pattern[at] == name[i] ||
                (pattern[at] == '[' && in_set(pattern, next = at, name[i])))) {
      if (pattern[at] == '[' && pattern[at] != name[i])
        at = next;
      else
        ++at;
      ++i;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      i = ++retry;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

namespace {

Result<std::vector<InputFile>> find_one(const os::FileReader& files, const os::Path& path) {
  if (path == "-") return std::vector<InputFile>{{path}};
  const auto info = files.stat(path);
  Search search(files);
  if (info.ok() && info->kind == os::FileKind::Directory) {
    TRY(search.whole_folder(path));
    auto inputs = inputs_of(search.take());
    if (inputs.empty())
      return not_found(
          cat(path.string(),
              ": there is no data file (.csv, .tsv, .jsonl … or packed) in this folder"));
    return inputs;
  }
  if (info.ok() || !is_pattern(path.string())) return std::vector<InputFile>{{path}};
  std::vector<std::string> parts;
  for (const os::Path& part : path.relative_path()) parts.push_back(part.string());
  TRY(search.pattern(path.root_path(), parts));
  auto inputs = inputs_of(search.take());
  if (inputs.empty()) return not_found(cat("no file fits ", path.string()));
  return inputs;
}

}  // namespace

bool Inputs::has_standard_input() const {
  return std::find(paths.begin(), paths.end(), "-") != paths.end();
}

std::string Inputs::name() const {
  if (paths.size() == 1) return paths[0] == "-" ? "standard input" : paths[0].string();
  return cat(paths[0].string(), " and ", paths.size() - 1, " more");
}

Result<std::vector<InputFile>> find_inputs(const os::FileReader& files, const Inputs& inputs) {
  if (inputs.paths.size() > 1 && inputs.has_standard_input())
    return invalid_input("standard input (-) is read alone, not together with files");
  std::vector<InputFile> found;
  for (const os::Path& path : inputs.paths)
    for (InputFile& one : TRY(find_one(files, path))) {
      const bool twice = std::any_of(found.begin(), found.end(), [&](const InputFile& other) {
        return other.path == one.path;
      });
      if (twice) return invalid_input(cat(one.path.string(), " is named twice"));
      found.push_back(std::move(one));
    }
  return found;
}

}  // namespace sluice::ml
