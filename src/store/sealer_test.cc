#include "store/sealer.h"

#include <gtest/gtest.h>

#include <latch>
#include <set>
#include <thread>

#include "base/encoding.h"
#include "os/real_files.h"
#include "os/real_random.h"
#include "os/testing/fake_clock.h"
#include "os/testing/fake_random.h"
#include "os/testing/memory_files.h"
#include "os/testing/temporary_directory.h"

namespace sluice::store {
namespace {

class SealerTest : public testing::Test {
 protected:
  std::unique_ptr<Sealer> open() { return Sealer::open(files_, random_, "/home").value(); }

  os::FakeClock clock_;
  os::MemoryFiles files_{clock_};
  os::FakeRandom random_;
};

TEST_F(SealerTest, OpensWhatItSealedAlsoAfterARestart) {
  const std::string text(100'000, 'x');
  std::string sealed;
  for (const std::string& bytes : {std::string(), std::string("secret\0!", 8), text}) {
    sealed = open()->seal(bytes);
    EXPECT_EQ(open()->open_sealed(sealed).value(), bytes);
    if (!bytes.empty()) {
      EXPECT_EQ(sealed.find(bytes), std::string::npos);
    }
  }
  EXPECT_EQ(files_.stat("/home/keys/seal.key").value().mode, 0600u);
}

TEST_F(SealerTest, TheKeySurvivesTheLossOfPower) {
  const std::string sealed = open()->seal("secret");
  files_.lose_power();
  EXPECT_EQ(open()->open_sealed(sealed).value(), "secret");
}

TEST_F(SealerTest, SealsDifferentlyEachTimeAndFingerprintsTheSame) {
  const auto sealer = open();
  EXPECT_NE(sealer->seal("secret"), sealer->seal("secret"));
  EXPECT_EQ(sealer->fingerprint("secret"), open()->fingerprint("secret"));
  EXPECT_NE(sealer->fingerprint("secret"), sealer->fingerprint("secreu"));
  EXPECT_NE(sealer->fingerprint("secret"), sha256("secret"));
}

TEST_F(SealerTest, NoticesEveryChangedByte) {
  const auto sealer = open();
  const std::string sealed = sealer->seal("secret");
  const std::string prefix = sealed.substr(0, sealed.rfind(':') + 1);
  const std::string bytes = base64_decode(sealed.substr(prefix.size())).value();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto opened = sealer->open_sealed(prefix + base64_encode(changed));
    ASSERT_FALSE(opened.ok()) << i;
    EXPECT_EQ(opened.error().code(), ErrorCode::Corrupt);
  }
  for (const std::string& bad : {std::string(), std::string("secret"), prefix, prefix + "AAAA",
                                 prefix + "*", sealed.substr(0, sealed.size() - 4)}) {
    EXPECT_FALSE(sealer->open_sealed(bad).ok()) << bad;
  }
}

TEST_F(SealerTest, AnotherHomeCannotOpenIt) {
  const std::string sealed = open()->seal("secret");
  const auto other = Sealer::open(files_, random_, "/other").value();
  EXPECT_EQ(other->open_sealed(sealed).error().code(), ErrorCode::Corrupt);
}

TEST_F(SealerTest, RefusesKeysThatOthersMayReadOrThatAreNone) {
  (void)open();
  ASSERT_TRUE(files_.set_mode("/home/keys/seal.key", 0640).ok());
  EXPECT_EQ(Sealer::open(files_, random_, "/home").error().code(), ErrorCode::PermissionDenied);
  ASSERT_TRUE(files_.write("/home/keys/seal.key", "short", os::Durability::Power, 0600).ok());
  EXPECT_EQ(Sealer::open(files_, random_, "/home").error().code(), ErrorCode::Corrupt);
}

TEST_F(SealerTest, AFullDiskLeavesNoKeyBehind) {
  for (int n = 1; n <= 2; ++n) {
    files_.faults().fail_call(n, ErrorCode::ResourceExhausted);
    EXPECT_EQ(Sealer::open(files_, random_, "/home").error().code(), ErrorCode::ResourceExhausted);
    EXPECT_FALSE(files_.stat("/home/keys/seal.key").ok());
  }
  EXPECT_TRUE(Sealer::open(files_, random_, "/home").ok());
}

TEST(SealerRaceTest, AllWhoComeAtOnceGetOneKey) {
  const os::TemporaryDirectory directory;
  os::RealFiles files;
  os::RealRandom random;
  constexpr std::size_t kThreads = 6;
  std::latch start(kThreads);
  std::array<std::string, kThreads> fingerprints;
  std::vector<std::thread> threads;
  for (std::string& fingerprint : fingerprints) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      fingerprint = Sealer::open(files, random, directory.path()).value()->fingerprint("x").hex();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::set<std::string>(fingerprints.begin(), fingerprints.end()).size(), 1u);
}

}  // namespace
}  // namespace sluice::store
