#include "store/home.h"

#include <gtest/gtest.h>

#include "os/testing/test_world.h"

namespace sluice::store {
namespace {

struct HomeTest : ::testing::Test {
  HomeTest() {
    root = files.resolve(test.directory.path()).value();
    test.environment.set("HOME", (root / "user").string());
    make("checkout/.git");
    make("checkout/src/deep");
    make("elsewhere");
  }
  void make(std::string_view folder) { ASSERT_TRUE(files.make_directories(root / folder).ok()); }
  void write(std::string_view file, std::string_view text) {
    ASSERT_TRUE(files.write(root / file, text).ok());
  }
  os::Path home_from(std::string_view folder) {
    return find_home(test.world(), root / folder).value();
  }

  os::TestWorld test;
  os::Files& files = test.files;
  os::Path root;
};

TEST_F(HomeTest, EveryFolderOfACheckoutHasTheSameHomeBelowTheUsersState) {
  const os::Path home = home_from("checkout");
  EXPECT_EQ(home.parent_path(), root / "user/.local/state/sluice");
  EXPECT_TRUE(home.filename().string().starts_with("checkout-"));
  EXPECT_EQ(home_from("checkout/src/deep"), home);
}

TEST_F(HomeTest, WorktreesShareTheHomeOfTheirRepository) {
  make("checkout/.git/worktrees/fix");
  write("checkout/.git/worktrees/fix/commondir", "../..\n");
  make("fix");
  write("fix/.git", "gitdir: " + (root / "checkout/.git/worktrees/fix").string() + "\n");
  EXPECT_EQ(home_from("fix"), home_from("checkout"));
}

TEST_F(HomeTest, OtherRepositoriesHaveOtherHomes) {
  make("second/.git");
  EXPECT_NE(home_from("second"), home_from("checkout"));
}

TEST_F(HomeTest, OutsideARepositoryItIsTheDefaultHome) {
  EXPECT_EQ(home_from("elsewhere").filename(), "default");
}

TEST_F(HomeTest, TheEnvironmentDecidesWhereItSaysSo) {
  test.environment.set("XDG_STATE_HOME", (root / "state").string());
  EXPECT_EQ(home_from("elsewhere"), root / "state/sluice/default");
  test.environment.set("SLUICE_HOME", (root / "mine").string());
  EXPECT_EQ(home_from("checkout/src"), root / "mine");
}

TEST_F(HomeTest, AHomeInsideTheCheckoutIsRefusedAlsoBehindALink) {
  ASSERT_TRUE(files.symlink(root / "checkout/src", root / "link").ok());
  for (const auto* inside : {"checkout/.sluice", "link/state"}) {
    test.environment.set("SLUICE_HOME", (root / inside).string());
    const auto home = find_home(test.world(), root / "checkout/src");
    ASSERT_FALSE(home.ok()) << inside;
    EXPECT_EQ(home.error().code(), ErrorCode::InvalidInput);
    EXPECT_FALSE(files.stat(root / inside).ok()) << inside << " was made all the same";
  }
  // A folder whose name only begins like the checkout's is another one.
  test.environment.set("SLUICE_HOME", (root / "checkout_state").string());
  EXPECT_TRUE(find_home(test.world(), root / "checkout").ok());
}

TEST_F(HomeTest, WithoutAnyFolderToStartFromItSaysWhatToSet) {
  test.environment.unset("HOME");
  const auto home = find_home(test.world(), root / "elsewhere");
  ASSERT_FALSE(home.ok());
  EXPECT_NE(home.error().message().find("SLUICE_HOME"), std::string::npos);
}

TEST_F(HomeTest, ABrokenGitPointerIsAnError) {
  make("odd");
  write("odd/.git", "nonsense");
  EXPECT_EQ(find_home(test.world(), root / "odd").error().code(), ErrorCode::InvalidInput);
}

}  // namespace
}  // namespace sluice::store
