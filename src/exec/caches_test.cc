#include "exec/caches.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "os/real_world.h"
#include "os/testing/fake_clock.h"
#include "os/testing/faulty_files.h"
#include "os/testing/temporary_directory.h"
#include "store/folder_blob_store.h"

namespace sluice::exec {
namespace {

constexpr std::uint64_t kPlenty = 1u << 30;

class CachesTest : public ::testing::Test {
 protected:
  Result<CacheEntry> save(const std::string& key, std::uint64_t limit = kPlenty,
                          std::string_view content = "") {
    clock_.advance(std::chrono::seconds(1));
    const os::Path archive = directory_ / "archive";
    EXPECT_TRUE(real_.world().files.write(archive, content.empty() ? key : content).ok());
    CacheEntry entry;
    entry.scope = scope_;
    entry.key = key;
    return caches_.save(entry, archive, limit);
  }
  std::string found(const std::string& key, std::vector<std::string> restore_keys = {},
                    std::vector<std::string> other_refs = {}) {
    const auto entry = caches_.find({scope_, other_refs, key, restore_keys});
    EXPECT_TRUE(entry.ok());
    return entry.value() ? cat(entry.value()->key, "@", entry.value()->scope.ref) : "";
  }
  std::string keys() {
    std::string all;
    for (const CacheEntry& entry : caches_.list().value()) all += entry.key + " ";
    return all;
  }
  std::size_t blobs() const {
    std::size_t n = 0;
    EXPECT_TRUE(blobs_
                    .for_each([&](const store::BlobInfo&) {
                      ++n;
                      return success();
                    })
                    .ok());
    return n;
  }

  os::TemporaryDirectory directory_;
  os::RealWorld real_;
  os::FakeClock clock_;
  os::FaultyFiles files_{real_.world().files};
  os::World world_{clock_,
                   real_.world().timers,
                   files_,
                   real_.world().locks,
                   real_.world().processes,
                   real_.world().random,
                   real_.world().environment};
  store::FolderBlobStore blobs_{files_, directory_ / "blobs"};
  Caches caches_{world_, blobs_, directory_.path()};
  CacheScope scope_{"o/r", "refs/heads/topic", "v1"};
};

TEST_F(CachesTest, the_very_key_comes_first_then_the_newest_with_a_prefix) {
  for (const char* key : {"pip-1", "pip-2", "pip-10", "npm-1", "npm-2"})
    ASSERT_TRUE(save(key).ok());
  struct Case {
    std::string key;
    std::vector<std::string> restore_keys;
    std::string expected;
  };
  const std::vector<Case> cases{
      {"pip-1", {"npm-"}, "pip-1"},
      {"pip-", {}, "pip-10"},
      {"pip-3", {}, ""},
      {"pip-3", {"pip-"}, "pip-10"},
      {"pip-3", {"none-", "npm-"}, "npm-2"},
      {"pip-3", {"npm-", "pip-"}, "npm-2"},
      {"cargo", {"pip-1"}, "pip-10"},
      {"", {}, "npm-2"},
  };
  for (const Case& c : cases)
    EXPECT_EQ(found(c.key, c.restore_keys), c.expected.empty() ? "" : c.expected + "@" + scope_.ref)
        << c.key;
}

TEST_F(CachesTest, other_refs_are_searched_after_the_own_one_and_never_siblings) {
  const CacheScope topic = scope_;
  for (const char* ref : {"refs/heads/main", "refs/heads/sibling", "refs/heads/base"}) {
    scope_.ref = ref;
    ASSERT_TRUE(save("k-1").ok());
  }
  scope_ = topic;
  const std::vector<std::string> others{"refs/heads/base", "refs/heads/main"};
  EXPECT_EQ(found("k-1", {}, others), "k-1@refs/heads/base");
  ASSERT_TRUE(save("k-0").ok());
  EXPECT_EQ(found("k-1", {"k-"}, others), "k-0@refs/heads/topic")
      << "a prefix here beats a key there";
  EXPECT_EQ(found("k-1"), "");
}

TEST_F(CachesTest, other_paths_and_other_repositories_never_match) {
  ASSERT_TRUE(save("k").ok());
  scope_.version = "v2";
  EXPECT_EQ(found("k"), "");
  scope_ = {"o/other", "refs/heads/topic", "v1"};
  EXPECT_EQ(found("k"), "");
}

TEST_F(CachesTest, an_entry_is_never_changed) {
  ASSERT_TRUE(save("k", kPlenty, "first").ok());
  EXPECT_EQ(save("k", kPlenty, "second").error().code(), ErrorCode::AlreadyExists);
  EXPECT_EQ(caches_.get(scope_, "k").value()->archive, sha256("first"));
}

TEST_F(CachesTest, those_used_longest_ago_go_when_the_limit_is_reached) {
  for (const char* key : {"aaaa", "bbbb", "cccc"}) ASSERT_TRUE(save(key, 12).ok());
  clock_.advance(std::chrono::seconds(1));
  ASSERT_TRUE(caches_.touch(*caches_.get(scope_, "aaaa").value()).ok());
  ASSERT_TRUE(save("dddd", 12).ok());
  EXPECT_EQ(keys(), "cccc aaaa dddd ");
  EXPECT_EQ(blobs(), 3u);
  EXPECT_EQ(save("too large for all", 12).error().code(), ErrorCode::ResourceExhausted);
  EXPECT_EQ(keys(), "cccc aaaa dddd ");
}

TEST_F(CachesTest, an_archive_that_two_entries_share_stays_with_the_last) {
  ASSERT_TRUE(save("a", kPlenty, "same").ok());
  ASSERT_TRUE(save("b", kPlenty, "same").ok());
  ASSERT_TRUE(caches_.remove(*caches_.get(scope_, "a").value()).ok());
  EXPECT_EQ(found("b"), "b@refs/heads/topic");
  ASSERT_TRUE(caches_.remove(*caches_.get(scope_, "b").value()).ok());
  EXPECT_EQ(blobs(), 0u);
}

TEST_F(CachesTest, an_entry_without_its_archive_is_absent_and_can_be_saved_again) {
  ASSERT_TRUE(save("k").ok());
  ASSERT_TRUE(blobs_.remove(sha256("k")).ok());
  EXPECT_EQ(found("k"), "");
  ASSERT_TRUE(save("k").ok());
  EXPECT_EQ(found("k"), "k@refs/heads/topic");
  ASSERT_TRUE(blobs_.remove(sha256("k")).ok());
  EXPECT_EQ(caches_.evict(kPlenty).value().entries, 1u);
  EXPECT_EQ(keys(), "");
}

TEST_F(CachesTest, an_entry_that_does_not_read_is_absent_and_can_be_saved_again) {
  ASSERT_TRUE(save("k").ok());
  const std::string list = cat((directory_ / "caches").string(), "/");
  const std::string version = real_.world().files.list(list).value()[0].name;
  const std::string file = real_.world().files.list(list + version).value()[0].name;
  ASSERT_TRUE(real_.world().files.write(os::Path(list + version) / file, "{\"key\": ").ok());
  EXPECT_EQ(found("k"), "");
  EXPECT_EQ(keys(), "");
  ASSERT_TRUE(save("k").ok());
  EXPECT_EQ(found("k"), "k@refs/heads/topic");
}

// A save that is cut off at any of its writes leaves either no entry or a whole one, and the next
// one is as if it had never been.
TEST_F(CachesTest, a_save_that_dies_at_any_write_leaves_a_whole_entry_or_none) {
  int failed = 0;
  for (int n = 1; n < 60; ++n) {
    const std::string key = cat("key-", n);
    files_.faults().fail_call(n, ErrorCode::Io, os::FaultPlan::Repeat::ForEver);
    const auto saved = save(key);
    files_.faults().clear();
    if (!saved.ok()) ++failed;
    const auto there = caches_.get(scope_, key);
    ASSERT_TRUE(there.ok());
    if (there.value()) {
      EXPECT_EQ(there.value()->archive, sha256(key));
      EXPECT_TRUE(blobs_.verify(there.value()->archive).ok());
    }
    const auto again = save(key);
    EXPECT_TRUE(again.ok() || again.error().code() == ErrorCode::AlreadyExists);
    EXPECT_EQ(found(key), key + "@refs/heads/topic");
  }
  EXPECT_GT(failed, 3);
}

}  // namespace
}  // namespace sluice::exec
