#include "ml/data/hashed_files.h"

#include <gtest/gtest.h>

#include "ml/data/profile.h"
#include "ml/data/table.h"
#include "os/testing/fake_clock.h"
#include "os/testing/memory_files.h"

namespace sluice::ml {
namespace {

std::string rows_of(std::size_t count) {
  std::string text = "a,b\n";
  for (std::size_t i = 0; i < count; ++i) text += std::to_string(i) + ",x\n";
  return text;
}

TEST(HashedFiles, a_file_that_was_profiled_is_not_read_again_for_its_digest) {
  const os::FakeClock clock;
  os::MemoryFiles memory(clock);
  os::Files& files = memory;
  const std::string text = rows_of(200'000);
  ASSERT_TRUE(files.write("/d.csv", text).ok());
  const HashedFiles hashed(files);
  ASSERT_TRUE(profile_data(hashed, "/d.csv").ok());
  ASSERT_EQ(hashed.digests().size(), 1u);
  EXPECT_EQ(hashed.digests().at("/d.csv"), sha256(text));
  ASSERT_TRUE(files.write("/d.csv", "changed since").ok());
  EXPECT_EQ(data_digest(files, "/d.csv", hashed.digests()).value(), sha256(text));
  EXPECT_NE(data_digest(files, "/d.csv").value(), sha256(text));
}

TEST(HashedFiles, the_digest_of_several_files_is_the_same_as_that_of_reading_them_again) {
  const os::FakeClock clock;
  os::MemoryFiles memory(clock);
  os::Files& files = memory;
  ASSERT_TRUE(files.make_directories("/d").ok());
  for (const char* name : {"/d/a.csv", "/d/b.csv", "/d/c.csv"})
    ASSERT_TRUE(files.write(name, rows_of(static_cast<std::size_t>(name[3]))).ok());
  const HashedFiles hashed(files);
  ASSERT_TRUE(profile_data(hashed, "/d").ok());
  EXPECT_EQ(hashed.digests().size(), 3u);
  EXPECT_EQ(data_digest(files, "/d", hashed.digests()).value(), data_digest(files, "/d").value());
}

TEST(HashedFiles, the_digest_of_files_in_any_order_names_them_from_the_folder_that_all_are_in) {
  const os::FakeClock clock;
  os::MemoryFiles memory(clock);
  os::Files& files = memory;
  ASSERT_TRUE(files.make_directories("/d/a").ok());
  ASSERT_TRUE(files.make_directories("/d/b").ok());
  for (const char* name : {"/d/a/1.csv", "/d/b/2.csv", "/d/a/3.csv"})
    ASSERT_TRUE(files.write(name, name).ok());
  const Inputs inputs(std::vector<std::string>{"/d/a/1.csv", "/d/b/2.csv", "/d/a/3.csv"});
  std::string lines;
  for (const std::string name : {"a/1.csv", "b/2.csv", "a/3.csv"})
    lines += sha256("/d/" + name).to_string() + "  " + name + "\n";
  EXPECT_EQ(data_digest(files, inputs, {}).value(), sha256(lines));
}

TEST(HashedFiles, what_was_not_read_from_end_to_end_has_no_digest) {
  const os::FakeClock clock;
  os::MemoryFiles memory(clock);
  os::Files& files = memory;
  ASSERT_TRUE(files.write("/d.csv", rows_of(10)).ok());
  const HashedFiles hashed(files);
  std::string buffer(4, '\0');
  const auto begun = hashed.open("/d.csv").value();
  ASSERT_TRUE(begun->read(buffer).ok());
  const auto sought = hashed.open("/d.csv").value();
  ASSERT_TRUE(sought->seek(3).ok());
  while (sought->read(buffer).value() > 0) continue;
  EXPECT_TRUE(hashed.digests().empty());
}

}  // namespace
}  // namespace sluice::ml
