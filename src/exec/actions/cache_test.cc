#include <gtest/gtest.h>

#include "base/strings.h"
#include "exec/caches.h"
#include "exec/testing/actions_fixture.h"

namespace sluice::exec {
namespace {

using pipeline::Outcome;
using pipeline::StepResult;

class CacheActionTest : public ActionsFixture {
 protected:
  CacheActionTest() {
    at("refs/heads/main");
    env_["HOME"] = (directory_ / "user").string();
    prepare();
  }
  void at(const std::string& ref, const std::string& base = "") {
    env_ = {{"GITHUB_REPOSITORY", "o/r"},
            {"GITHUB_REF", ref},
            {"GITHUB_BASE_REF", base},
            {"HOME", (directory_ / "user").string()}};
  }
  StepResult act(const std::string& name, const ActionInputs& inputs) {
    pipeline::RunStep step = uses(name, inputs);
    step.env = env_;
    return run(step);
  }
  StepResult save(const std::string& key, const std::string& path) {
    return act("actions/cache/save", {{"key", key}, {"path", path}});
  }
  StepResult restore(ActionInputs inputs, const std::string& path) {
    inputs["path"] = path;
    return act("actions/cache/restore", inputs);
  }
  // The two parts of actions/cache.
  StepResult both(const std::string& key, const std::string& restore_keys = "") {
    return act("actions/cache", {{"key", key}, {"restore-keys", restore_keys}, {"path", "f"}});
  }
  StepResult post(const StepResult& main, const std::string& key) {
    pipeline::RunStep step = uses("actions/cache", {{"key", key}, {"path", "f"}});
    auto& action = std::get<pipeline::BuiltinAction>(step.action);
    action.stage = pipeline::ActionStage::Post;
    action.state = main.state;
    step.env = env_;
    return run(step);
  }
  static std::string output(const StepResult& result, const std::string& name) {
    const auto found = result.outputs.find(name);
    return found == result.outputs.end() ? "(none)" : found->second;
  }
  std::string last_log() const { return log(next_ - 1); }

  std::map<std::string, std::string> env_;
};

TEST_F(CacheActionTest, what_one_run_saves_the_next_one_restores) {
  const std::string path = "node_modules\n~/.cache/tool\n";
  shell(
      "mkdir -p node_modules/.bin node_modules/empty; echo 1 > node_modules/a; "
      "ln -s ../a node_modules/.bin/a; chmod 750 node_modules/a");
  sh("mkdir -p user/.cache/tool && echo 2 > user/.cache/tool/x");
  const StepResult saved = save("linux-1", path);
  EXPECT_EQ(saved.outcome, Outcome::Succeeded);
  EXPECT_TRUE(saved.commands.empty()) << last_log();
  next_run();
  sh("rm -r user/.cache");
  const StepResult hit = restore({{"key", "linux-1"}}, path);
  EXPECT_EQ(hit.outcome, Outcome::Succeeded) << hit.message;
  EXPECT_EQ(output(hit, "cache-hit"), "true") << last_log();
  EXPECT_EQ(output(hit, "cache-primary-key"), "linux-1");
  EXPECT_EQ(output(hit, "cache-matched-key"), "linux-1");
  EXPECT_EQ(content("node_modules/.bin/a"), "1\n");
  EXPECT_TRUE(world_.files.stat(workspace() / "node_modules/empty").ok());
  EXPECT_EQ(world_.files.stat(workspace() / "node_modules/a").value().mode & 0777, 0750u);
  EXPECT_EQ(sh("cat user/.cache/tool/x"), "2");
}

TEST_F(CacheActionTest,
       the_whole_action_restores_in_its_place_and_saves_what_it_missed_at_the_end) {
  StepResult main = both("deps-1");
  EXPECT_EQ(output(main, "cache-hit"), "(none)");
  shell("echo 1 > f");
  EXPECT_EQ(post(main, "deps-1").outcome, Outcome::Succeeded);
  EXPECT_TRUE(last_log().starts_with("Cache saved with key: deps-1 (")) << last_log();
  next_run();
  main = both("deps-1");
  EXPECT_EQ(output(main, "cache-hit"), "true");
  EXPECT_EQ(content("f"), "1\n");
  post(main, "deps-1");
  EXPECT_EQ(last_log(), "Cache hit occurred on the primary key deps-1, not saving cache\n");
  next_run();
  main = both("deps-2", "deps-");
  EXPECT_EQ(output(main, "cache-hit"), "false");
  post(main, "deps-2");
  EXPECT_TRUE(last_log().starts_with("Cache saved with key: deps-2 (")) << last_log();
}

TEST_F(CacheActionTest, the_whole_action_saves_under_the_key_that_it_looked_for) {
  const StepResult main = both("before");
  shell("echo 1 > f");
  post(main, "after");
  EXPECT_TRUE(last_log().starts_with("Cache saved with key: before (")) << last_log();
}

TEST_F(CacheActionTest, a_restore_that_failed_saves_nothing) {
  StepResult main = both("k,");
  EXPECT_EQ(main.outcome, Outcome::Failed);
  EXPECT_EQ(post(main, "k,").outcome, Outcome::Succeeded);
  EXPECT_EQ(last_log(), "The restore ended before it knew its key, so no cache is saved\n");
}

TEST_F(CacheActionTest, a_restore_key_is_a_hit_that_is_not_exact) {
  shell("echo old > f");
  save("pip-1", "f");
  next_run();
  const StepResult near = restore({{"key", "pip-2"}, {"restore-keys", "none-\npip-\n"}}, "f");
  EXPECT_EQ(output(near, "cache-hit"), "false");
  EXPECT_EQ(output(near, "cache-primary-key"), "pip-2");
  EXPECT_EQ(output(near, "cache-matched-key"), "pip-1");
  EXPECT_EQ(content("f"), "old\n");
}

TEST_F(CacheActionTest, a_miss_leaves_the_output_empty_and_fails_only_when_asked) {
  const StepResult miss = restore({{"key", "k"}}, "f");
  EXPECT_EQ(miss.outcome, Outcome::Succeeded);
  EXPECT_EQ(output(miss, "cache-hit"), "(none)");
  EXPECT_EQ(output(miss, "cache-primary-key"), "k");
  EXPECT_EQ(last_log(), "Cache not found for input keys: k\n");
  const StepResult failed = restore({{"key", "k"}, {"fail-on-cache-miss", "true"}}, "f");
  EXPECT_EQ(failed.outcome, Outcome::Failed);
  EXPECT_EQ(failed.message, "no cache for the key 'k', and fail-on-cache-miss is set");
}

TEST_F(CacheActionTest, lookup_only_finds_and_brings_nothing) {
  shell("echo 1 > f");
  save("k", "f");
  next_run();
  EXPECT_EQ(output(restore({{"key", "k"}, {"lookup-only", "true"}}, "f"), "cache-hit"), "true");
  EXPECT_EQ(content("f"), "(missing)");
}

TEST_F(CacheActionTest, globs_choose_and_exclusions_leave_out) {
  const std::string path = "out/**/*.bin\ndata\n!data/tmp\n! data/**/*.log\n# a remark\n";
  shell(
      "mkdir -p out/a data/tmp data/d; touch out/a/x.bin out/a/x.txt data/tmp/t data/d/k "
      "data/d/l.log");
  save("k", path);
  next_run();
  restore({{"key", "k"}}, path);
  EXPECT_EQ(sh(cat("cd ", workspace().string(), " && find . -type f | sort | tr '\\n' ' '")),
            "./data/d/k ./out/a/x.bin");
}

TEST_F(CacheActionTest, a_save_of_an_existing_key_is_a_notice) {
  shell("echo 1 > f");
  save("k", "f");
  const StepResult again = save("k", "f");
  EXPECT_EQ(again.outcome, Outcome::Succeeded);
  ASSERT_EQ(again.commands.size(), 1u);
  EXPECT_EQ(again.commands[0].name, "notice");
  EXPECT_EQ(again.commands[0].data,
            "Cache not saved: there is a cache with the key 'k'; caches are never changed");
}

TEST_F(CacheActionTest, nothing_to_save_and_a_cache_too_large_are_warnings) {
  const StepResult nothing = save("k", "none");
  EXPECT_EQ(nothing.outcome, Outcome::Succeeded);
  ASSERT_EQ(nothing.commands.size(), 1u);
  EXPECT_EQ(nothing.commands[0].name, "warning");
  EXPECT_NE(nothing.commands[0].data.find("none of the paths"), std::string::npos);
  settings_.cache_limit = 100;
  open();
  prepare();
  shell("head -c 10000 /dev/urandom > f");
  const StepResult large = save("k", "f");
  ASSERT_EQ(large.commands.size(), 1u);
  EXPECT_NE(large.commands[0].data.find("larger than all caches may be"), std::string::npos);
}

TEST_F(CacheActionTest, a_branch_sees_its_own_caches_those_of_its_base_and_of_the_default_branch) {
  shell("echo 1 > f");
  at("refs/heads/sibling");
  save("s", "f");
  at("refs/heads/base");
  save("b", "f");
  at("refs/heads/main");
  save("m", "f");
  at("refs/pull/7/merge", "base");
  EXPECT_EQ(output(restore({{"key", "s"}}, "f"), "cache-hit"), "(none)");
  EXPECT_EQ(output(restore({{"key", "b"}}, "f"), "cache-hit"), "true");
  EXPECT_EQ(output(restore({{"key", "m"}}, "f"), "cache-hit"), "true");
  at("refs/heads/main");
  EXPECT_EQ(output(restore({{"key", "b"}}, "f"), "cache-hit"), "(none)");
}

TEST_F(CacheActionTest, the_default_branch_is_the_one_that_the_event_names) {
  shell("echo 1 > f");
  at("refs/heads/trunk");
  save("k", "f");
  ASSERT_TRUE(world_.files
                  .write(workspace().parent_path() / "event.json",
                         R"({"repository": {"default_branch": "trunk"}})")
                  .ok());
  at("refs/heads/topic");
  EXPECT_EQ(output(restore({{"key", "k"}}, "f"), "cache-hit"), "true");
}

TEST_F(CacheActionTest, other_paths_make_another_cache_and_the_place_of_the_workspace_does_not) {
  shell("echo 1 > f; echo 2 > g");
  save("k", workspace().string() + "/f");
  next_run();
  EXPECT_EQ(output(restore({{"key", "k"}}, "g"), "cache-hit"), "(none)");
  EXPECT_EQ(output(restore({{"key", "k"}}, workspace().string() + "/f"), "cache-hit"), "true");
  EXPECT_EQ(content("f"), "1\n");
}

TEST_F(CacheActionTest, wrong_keys_are_named) {
  struct Case {
    ActionInputs inputs;
    const char* expected;
  };
  std::string many;
  for (int i = 0; i < 10; ++i) many += cat("k", i, "\n");
  for (const Case& c : std::vector<Case>{
           {{}, "input 'key' is required"},
           {{{"key", "a,b"}}, "the cache key 'a,b' must not hold a comma"},
           {{{"key", std::string(513, 'x')}}, "a cache key of 513 characters is longer than 512"},
           {{{"key", "k"}, {"restore-keys", many}}, "at most 10 keys, found 11"}}) {
    const StepResult result = restore(c.inputs, "f");
    EXPECT_EQ(result.outcome, Outcome::Failed);
    EXPECT_NE(result.message.find(c.expected), std::string::npos) << result.message;
  }
}

TEST_F(CacheActionTest, a_damaged_archive_is_a_miss_with_a_warning_and_can_be_saved_again) {
  shell("head -c 100000 /dev/urandom > f");
  save("k", "f");
  sh("for b in $(find home/blobs -type f); do chmod 600 $b; truncate -s 1000 $b; done");
  next_run();
  const StepResult miss = restore({{"key", "k"}}, "f");
  EXPECT_EQ(miss.outcome, Outcome::Succeeded);
  EXPECT_EQ(output(miss, "cache-hit"), "(none)");
  ASSERT_EQ(miss.commands.size(), 1u);
  EXPECT_NE(miss.commands[0].data.find("cannot be restored"), std::string::npos);
  EXPECT_EQ(content("f"), "(missing)");
  shell("echo 1 > f");
  EXPECT_TRUE(save("k", "f").commands.empty()) << last_log();
}

}  // namespace
}  // namespace sluice::exec
