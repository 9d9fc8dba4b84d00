#include "delivery/log_rotation.h"

#include <gtest/gtest.h>

#include "delivery/target_folder.h"
#include "os/testing/fake_clock.h"
#include "os/testing/memory_files.h"

namespace sluice::delivery {
namespace {

class LogRotationTest : public ::testing::Test {
 protected:
  LogRotationTest() { EXPECT_TRUE(files_.make_directories(folder_ / "replicas/r1", 0700).ok()); }
  std::unique_ptr<os::AppendFile> append(const os::Path& path, std::string_view text) {
    auto file = files_.open_append(path, 0644).value();
    EXPECT_TRUE(file->append(text).ok());
    return file;
  }
  std::string read(const os::Path& path) { return files_.read(path, 1000).value_or("absent"); }

  os::FakeClock clock_;
  os::MemoryFiles files_{clock_};
  const os::Path folder_ = "/home/targets/shop";
  const os::Path log_ = replica_log(folder_, "r1");
};

TEST_F(LogRotationTest, a_log_that_became_too_large_moves_aside_while_its_writer_goes_on) {
  const auto writer = append(log_, "one two three\n");
  const auto keeper = append(keeper_log(folder_), "short\n");
  ASSERT_TRUE(rotate_target_logs(files_, folder_, 10).ok());
  EXPECT_EQ(read(log_), "");
  EXPECT_EQ(read(log_.string() + ".1"), "one two three\n");
  EXPECT_EQ(read(keeper_log(folder_)), "short\n");
  ASSERT_TRUE(writer->append("four\n").ok());
  EXPECT_EQ(read_log(files_, log_).value(), "one two three\nfour\n");
}

TEST_F(LogRotationTest, two_parts_at_most_are_kept) {
  const auto writer = append(log_, "the very first\n");
  ASSERT_TRUE(rotate_log(files_, log_, 10).ok());
  ASSERT_TRUE(writer->append("the second one\n").ok());
  ASSERT_TRUE(rotate_log(files_, log_, 10).ok());
  EXPECT_EQ(read_log(files_, log_).value(), "the second one\n");
  EXPECT_EQ(files_.list(folder_ / "replicas/r1")->size(), 2u);
}

TEST_F(LogRotationTest, a_disk_without_room_for_the_older_part_gets_its_room_back) {
  const auto writer = append(log_, "one two three\n");
  files_.faults().fail_call(2, ErrorCode::ResourceExhausted);  // the copy
  EXPECT_EQ(rotate_log(files_, log_, 10).error().code(), ErrorCode::ResourceExhausted);
  EXPECT_EQ(read_log(files_, log_).value(), "");
}

TEST_F(LogRotationTest, a_target_without_logs_has_nothing_to_rotate) {
  EXPECT_TRUE(rotate_target_logs(files_, "/home/targets/none", 10).ok());
  EXPECT_EQ(read_log(files_, log_).error().code(), ErrorCode::NotFound);
}

}  // namespace
}  // namespace sluice::delivery
