#include "exec/step_record.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "os/testing/fake_clock.h"
#include "os/testing/memory_files.h"

namespace sluice::exec {
namespace {

constexpr std::string_view kStart =
    R"({"boot_id":"b","pid":7,"start_ticks":9,"started":"2026-11-21T08:40:25.123456Z"})";

StepRecord read(std::string_view text) {
  os::FakeClock clock;
  os::MemoryFiles files(clock);
  EXPECT_TRUE(files.write("/record", text, os::Durability::Process, 0644).ok());
  return read_step_record(files, "/record");
}

TEST(StepRecordTest, HoldsTheProcessAndTheLineOfTheEnd) {
  const StepRecord record = read(cat(kStart, "\n{\"outcome\":\"failed\"}\n"));
  ASSERT_TRUE(record.start);
  EXPECT_EQ(record.start->process, (os::ProcessIdentity{"b", 7, 9}));
  EXPECT_EQ(to_rfc3339(record.start->started), "2026-11-21T08:40:25.123456Z");
  EXPECT_EQ(record.end, "{\"outcome\":\"failed\"}");
}

TEST(StepRecordTest, ALineThatWasCutOffCountsAsNone) {
  EXPECT_FALSE(read(kStart).start);
  EXPECT_FALSE(read("").start);
  const StepRecord cut = read(cat(kStart, "\n{\"outcome\":\"fai"));
  EXPECT_TRUE(cut.start);
  EXPECT_FALSE(cut.end);
}

TEST(StepRecordTest, ADamagedStartHidesNoEnd) {
  for (const std::string_view start : {"{", "[]", R"({"pid":"x"})"}) {
    const StepRecord record = read(cat(start, "\nend\n"));
    EXPECT_FALSE(record.start) << start;
    EXPECT_EQ(record.end, "end");
  }
}

TEST(StepRecordTest, NoFileIsNoRecord) {
  os::FakeClock clock;
  const StepRecord record = read_step_record(os::MemoryFiles(clock), "/none");
  EXPECT_FALSE(record.start);
  EXPECT_FALSE(record.end);
}

}  // namespace
}  // namespace sluice::exec
