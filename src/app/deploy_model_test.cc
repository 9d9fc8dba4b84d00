#include "app/deploy_model.h"

#include <gtest/gtest.h>

#include "ml/model/model_folder.h"
#include "ml/registry/registry.h"
#include "ml/serve/testing/small_model.h"
#include "os/testing/test_world.h"

namespace sluice::app {
namespace {

class DeployModelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(ml::write_model_folder(test_.files, folder_, ml::small_model()).ok());
    registry_ = ml::LocalRegistry::open(test_.world(), test_.directory / "home").value();
  }

  Result<delivery::Revision> revision(const std::string& reference) {
    return revision_for_model(*registry_, test_.files, reference, "/usr/bin/sluice");
  }

  os::TestWorld test_;
  os::Path folder_ = test_.directory / "demand";
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

TEST_F(DeployModelTest, a_model_without_an_example_is_refused) {
  ASSERT_TRUE(test_.files.remove_all(folder_ / "input_example_output.json").ok());
  EXPECT_FALSE(revision(folder_.string()).ok());
}

}  // namespace
}  // namespace sluice::app
