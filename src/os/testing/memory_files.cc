#include "os/testing/memory_files.h"

#include <algorithm>

#include "base/strings.h"

namespace sluice::os {

struct MemoryFiles::Node {
  FileKind kind = FileKind::Regular;
  std::string data;    // of a link: its target
  std::string synced;  // what of `data` survives a loss of power
  unsigned mode = 0644;
  Timestamp modified{};
};

namespace {

std::string key_of(const Path& path) {
  std::string text = (Path("/") / path).lexically_normal().string();
  if (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

std::string parent_of(const std::string& name) {
  return Path(name).parent_path().string();
}

bool is_below(const std::string& name, const std::string& folder) {
  return name == folder || name.starts_with(folder == "/" ? folder : folder + "/");
}

class MemoryReadFile final : public ReadFile {
 public:
  explicit MemoryReadFile(std::string data) : data_(std::move(data)) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    const std::size_t n = std::min(buffer.size(), data_.size() - std::min(at_, data_.size()));
    std::copy_n(data_.begin() + static_cast<std::ptrdiff_t>(n == 0 ? 0 : at_), n, buffer.begin());
    at_ += n;
    return n;
  }
  Result<void> seek(std::uint64_t offset) override {
    at_ = offset;
    return success();
  }

 private:
  std::string data_;
  std::size_t at_ = 0;
};

}  // namespace

class MemoryFiles::Appender final : public AppendFile {
 public:
  Appender(MemoryFiles& files, std::string name, NodePtr node)
      : files_(files), name_(std::move(name)), node_(std::move(node)) {}

  Result<void> append(std::string_view data) override {
    const Result<void> fault = files_.faults_.check(cat("append ", name_));
    std::lock_guard lock(files_.mutex_);
    node_->data += fault.ok() ? data : data.substr(0, data.size() / 2);
    node_->modified = files_.clock_.now();
    return fault;
  }
  Result<void> sync() override {
    TRY(files_.faults_.check(cat("sync ", name_)));
    std::lock_guard lock(files_.mutex_);
    node_->synced = node_->data;
    // Its name too, unless the file has been removed or replaced.
    const auto live = files_.live_.find(name_);
    if (live != files_.live_.end() && live->second == node_) files_.durable_[name_] = node_;
    return success();
  }
  Result<void> close() override { return files_.faults_.check(cat("close ", name_)); }

 private:
  MemoryFiles& files_;
  std::string name_;
  NodePtr node_;
};

MemoryFiles::MemoryFiles(const Clock& clock) : clock_(clock) {
  auto root = std::make_shared<Node>();
  root->kind = FileKind::Directory;
  root->mode = 0755;
  live_["/"] = durable_["/"] = root;
}

void MemoryFiles::lose_power() {
  std::lock_guard lock(mutex_);
  for (auto& [name, node] : durable_) {
    if (node->kind == FileKind::Regular) node->data = node->synced;
  }
  live_ = durable_;
}

Result<MemoryFiles::NodePtr> MemoryFiles::find(const std::string& name) const {
  const auto found = live_.find(name);
  if (found == live_.end()) return not_found(cat(name, ": no such file"));
  return found->second;
}

Result<MemoryFiles::NodePtr> MemoryFiles::find_file(const Path& path) const {
  std::string name = key_of(path);
  NodePtr node = TRY(find(name));
  constexpr int kMostLinks = 16;
  for (int i = 0; i < kMostLinks && node->kind == FileKind::Symlink; ++i) {
    name = key_of(Path(parent_of(name)) / node->data);
    node = TRY(find(name));
  }
  if (node->kind != FileKind::Regular) {
    return Error(ErrorCode::Io, cat(name, ": not a regular file"));
  }
  return node;
}

Result<void> MemoryFiles::require_parent(const std::string& name) const {
  const NodePtr parent = TRY(find(parent_of(name)));
  if (parent->kind == FileKind::Directory) return success();
  return Error(ErrorCode::Io, cat(parent_of(name), ": not a folder"));
}

MemoryFiles::NodePtr MemoryFiles::make_file(std::string_view data, unsigned mode) const {
  auto node = std::make_shared<Node>();
  node->data = data;
  node->mode = mode;
  node->modified = clock_.now();
  return node;
}

void MemoryFiles::put(const std::string& name, NodePtr node, Durability durability) {
  if (durability == Durability::Power) {
    node->synced = node->data;
    durable_[name] = node;
  }
  live_[name] = std::move(node);
}

Result<std::string> MemoryFiles::read(const Path& path, std::uint64_t limit) const {
  std::lock_guard lock(mutex_);
  const NodePtr node = TRY(find_file(path));
  if (node->data.size() > limit) {
    return Error(ErrorCode::ResourceExhausted,
                 cat(path.string(), ": larger than the ", human_bytes(limit), " read at most"));
  }
  return node->data;
}

Result<std::unique_ptr<ReadFile>> MemoryFiles::open(const Path& path) const {
  std::lock_guard lock(mutex_);
  return std::make_unique<MemoryReadFile>(TRY(find_file(path))->data);
}

Result<FileInfo> MemoryFiles::stat(const Path& path) const {
  std::lock_guard lock(mutex_);
  const NodePtr node = TRY(find(key_of(path)));
  return FileInfo{node->kind, node->data.size(), node->modified, node->mode};
}

Result<std::vector<DirectoryEntry>> MemoryFiles::list(const Path& directory) const {
  std::lock_guard lock(mutex_);
  const std::string folder = key_of(directory);
  const NodePtr node = TRY(find(folder));
  if (node->kind != FileKind::Directory) {
    return Error(ErrorCode::Io, cat(folder, ": not a folder"));
  }
  std::vector<DirectoryEntry> entries;
  for (const auto& [name, child] : live_) {
    if (name != "/" && parent_of(name) == folder) {
      entries.push_back({Path(name).filename().string(), child->kind});
    }
  }
  std::ranges::sort(entries, {}, &DirectoryEntry::name);
  return entries;
}

Result<Path> MemoryFiles::read_link(const Path& path) const {
  std::lock_guard lock(mutex_);
  const NodePtr node = TRY(find(key_of(path)));
  if (node->kind != FileKind::Symlink) {
    return Error(ErrorCode::Io, cat(path.string(), ": not a link"));
  }
  return Path(node->data);
}

Result<Path> MemoryFiles::resolve(const Path& path) const {
  std::lock_guard lock(mutex_);
  std::string name = key_of(path);
  NodePtr node = TRY(find(name));
  while (node->kind == FileKind::Symlink) {
    name = key_of(Path(parent_of(name)) / node->data);
    node = TRY(find(name));
  }
  return Path(name);
}

Result<void> MemoryFiles::write(const Path& path, std::string_view data, Durability durability,
                                unsigned mode) {
  TRY(faults_.check(cat("write ", path.string())));
  std::lock_guard lock(mutex_);
  const std::string name = key_of(path);
  TRY(require_parent(name));
  const auto existing = live_.find(name);
  if (existing != live_.end() && existing->second->kind == FileKind::Directory) {
    return Error(ErrorCode::Io, cat(name, ": is a folder"));
  }
  put(name, make_file(data, mode), durability);
  return success();
}

Result<void> MemoryFiles::create_exclusive(const Path& path, std::string_view data,
                                           Durability durability, unsigned mode) {
  TRY(faults_.check(cat("create_exclusive ", path.string())));
  std::lock_guard lock(mutex_);
  const std::string name = key_of(path);
  TRY(require_parent(name));
  if (live_.contains(name)) return Error(ErrorCode::AlreadyExists, cat(name, ": exists"));
  put(name, make_file(data, mode), durability);
  return success();
}

Result<std::unique_ptr<AppendFile>> MemoryFiles::open_append(const Path& path, unsigned mode) {
  TRY(faults_.check(cat("open_append ", path.string())));
  std::lock_guard lock(mutex_);
  const std::string name = key_of(path);
  TRY(require_parent(name));
  if (!live_.contains(name)) put(name, make_file("", mode), Durability::Process);
  return std::make_unique<Appender>(*this, name, TRY(find_file(path)));
}

Result<void> MemoryFiles::overwrite(const Path& path, std::string_view data) {
  const Result<void> fault = faults_.check(cat("overwrite ", path.string()));
  std::lock_guard lock(mutex_);
  const NodePtr node = TRY(find(key_of(path)));
  const auto names =
      std::ranges::count_if(live_, [&](const auto& entry) { return entry.second == node; });
  if (node->kind != FileKind::Regular || names != 1)
    return Error(ErrorCode::FailedPrecondition, cat(path.string(), ": is not a file of one name"));
  node->data = fault.ok() ? data : data.substr(0, data.size() / 2);
  node->modified = clock_.now();
  return fault;
}

Result<void> MemoryFiles::make_directories(const Path& path, unsigned mode) {
  TRY(faults_.check(cat("make_directories ", path.string())));
  std::lock_guard lock(mutex_);
  Path at;
  for (const Path& part : Path(key_of(path))) {
    at /= part;
    const auto found = live_.find(at.string());
    if (found != live_.end() && found->second->kind == FileKind::Directory) continue;
    if (found != live_.end()) {
      return Error(ErrorCode::AlreadyExists, cat(at.string(), ": is no folder"));
    }
    auto node = make_file("", mode);
    node->kind = FileKind::Directory;
    put(at.string(), std::move(node), Durability::Power);
  }
  return success();
}

Result<void> MemoryFiles::rename(const Path& from, const Path& to) {
  TRY(faults_.check(cat("rename ", from.string(), " ", to.string())));
  std::lock_guard lock(mutex_);
  const std::string old_name = key_of(from);
  const std::string new_name = key_of(to);
  TRY(find(old_name));
  TRY(require_parent(new_name));
  if (old_name == new_name) return success();
  if (is_below(new_name, old_name)) {
    return Error(ErrorCode::Io, cat("rename ", old_name, " to ", new_name, ": is inside itself"));
  }
  for (Names* names : {&live_, &durable_}) {
    std::erase_if(*names, [&](const auto& entry) { return is_below(entry.first, new_name); });
    Names moved;
    for (const auto& [name, node] : *names) {
      if (is_below(name, old_name)) moved[new_name + name.substr(old_name.size())] = node;
    }
    std::erase_if(*names, [&](const auto& entry) { return is_below(entry.first, old_name); });
    names->merge(moved);
  }
  return success();
}

Result<void> MemoryFiles::remove_all(const Path& path) {
  TRY(faults_.check(cat("remove_all ", path.string())));
  std::lock_guard lock(mutex_);
  const std::string root = key_of(path);
  for (Names* names : {&live_, &durable_}) {
    std::erase_if(*names, [&](const auto& e) { return e.first != "/" && is_below(e.first, root); });
  }
  return success();
}

Result<void> MemoryFiles::hard_link(const Path& target, const Path& link) {
  TRY(faults_.check(cat("hard_link ", target.string(), " ", link.string())));
  std::lock_guard lock(mutex_);
  const std::string old_name = key_of(target);
  const std::string new_name = key_of(link);
  NodePtr node = TRY(find(old_name));
  TRY(require_parent(new_name));
  if (live_.contains(new_name)) return Error(ErrorCode::AlreadyExists, cat(new_name, ": exists"));
  if (durable_.contains(old_name)) durable_[new_name] = node;
  live_[new_name] = std::move(node);
  return success();
}

Result<void> MemoryFiles::symlink(const Path& target, const Path& link) {
  TRY(faults_.check(cat("symlink ", target.string(), " ", link.string())));
  std::lock_guard lock(mutex_);
  const std::string name = key_of(link);
  TRY(require_parent(name));
  if (live_.contains(name)) return Error(ErrorCode::AlreadyExists, cat(name, ": exists"));
  auto node = make_file(target.string(), 0777);
  node->kind = FileKind::Symlink;
  put(name, std::move(node), Durability::Power);
  return success();
}

Result<void> MemoryFiles::copy(const Path& from, const Path& to) {
  TRY(faults_.check(cat("copy ", from.string(), " ", to.string())));
  std::lock_guard lock(mutex_);
  const NodePtr source = TRY(find_file(from));
  const std::string name = key_of(to);
  TRY(require_parent(name));
  put(name, make_file(source->data, source->mode), Durability::Process);
  return success();
}

Result<void> MemoryFiles::set_mode(const Path& path, unsigned mode) {
  TRY(faults_.check(cat("set_mode ", path.string())));
  std::lock_guard lock(mutex_);
  TRY(find(key_of(path)))->mode = mode;
  return success();
}

}  // namespace sluice::os
