#include "ml/data/profile_store.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "os/testing/fake_clock.h"
#include "os/testing/memory_files.h"

namespace sluice::ml {
namespace {

class ProfileStore : public testing::Test {
 protected:
  // A profile of so many rows; its digest.
  std::string store(int rows) {
    std::string csv = "a\n";
    for (int i = 0; i < rows; ++i) csv += "1\n";
    const auto source = open_rows(memory_stream(csv), "f.csv").value();
    JsonObject json = to_json(profile_data(*source).value());
    const Digest digest = profile_digest(json);
    json["profile_digest"] = digest.to_string();
    EXPECT_TRUE(store_profile(files_, "/home", digest, to_pretty_text(json)).ok());
    return digest.to_string();
  }
  bool is_there(const std::string& digest) {
    return load_stored_profile(files_, "/home", digest).ok();
  }
  std::size_t collect(std::size_t keep) {
    return remove_unused_profiles(files_, "/home", clock_.now(),
                                  {keep, std::chrono::hours(24 * 90)})
        .value();
  }

  os::FakeClock clock_;
  os::MemoryFiles files_{clock_};
};

TEST_F(ProfileStore, ProfilesThatAreNotUsedForLongGo) {
  std::vector<std::string> digests;
  for (int i = 1; i <= 4; ++i) {
    digests.push_back(store(i));
    clock_.advance(std::chrono::hours(24));
  }
  clock_.advance(std::chrono::hours(24 * 60));
  ASSERT_TRUE(is_there(digests[0]));
  clock_.advance(std::chrono::hours(24 * 60));
  EXPECT_EQ(collect(4), 0u);
  EXPECT_EQ(collect(2), 2u);  // of the three that nobody read the one that was stored last stays
  EXPECT_TRUE(is_there(digests[0]));
  EXPECT_FALSE(is_there(digests[1]));
  EXPECT_FALSE(is_there(digests[2]));
  EXPECT_EQ(collect(0), 1u);  // the other one was read a moment ago
  EXPECT_TRUE(is_there(digests[0]));
  EXPECT_FALSE(is_there(digests[3]));
  EXPECT_EQ(files_.list("/home/profiles")->size(), 2u);
}

TEST_F(ProfileStore, StoringAProfileAgainIsAUse) {
  const std::string digest = store(1);
  clock_.advance(std::chrono::hours(24 * 100));
  EXPECT_EQ(store(1), digest);
  EXPECT_EQ(collect(0), 0u);
  clock_.advance(std::chrono::hours(24 * 100));
  EXPECT_EQ(collect(0), 1u);
  EXPECT_EQ(files_.list("/home/profiles")->size(), 0u);
}

TEST_F(ProfileStore, AHomeWithoutProfilesHasNothingToRemove) {
  EXPECT_EQ(collect(0), 0u);
}

}  // namespace
}  // namespace sluice::ml
