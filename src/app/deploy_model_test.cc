#include "app/deploy_model.h"

#include <gtest/gtest.h>

#include "app/deployed_models.h"
#include "delivery/target_folder.h"
#include "ml/model/model_folder.h"
#include "ml/registry/registry.h"
#include "ml/serve/testing/small_model.h"
#include "os/testing/test_world.h"
#include "store/journal.h"
#include "store/sqlite.h"

namespace sluice::app {
namespace {

class DeployModelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(ml::write_model_folder(test_.files, folder_, ml::small_model()).ok());
    registry_ = ml::LocalRegistry::open(test_.world(), home_).value();
  }

  Result<delivery::Revision> revision(const std::string& reference) {
    return revision_for_model(test_.world(), home_, *registry_, reference, "/usr/bin/sluice");
  }

  os::TestWorld test_;
  os::Path folder_ = test_.directory / "demand";
  os::Path home_ = test_.directory / "home";
  std::unique_ptr<ml::LocalRegistry> registry_;
};

TEST_F(DeployModelTest, a_folder_becomes_a_revision_with_its_own_example_as_smoke) {
  const auto made = revision(folder_.string());
  ASSERT_TRUE(made.ok()) << made.error().describe();
  EXPECT_EQ(made->command[1], "serve");
  EXPECT_EQ(made->labels.at("model"), "demand");
  ASSERT_TRUE(made->smoke.has_value());
  EXPECT_TRUE(made->smoke->body.starts_with("{\"dataframe_split\":{"));
  EXPECT_TRUE(made->smoke->expected.as_object().contains("predictions"));
  EXPECT_EQ(made->digest(), revision(folder_.string())->digest());
}

TEST_F(DeployModelTest, only_an_approved_version_is_deployed) {
  ml::NewVersion version;
  version.name = "demand";
  version.folder = folder_;
  version.actor = "ana";
  const auto registered = registry_->register_version(version);
  ASSERT_TRUE(registered.ok()) << registered.error().describe();
  const auto refused = revision("demand/1");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::FailedPrecondition);
  EXPECT_NE(refused.error().message().find("PendingManualApproval"), std::string::npos);
}

TEST_F(DeployModelTest, what_becomes_of_the_folder_does_not_reach_what_serves) {
  const auto made = revision(folder_.string());
  ASSERT_TRUE(made.ok()) << made.error().describe();
  const os::Path served = made->command[2];
  const auto digest = ml::model_digest(test_.files, folder_).value();
  ASSERT_TRUE(test_.files.remove_all(folder_).ok());
  EXPECT_EQ(ml::model_digest(test_.files, served).value(), digest);

  // Damaged in the home: deploying it again makes it whole.
  ASSERT_TRUE(ml::write_model_folder(test_.files, folder_, ml::small_model()).ok());
  os::Files& files = test_.files;
  ASSERT_TRUE(files.write(served / "MLmodel", "evil").ok());
  EXPECT_EQ(revision(folder_.string())->command[2], served);
  EXPECT_EQ(ml::model_digest(test_.files, served).value(), digest);
}

TEST_F(DeployModelTest, a_deployed_folder_stays_as_long_as_a_target_can_start_it) {
  const auto made = revision(folder_.string());
  ASSERT_TRUE(made.ok());
  ml::NewModel other = ml::small_model();
  other.run_id = "another";
  ASSERT_TRUE(ml::write_model_folder(test_.files, folder_, other).ok());
  const auto unused = revision(folder_.string());
  ASSERT_TRUE(unused.ok());
  const os::Path target = delivery::target_folder(home_, "local");
  ASSERT_TRUE(delivery::write_target(test_.files, target, {"local", "127.0.0.1", 0, 1}).ok());
  {
    const auto database = store::open_sqlite(target / "target.db").value();
    ASSERT_TRUE(store::Journal::migrate(*database).ok());
    store::JournalBatch batch;
    batch.events.push_back(
        {1,
         test_.clock.now(),
         {"deploy_requested",
          JsonObject{{"revision", to_json(*made)}, {"replicas", 1}, {"by", "ana"}}}});
    ASSERT_TRUE(store::Journal(*database).commit("target/local", batch).ok());
  }
  EXPECT_EQ(remove_unused_deployed_models(test_.world(), home_).value(), 1u);
  EXPECT_TRUE(test_.files.stat(os::Path(made->command[2]) / "MLmodel").ok());
  EXPECT_FALSE(test_.files.stat(unused->command[2]).ok());
  ASSERT_TRUE(test_.files.remove_all(target).ok());
  EXPECT_EQ(remove_unused_deployed_models(test_.world(), home_).value(), 1u);
}

TEST_F(DeployModelTest, a_version_that_was_rejected_meanwhile_is_not_gone_back_to) {
  ml::NewVersion version;
  version.name = "demand";
  version.folder = folder_;
  version.actor = "ana";
  ASSERT_TRUE(registry_->register_version(version).ok());
  ASSERT_TRUE(registry_->approve({"demand", 1, "ana", "", "a test"}).ok());
  const auto made = revision("demand/1");
  ASSERT_TRUE(made.ok()) << made.error().describe();
  EXPECT_TRUE(check_still_approved(*registry_, made->labels).ok());
  ASSERT_TRUE(registry_->reject({"demand", 1, "bo", "too dear", ""}).ok());
  const auto refused = check_still_approved(*registry_, made->labels);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message().find("demand/1 is Rejected"), std::string::npos);
  EXPECT_TRUE(check_still_approved(*registry_, {{"model", "folder"}}).ok());
}

TEST_F(DeployModelTest, a_model_without_an_example_is_refused) {
  ASSERT_TRUE(test_.files.remove_all(folder_ / "input_example_output.json").ok());
  EXPECT_FALSE(revision(folder_.string()).ok());
}

}  // namespace
}  // namespace sluice::app
