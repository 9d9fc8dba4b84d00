#include "exec/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/strings.h"
#include "os/real_world.h"
#include "os/testing/temporary_directory.h"

namespace sluice::exec {
namespace {

class ArchiveTest : public ::testing::Test {
 protected:
  ArchiveTest() {
    put("in/a", "one");
    put("in/\xc3\xbcn/\xff bytes", std::string(300'000, 'x'));
    EXPECT_TRUE(files_.symlink("../a", directory_ / "in/\xc3\xbcn/link").ok());
    EXPECT_TRUE(files_.set_mode(directory_ / "in/a", 0751).ok());
  }

  void put(const std::string& name, std::string_view text) {
    const os::Path path = directory_ / name;
    EXPECT_TRUE(files_.make_directories(path.parent_path()).ok());
    EXPECT_TRUE(files_.write(path, text).ok());
  }
  std::string read(const std::string& name) const {
    return files_.read(directory_ / name).value_or("(missing)");
  }
  ArchiveMember member(const std::string& name) const {
    return {cat("x/", name), directory_ / cat("in/", name)};
  }
  std::vector<ArchiveMember> members() const {
    return {member("a"), member("\xc3\xbcn"), member("\xc3\xbcn/\xff bytes"),
            member("\xc3\xbcn/link")};
  }
  ArchiveContent pack() {
    const auto packed = pack_archive(files_, members(), archive());
    EXPECT_TRUE(packed.ok()) << packed.error().describe();
    return packed.value();
  }
  os::Path archive() const { return directory_ / "archive"; }
  // Everything under "x/" goes below out/, nothing else anywhere.
  Result<ArchiveContent> unpack(const ArchiveContent& expected) {
    return unpack_archive(
        files_, archive(),
        [this](std::string_view name) -> std::optional<os::Path> {
          if (!name.starts_with("x/")) return std::nullopt;
          return directory_ / "out" / name.substr(2);
        },
        expected);
  }

  struct Entry {
    std::string name;
    unsigned type = AE_IFREG;
    std::string link = {};
    std::string hard_link = {};
    std::string content = {};
  };
  // An archive as its enemy would make it.
  ArchiveContent forge(const std::vector<Entry>& entries) {
    archive_ptr out(archive_write_new(), archive_write_free);
    archive_write_set_format_pax(out.get());
    archive_write_add_filter_zstd(out.get());
    EXPECT_EQ(archive_write_open_filename(out.get(), archive().c_str()), ARCHIVE_OK);
    ArchiveContent content;
    for (const Entry& e : entries) {
      archive_entry* const entry = archive_entry_new();
      archive_entry_set_pathname(entry, e.name.c_str());
      archive_entry_set_filetype(entry, e.type);
      archive_entry_set_perm(entry, 04777);
      if (!e.link.empty()) archive_entry_set_symlink(entry, e.link.c_str());
      if (!e.hard_link.empty()) archive_entry_set_hardlink(entry, e.hard_link.c_str());
      archive_entry_set_size(entry, static_cast<la_int64_t>(e.content.size()));
      EXPECT_EQ(archive_write_header(out.get(), entry), ARCHIVE_OK) << e.name;
      archive_write_data(out.get(), e.content.data(), e.content.size());
      archive_entry_free(entry);
      content.bytes += e.content.size();
      ++content.entries;
    }
    return content;
  }
  using archive_ptr = std::unique_ptr<::archive, int (*)(::archive*)>;

  os::TemporaryDirectory directory_;
  os::RealWorld real_;
  os::Files& files_ = real_.world().files;
};

TEST_F(ArchiveTest, files_folders_and_links_come_back_as_they_were) {
  const ArchiveContent content = pack();
  EXPECT_EQ(content, (ArchiveContent{300'003, 4}));
  put("out/a", "older and longer");
  const auto unpacked = unpack(content);
  ASSERT_TRUE(unpacked.ok()) << unpacked.error().describe();
  EXPECT_EQ(unpacked.value(), content);
  EXPECT_EQ(read("out/a"), "one");
  EXPECT_EQ(read("out/\xc3\xbcn/\xff bytes"), std::string(300'000, 'x'));
  EXPECT_EQ(files_.read_link(directory_ / "out/\xc3\xbcn/link").value(), "../a");
  const os::FileInfo before = files_.stat(directory_ / "in/a").value();
  const os::FileInfo after = files_.stat(directory_ / "out/a").value();
  EXPECT_EQ(after.mode & 07777, 0751u);
  EXPECT_EQ(after.modified, before.modified);
}

TEST_F(ArchiveTest, the_same_files_give_the_same_bytes) {
  pack();
  const std::string first = read("archive");
  pack();
  EXPECT_EQ(read("archive"), first);
  EXPECT_LT(first.size(), 5000u);
}

TEST_F(ArchiveTest, hostile_archives_are_refused_before_anything_is_written) {
  const Entry good{"x/good", AE_IFREG, "", "", "g"};
  struct Case {
    std::vector<Entry> entries;
    const char* why;
  };
  const std::vector<Case> cases{
      {{good, {"x/../../evil"}}, "no plain path"},
      {{good, {"/etc/evil"}}, "no plain path"},
      {{good, {"y/evil"}}, "outside of the paths"},
      {{good, {"x/l", AE_IFLNK, "/tmp"}, {"x/l/evil"}}, "behind a symbolic link"},
      {{good, {"x/l", AE_IFLNK, ".."}, {"x/l/a/evil"}}, "behind a symbolic link"},
      {{good, {"x/h", AE_IFREG, "", "/etc/passwd"}}, "hard link"},
      {{good, {"x/fifo", AE_IFIFO}}, "neither file"},
      {{good, {"x/device", AE_IFCHR}}, "neither file"},
  };
  for (const Case& c : cases) {
    const auto refused = unpack(forge(c.entries));
    ASSERT_FALSE(refused.ok()) << c.why;
    EXPECT_EQ(refused.error().code(), ErrorCode::Corrupt);
    EXPECT_NE(refused.error().describe().find(c.why), std::string::npos)
        << refused.error().describe();
    EXPECT_EQ(read("out/good"), "(missing)") << c.why;
  }
}

TEST_F(ArchiveTest, a_link_that_stands_in_the_way_is_not_followed) {
  put("elsewhere/keep", "mine");
  ASSERT_TRUE(files_.make_directories(directory_ / "out").ok());
  ASSERT_TRUE(files_.symlink(directory_ / "elsewhere", directory_ / "out/d").ok());
  EXPECT_FALSE(unpack(forge({{"x/d/keep", AE_IFREG, "", "", "theirs"}})).ok());
  EXPECT_EQ(read("elsewhere/keep"), "mine");
}

TEST_F(ArchiveTest, rights_of_other_users_are_not_given_away) {
  ASSERT_TRUE(unpack(forge({{"x/program", AE_IFREG, "", "", "#!"}})).ok());
  EXPECT_EQ(files_.stat(directory_ / "out/program").value().mode & 07777, 0777u);
}

TEST_F(ArchiveTest, more_than_was_packed_is_refused) {
  const ArchiveContent bomb = forge({{"x/zeros", AE_IFREG, "", "", std::string(4u << 20, '\0')}});
  EXPECT_FALSE(unpack({1000, 1}).ok());
  EXPECT_FALSE(unpack({bomb.bytes, 0}).ok());
  EXPECT_FALSE(unpack({bomb.bytes + 1, 1}).ok()) << "less than was packed is not complete";
  EXPECT_EQ(read("out/zeros"), "(missing)");
  EXPECT_TRUE(unpack(bomb).ok());
}

TEST_F(ArchiveTest, damage_anywhere_is_found_before_anything_is_written) {
  const ArchiveContent content = pack();
  const std::string whole = read("archive");
  int damaged = 0;
  for (std::size_t size = 0; size < whole.size(); size += whole.size() / 7) {
    ASSERT_TRUE(files_.write(archive(), whole.substr(0, size)).ok());
    const auto cut = unpack(content);
    EXPECT_FALSE(cut.ok()) << size;
    ++damaged;
  }
  EXPECT_GT(damaged, 5);
  EXPECT_EQ(read("out/a"), "(missing)");
}

TEST_F(ArchiveTest, a_member_that_is_gone_by_then_is_left_out) {
  std::vector<ArchiveMember> all = members();
  all.push_back(member("never there"));
  EXPECT_EQ(pack_archive(files_, all, archive()).value().entries, 4u);
}

TEST_F(ArchiveTest, cancelling_stops_both_ways) {
  const ArchiveContent content = pack();
  CancellationSource source;
  source.cancel();
  EXPECT_EQ(pack_archive(files_, members(), archive(), source.token()).error().code(),
            ErrorCode::Cancelled);
  const auto anywhere = [](std::string_view) { return std::optional<os::Path>("/nowhere"); };
  EXPECT_EQ(unpack_archive(files_, archive(), anywhere, content, source.token()).error().code(),
            ErrorCode::Cancelled);
}

}  // namespace
}  // namespace sluice::exec
