#include "os/testing/faulty_files.h"

#include "base/strings.h"

namespace sluice::os {

namespace {

class FaultyAppendFile final : public AppendFile {
 public:
  FaultyAppendFile(std::unique_ptr<AppendFile> inner, FaultPlan& faults, std::string name)
      : inner_(std::move(inner)), faults_(faults), name_(std::move(name)) {}

  Result<void> append(std::string_view data) override {
    if (auto fault = faults_.check(cat("append ", name_)); !fault.ok()) {
      (void)inner_->append(data.substr(0, data.size() / 2));
      return fault;
    }
    return inner_->append(data);
  }
  Result<void> sync() override {
    TRY(faults_.check(cat("sync ", name_)));
    return inner_->sync();
  }
  Result<void> close() override {
    TRY(faults_.check(cat("close ", name_)));
    return inner_->close();
  }

 private:
  std::unique_ptr<AppendFile> inner_;
  FaultPlan& faults_;
  std::string name_;
};

}  // namespace

Result<std::string> FaultyFiles::read(const Path& path, std::uint64_t limit) const {
  return inner_.read(path, limit);
}
Result<std::unique_ptr<ReadFile>> FaultyFiles::open(const Path& path) const {
  return inner_.open(path);
}
Result<FileInfo> FaultyFiles::stat(const Path& path) const {
  return inner_.stat(path);
}
Result<std::vector<DirectoryEntry>> FaultyFiles::list(const Path& directory) const {
  return inner_.list(directory);
}
Result<Path> FaultyFiles::read_link(const Path& path) const {
  return inner_.read_link(path);
}
Result<Path> FaultyFiles::resolve(const Path& path) const {
  return inner_.resolve(path);
}

Result<void> FaultyFiles::write(const Path& path, std::string_view data, Durability durability,
                                unsigned mode) {
  TRY(faults_.check(cat("write ", path.string())));
  return inner_.write(path, data, durability, mode);
}
Result<void> FaultyFiles::create_exclusive(const Path& path, std::string_view data,
                                           Durability durability, unsigned mode) {
  TRY(faults_.check(cat("create_exclusive ", path.string())));
  return inner_.create_exclusive(path, data, durability, mode);
}
Result<std::unique_ptr<AppendFile>> FaultyFiles::open_append(const Path& path, unsigned mode) {
  TRY(faults_.check(cat("open_append ", path.string())));
  return std::make_unique<FaultyAppendFile>(TRY(inner_.open_append(path, mode)), faults_,
                                            path.string());
}
Result<void> FaultyFiles::overwrite(const Path& path, std::string_view data) {
  TRY(faults_.check(cat("overwrite ", path.string())));
  return inner_.overwrite(path, data);
}

Result<void> FaultyFiles::make_directories(const Path& path, unsigned mode) {
  TRY(faults_.check(cat("make_directories ", path.string())));
  return inner_.make_directories(path, mode);
}
Result<void> FaultyFiles::rename(const Path& from, const Path& to) {
  TRY(faults_.check(cat("rename ", from.string(), " ", to.string())));
  return inner_.rename(from, to);
}
Result<void> FaultyFiles::remove_all(const Path& path) {
  TRY(faults_.check(cat("remove_all ", path.string())));
  return inner_.remove_all(path);
}
Result<void> FaultyFiles::hard_link(const Path& target, const Path& link) {
  TRY(faults_.check(cat("hard_link ", target.string(), " ", link.string())));
  return inner_.hard_link(target, link);
}
Result<void> FaultyFiles::symlink(const Path& target, const Path& link) {
  TRY(faults_.check(cat("symlink ", target.string(), " ", link.string())));
  return inner_.symlink(target, link);
}
Result<void> FaultyFiles::copy(const Path& from, const Path& to) {
  TRY(faults_.check(cat("copy ", from.string(), " ", to.string())));
  return inner_.copy(from, to);
}
Result<void> FaultyFiles::set_mode(const Path& path, unsigned mode) {
  TRY(faults_.check(cat("set_mode ", path.string())));
  return inner_.set_mode(path, mode);
}

}  // namespace sluice::os
