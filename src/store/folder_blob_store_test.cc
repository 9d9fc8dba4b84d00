#include "store/folder_blob_store.h"

#include <gtest/gtest.h>

#include <thread>

#include "os/real_files.h"
#include "os/testing/fake_clock.h"
#include "os/testing/faulty_files.h"
#include "os/testing/memory_files.h"
#include "os/testing/temporary_directory.h"

namespace sluice::store {
namespace {

class FolderBlobStoreTest : public testing::Test {
 protected:
  std::string read(const Digest& digest) {
    return files_.read(store_.path_of(digest).value(), 1u << 30).value();
  }
  std::vector<Digest> all(const FolderBlobStore& store) {
    std::vector<Digest> digests;
    EXPECT_TRUE(store
                    .for_each([&](const BlobInfo& info) {
                      digests.push_back(info.digest);
                      return success();
                    })
                    .ok());
    return digests;
  }

  os::TemporaryDirectory directory_;
  os::RealFiles files_;
  FolderBlobStore store_{files_, directory_ / "blobs"};
};

TEST_F(FolderBlobStoreTest, GivesBackWhatWasPutAndKeepsItOnce) {
  EXPECT_TRUE(all(store_).empty());
  const std::string large(1u << 20, 'x');
  ASSERT_TRUE(files_.write(directory_ / "large", large, {}, 0755).ok());
  const BlobInfo one = store_.put("one").value();
  EXPECT_EQ(one.digest, sha256("one"));
  EXPECT_EQ(one.size, 3u);
  EXPECT_EQ(store_.put("one").value().digest, one.digest);
  const BlobInfo file = store_.put_file(directory_ / "large").value();
  EXPECT_EQ(file.digest, sha256(large));
  EXPECT_EQ(store_.put_file(directory_ / "large").value().size, large.size());
  EXPECT_EQ(read(one.digest), "one");
  EXPECT_EQ(read(file.digest), large);
  EXPECT_EQ(all(store_).size(), 2u);
  const os::Path place = store_.path_of(file.digest).value();
  EXPECT_EQ(place,
            directory_ / "blobs" / file.digest.hex().substr(0, 2) / file.digest.hex().substr(2));
  EXPECT_EQ(files_.stat(place).value().mode, 0444u);
  EXPECT_TRUE(files_.list(directory_ / "blobs" / "incoming").value().empty());
}

TEST_F(FolderBlobStoreTest, RemovesAndMisses) {
  const Digest digest = store_.put("one").value().digest;
  ASSERT_TRUE(store_.remove(digest).ok());
  ASSERT_TRUE(store_.remove(digest).ok());
  EXPECT_EQ(store_.path_of(digest).error().code(), ErrorCode::NotFound);
  EXPECT_EQ(store_.verify(digest).error().code(), ErrorCode::NotFound);
  EXPECT_EQ(store_.put_file(directory_ / "none").error().code(), ErrorCode::NotFound);
}

TEST_F(FolderBlobStoreTest, VerifiesAndRepairsWhatLostItsEnd) {
  const Digest digest = store_.put("content").value().digest;
  EXPECT_TRUE(store_.verify(digest).ok());
  const os::Path place = store_.path_of(digest).value();
  ASSERT_TRUE(files_.write(place, "cont", {}, 0444).ok());
  EXPECT_EQ(store_.verify(digest).error().code(), ErrorCode::Corrupt);
  ASSERT_TRUE(store_.put("content").ok());
  EXPECT_TRUE(store_.verify(digest).ok());
}

TEST_F(FolderBlobStoreTest, ManyThreadsMayPutTheSame) {
  ASSERT_TRUE(files_.write(directory_ / "file", "same", {}, 0644).ok());
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&, i] {
      const auto put = i % 2 == 0 ? store_.put("same") : store_.put_file(directory_ / "file");
      EXPECT_TRUE(put.ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(all(store_).size(), 1u);
  EXPECT_TRUE(store_.verify(sha256("same")).ok());
}

TEST(FolderBlobStoreFaultTest, AFullDiskAtAnyCallLeavesNoHalfBlob) {
  const os::FakeClock clock;
  int failures = 0;
  for (int n = 1;; ++n) {
    os::MemoryFiles memory(clock);
    ASSERT_TRUE(memory.write("/file", "from a file", {}, 0644).ok());
    os::FaultyFiles files(memory);
    files.faults().fail_call(n, ErrorCode::ResourceExhausted);
    FolderBlobStore store(files, "/blobs", os::Durability::Power);
    const bool one = store.put("bytes").ok();
    const bool two = store.put_file("/file").ok();
    EXPECT_EQ(store.verify(sha256("bytes")).ok(), one);
    EXPECT_EQ(store.verify(sha256("from a file")).ok(), two);
    if (memory.stat("/blobs/incoming").ok()) {
      EXPECT_TRUE(memory.list("/blobs/incoming").value().empty()) << n;
    }
    memory.lose_power();
    EXPECT_EQ(store.verify(sha256("bytes")).ok(), one);
    EXPECT_EQ(store.verify(sha256("from a file")).ok(), two);
    if (one && two) break;
    ++failures;
  }
  EXPECT_GE(failures, 8);
}

}  // namespace
}  // namespace sluice::store
