#include "app/start_run.h"

#include <gtest/gtest.h>

#include "os/testing/test_world.h"

namespace sluice::app {
namespace {

constexpr const char* kWorkflow = R"(on: push
jobs:
  build: {runs-on: linux, steps: [{run: x}]}
  scan: {needs: build, runs-on: linux, steps: [{uses: owner/scan@v1}, {uses: other/one@v2}]}
  report: {needs: scan, runs-on: linux, steps: [{run: x}]}
  boxed: {runs-on: linux, container: python, if: github.ref == 'refs/heads/dev', steps: [{run: x}]}
)";

Result<void> check(std::vector<std::string> jobs, const std::string& branch = "main") {
  pipeline::TriggerEvent event;
  event.ref = "refs/heads/" + branch;
  event.sha = std::string(40, 'a');
  const auto languages = make_languages();
  os::TestWorld world;
  const auto planned =
      plan_pipeline(world.world().files, *languages, {".github/workflows/ci.yml", kWorkflow}, event,
                    {.run_id = "r"});
  EXPECT_TRUE(planned.ok());
  return check_runnable(*planned, jobs);
}

TEST(CheckRunnable, RefusesWithAllThatIsNotHonouredInJobsThatWouldRun) {
  const auto refused = check({});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::Unsupported);
  const std::string text = refused.error().message();
  for (const char* part : {"job 'scan': .github/workflows/ci.yml:4:", "owner/scan@v1", "other/one"})
    EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
  EXPECT_EQ(text.find("boxed"), std::string::npos) << text;
  EXPECT_NE(check({}, "dev").error().message().find("job 'boxed'"), std::string::npos);
}

TEST(CheckRunnable, OtherJobsCanBeChosenWithWhatTheyNeed) {
  EXPECT_TRUE(check({"build"}).ok());
  EXPECT_FALSE(check({"report"}).ok());
  EXPECT_TRUE(check({"boxed"}).ok());
  EXPECT_FALSE(check({"boxed"}, "dev").ok());
  EXPECT_EQ(check({"bulid"}).error().code(), ErrorCode::InvalidInput);
}

}  // namespace
}  // namespace sluice::app
