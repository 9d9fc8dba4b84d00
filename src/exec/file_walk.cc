#include "exec/file_walk.h"

#include <algorithm>

#include "base/strings.h"

namespace sluice::exec {
namespace {

class Walk {
 public:
  Walk(const os::FileReader& files, const os::Path& root, const pipeline::FileGlob& glob,
       const WalkOptions& options, const CancellationToken& cancel)
      : files_(files), root_(root), glob_(glob), options_(options), cancel_(cancel) {}

  Result<void> visit(const std::string& relative);
  std::vector<std::string> take() { return std::move(found_); }

 private:
  Result<void> visit_folder(const std::string& relative, const os::Path& real);
  Result<void> take(const std::string& relative);

  const os::FileReader& files_;
  const os::Path& root_;
  const pipeline::FileGlob& glob_;
  const WalkOptions& options_;
  const CancellationToken& cancel_;
  std::vector<os::Path> open_folders_;  // real paths from the root to here
  std::vector<std::string> found_;
};

bool is_hidden(const std::string& relative) {
  const std::size_t slash = relative.rfind('/');
  const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
  return name < relative.size() && relative[name] == '.';
}

Result<void> Walk::visit(const std::string& relative) {
  if (cancel_.cancelled()) return Error(ErrorCode::Cancelled, "walking the files");
  if (options_.hidden == HiddenFiles::Skip && is_hidden(relative)) return success();
  os::Path path = relative.empty() ? root_ : root_ / relative;
  Result<os::FileInfo> info = files_.stat(path);
  if (info.ok() && info.value().kind == os::FileKind::Symlink) {
    if (options_.links == Links::Skip) return success();
    if (options_.links == Links::Take) return take(relative);
    const Result<os::Path> real = files_.resolve(path);
    if (!real.ok()) return success();  // points nowhere
    path = real.value();
    info = files_.stat(path);
  }
  if (!info.ok()) {
    if (info.error().code() == ErrorCode::NotFound) return success();
    return std::move(info).error();
  }
  if (info.value().kind == os::FileKind::Directory) return visit_folder(relative, path);
  if (info.value().kind == os::FileKind::Regular) return take(relative);
  return success();
}

Result<void> Walk::take(const std::string& relative) {
  if (glob_.matches(relative)) found_.push_back(relative);
  return success();
}

Result<void> Walk::visit_folder(const std::string& relative, const os::Path& real) {
  if (std::find(open_folders_.begin(), open_folders_.end(), real) != open_folders_.end())
    return success();
  open_folders_.push_back(real);
  if (options_.folders == Folders::Take && !relative.empty()) TRY(take(relative));
  for (const os::DirectoryEntry& entry : TRY(files_.list(real)))
    TRY(visit(relative.empty() ? entry.name : cat(relative, "/", entry.name)));
  open_folders_.pop_back();
  return success();
}

}  // namespace

Result<std::vector<std::string>> find_files(const os::FileReader& files, const os::Path& root,
                                            const pipeline::FileGlob& glob,
                                            const WalkOptions& options,
                                            const CancellationToken& cancel) {
  Walk walk(files, root, glob, options, cancel);
  const std::vector<std::string> starts =
      options.starts.empty() ? glob.search_roots() : options.starts;
  for (const std::string& start : starts) TRY(walk.visit(start));
  return walk.take();
}

Result<Digest> digest_of_file(const os::FileReader& files, const os::Path& path) {
  std::unique_ptr<os::ReadFile> file = TRY(files.open(path));
  Sha256 hash;
  std::vector<char> buffer(256 * 1024);
  for (;;) {
    const std::size_t size = TRY(file->read(buffer));
    if (size == 0) return hash.finish();
    hash.update({buffer.data(), size});
  }
}

namespace {

bool lies_in(const std::string& path, const std::string& folder) {
  return folder.empty() || path == folder || path.starts_with(folder + "/");
}

// Patterns that count from `root` as ones that count from "/". What '~' names lies outside.
std::string absolute_patterns(const std::vector<std::string>& patterns, const std::string& root) {
  std::string escaped;
  for (const char c : root) {
    if (c == '*' || c == '?' || c == '[' || c == '\\') escaped += '\\';
    escaped += c;
  }
  std::string out;
  const std::string all = join(patterns, "\n");
  for (std::string_view line : split_lines(all)) {
    line = trim(line);
    std::string_view pattern = line;
    while (pattern.starts_with('!')) pattern = trim(pattern.substr(1));
    const std::string_view marks = line.substr(0, line.size() - pattern.size());
    const bool relative =
        !pattern.empty() && !pattern.starts_with('/') && !pattern.starts_with('#');
    if (pattern.starts_with('~') && pattern.find("..") == std::string_view::npos)
      out += "#";
    else if (relative)
      out += cat(marks, escaped, "/", pattern);
    else
      out += line;
    out += '\n';
  }
  return out;
}

// Where to walk from: the part of what the patterns may find that lies in the folder.
std::vector<std::string> starts_in(const std::string& folder,
                                   const std::vector<std::string>& roots) {
  std::vector<std::string> starts;
  for (const std::string& root : roots) {
    if (lies_in(root, folder))
      starts.push_back(root);
    else if (lies_in(folder, root))
      return {folder};
  }
  return starts;
}

}  // namespace

Result<std::string> hash_of_files(const os::FileReader& files, const os::Path& root,
                                  const std::vector<std::string>& patterns, Links links,
                                  const CancellationToken& cancel) {
  const std::string absolute = absolute_patterns(patterns, root.string());
  const auto glob = TRY(pipeline::FileGlob::parse(absolute, "/"));
  WalkOptions options;
  options.links = links;
  options.starts = starts_in(root.string().substr(1), glob.search_roots());
  if (options.starts.empty()) return std::string();
  const std::vector<std::string> found = TRY(find_files(files, "/", glob, options, cancel));
  if (found.empty()) return std::string();
  Sha256 hash;
  for (const std::string& path : found) {
    const Digest digest = TRY(digest_of_file(files, os::Path("/") / path));
    hash.update({reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()});
  }
  return hash.finish().hex();
}

}  // namespace sluice::exec
