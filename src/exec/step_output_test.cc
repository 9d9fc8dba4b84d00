// What comes out of a step: amounts, encodings and pieces that go wrong easily.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>

#include "base/strings.h"
#include "exec/testing/host_fixture.h"
#include "os/testing/faulty_files.h"

namespace sluice::exec {
namespace {

using namespace std::string_literals;  // NOLINT: texts that hold NUL
using pipeline::Outcome;
using pipeline::RunStep;
using pipeline::StepResult;

class StepOutputTest : public HostFixture {
 protected:
  ~StepOutputTest() override {
    if (backend_) finish();
  }

  std::uintmax_t log_size() const {
    return std::filesystem::file_size(backend_->log_path(spec_.address, 0));
  }
  // Peak resident memory of the supervisor that carries the process, in KiB.
  static long peak_memory_of_parent(pid_t pid) {
    const auto field = [](pid_t of, const std::string& name) {
      std::ifstream status(cat("/proc/", of, "/status"));
      for (std::string line; std::getline(status, line);)
        if (line.starts_with(name)) return std::atol(line.c_str() + name.size());
      return 0L;
    };
    return field(static_cast<pid_t>(field(pid, "PPid:")), "VmHWM:");
  }
};

TEST_F(StepOutputTest, much_output_passes_in_flat_memory) {
  prepare();
  RunStep step = script(
      "head -c 40000000 /dev/zero | tr '\\0' x; echo; "
      "yes '2026 epoch 3 loss 0.125' | head -c 10000000; echo done; read -t 20 < fifo");
  std::get<pipeline::ScriptAction>(step.action).text.insert(0, "mkfifo fifo\n");
  step.masks = {"hunter22"};
  StepWatch watch = start(step);
  const pid_t pid = watch.wait_started().process.pid;
  while (log_size() < 50'000'000) watch.wait_output();
  EXPECT_LT(peak_memory_of_parent(pid), 12 * 1024);
  std::ofstream(os::Path(backend_->place(spec_.address).workspace) / "fifo") << "go\n";
  EXPECT_EQ(watch.wait_ended().outcome, Outcome::Succeeded);
  EXPECT_TRUE(log().ends_with("done\n"));
}

TEST_F(StepOutputTest, a_secret_in_a_line_of_ten_megabytes_is_found) {
  prepare();
  RunStep step = script(
      "head -c 10000000 /dev/zero | tr '\\0' x; printf '%s' hunter; sleep 0.02; "
      "echo 22; echo end");
  step.masks = {"hunter22"};
  EXPECT_EQ(run(step).outcome, Outcome::Succeeded);
  const std::string text = log();
  EXPECT_EQ(text.size(), 10'000'000 + std::string_view("***\nend\n").size());
  EXPECT_TRUE(text.ends_with("x***\nend\n"));
}

TEST_F(StepOutputTest, bytes_that_are_no_text_pass_unchanged) {
  prepare();
  run(
      script("printf 'caf\\303'; sleep 0.02; printf '\\251 \\377\\376 \\000 end\\r\\n'; "
             "printf 'no newline'"));
  EXPECT_EQ(log(), "caf\xc3\xa9 \xff\xfe \0 end\r\nno newline\n"s);
}

TEST_F(StepOutputTest, debug_lines_are_kept_only_where_they_are_asked_for) {
  prepare();
  RunStep step = script(
      "echo '::debug::inner'; echo plain; echo '::stop-commands::t0ken'; "
      "echo '::debug::text'");
  run(step);
  EXPECT_EQ(log(), "plain\n::stop-commands::***\n::debug::text\n");
  step.id = "step-1";
  step.step = 1;
  step.env["RUNNER_DEBUG"] = "1";
  run(step);
  EXPECT_EQ(log(1), "::debug::inner\nplain\n::stop-commands::***\n::debug::text\n");
}

TEST_F(StepOutputTest, summaries_are_kept_masked_and_said_to_be_too_large) {
  prepare();
  RunStep step = script(
      "echo '::add-mask::made'; echo \"# hi hunter22 made\" >> "
      "$GITHUB_STEP_SUMMARY");
  step.masks = {"hunter22"};
  step.collected_files = {{"GITHUB_STEP_SUMMARY", 1u << 20}};
  run(step);
  const auto summary = [this](const char* id) {
    return world_.files.read(attempt_folder() / "summaries" / cat(id, ".md")).value_or("");
  };
  EXPECT_EQ(summary("step-0"), "# hi *** ***\n");
  RunStep large = script("head -c 1100000 /dev/zero >> $GITHUB_STEP_SUMMARY", "step-1");
  large.step = 1;
  large.collected_files = step.collected_files;
  EXPECT_EQ(run(large).outcome, Outcome::Succeeded);
  EXPECT_NE(summary("step-1").find("Left out"), std::string::npos);
  EXPECT_NE(log(1).find("::error::GITHUB_STEP_SUMMARY: larger than 1"), std::string::npos)
      << log(1);
  RunStep none = script("echo '::add-mask::other'", "step-2");
  none.collected_files = step.collected_files;
  run(none);
  EXPECT_EQ(summary("step-2"), "");
}

TEST_F(StepOutputTest, both_streams_come_in_the_order_of_writing) {
  prepare();
  run(script("for i in 1 2 3; do echo out$i; echo err$i >&2; done"));
  EXPECT_EQ(log(), "out1\nerr1\nout2\nerr2\nout3\nerr3\n");
}

TEST_F(StepOutputTest, parallel_steps_hide_each_others_masks_and_end_on_their_own) {
  prepare();
  RunStep first =
      script("until test -e masked; do sleep 0.01; done; echo it is swordfish", "first");
  RunStep second =
      script("echo '::add-mask::swordfish'; sleep 0.05; touch masked; exit 3", "second");
  second.step = 1;
  StepWatch a = start(first);
  StepWatch b = start(second);
  EXPECT_EQ(b.wait_ended().exit_code, 3);
  EXPECT_EQ(a.wait_ended().outcome, Outcome::Succeeded);
  EXPECT_EQ(log(0), "it is ***\n");
}

TEST_F(StepOutputTest, a_step_whose_start_cannot_be_recorded_does_not_run) {
  prepare();
  ASSERT_TRUE(world_.files.remove_all(attempt_folder() / "steps").ok());
  const StepResult result = run(script("touch ran"));
  EXPECT_EQ(result.outcome, Outcome::Errored);
  EXPECT_NE(result.message.find("step-0.record"), std::string::npos) << result.message;
  EXPECT_FALSE(world_.files.stat(os::Path(backend_->place(spec_.address).workspace) / "ran").ok());
}

TEST_F(StepOutputTest, an_environment_too_large_is_explained) {
  prepare();
  RunStep step = script("true");
  step.env["HUGE"] = std::string(200'000, 'x');
  const StepResult result = run(step);
  EXPECT_EQ(result.exit_code, 126);
  EXPECT_NE(log().find("arguments and environment together are too large"), std::string::npos);
}

TEST_F(StepOutputTest, a_secret_of_one_character_is_masked_wherever_it_stands) {
  prepare();
  RunStep step = script("echo 7; echo 177 of 70; printf %s 7 | base64; echo end");
  step.masks = {"7"};
  EXPECT_EQ(run(step).outcome, Outcome::Succeeded);
  EXPECT_EQ(log(), "***\n1*** of ***0\n***\nend\n");
}

TEST_F(StepOutputTest, a_secret_that_comes_in_two_writes_is_masked_in_every_encoding) {
  prepare();
  RunStep step = script(
      "halves() { printf '%s' \"${1:0:5}\"; sleep 0.02; printf '%s\\n' \"${1:5}\"; }\n"
      "halves \"$TOKEN\"; halves \"$(printf %s \"$TOKEN\" | base64)\"\n"
      "halves 'pa%20ss%22word'; echo end");
  step.env = {{"TOKEN", "pa ss\"word"}};
  step.masks = {"pa ss\"word"};
  EXPECT_EQ(run(step).outcome, Outcome::Succeeded);
  EXPECT_EQ(log(), "***\n***\n***\nend\n");
}

TEST_F(StepOutputTest, the_temporary_folder_is_the_jobs_own_and_short_enough_for_sockets) {
  settings_.home = directory_ / std::string(90, 'h');
  prepare();
  const RunStep step = script(
      "test ${#TMPDIR} -lt 60; test \"$(realpath $TMPDIR)\" = \"$EXPECTED\"\n"
      "echo x > $TMPDIR/left; echo $TMPDIR");
  RunStep with_place = step;
  with_place.env["EXPECTED"] = backend_->place(spec_.address).temp;
  EXPECT_EQ(run(with_place).outcome, Outcome::Succeeded) << log();
  const os::Path link = os::Path(std::string(trim(log())));
  EXPECT_TRUE(world_.files.stat(link).ok());
  finish();
  EXPECT_FALSE(world_.files.stat(link).ok());
  EXPECT_FALSE(world_.files.stat(with_place.env["EXPECTED"]).ok());
  prepare();
}

TEST_F(StepOutputTest, a_temporary_folder_that_the_step_names_itself_counts) {
  prepare();
  RunStep step = script("echo $TMPDIR");
  step.env["TMPDIR"] = "/var/tmp";
  run(step);
  EXPECT_EQ(log(), "/var/tmp\n");
}

class DiskFullTest : public ::testing::Test {};

// Every write of ours fails once, at each place in turn: the step errs or succeeds, it never hangs
// and never runs twice.
TEST_F(DiskFullTest, a_full_disk_at_any_write_gives_an_error_or_a_result) {
  int errors = 0;
  for (int n = 1; n < 40; ++n) {
    os::TemporaryDirectory directory;
    os::RealWorld real;
    os::FaultyFiles files(real.world().files);
    os::World world{real.world().clock,      real.world().timers,    files,
                    real.world().locks,      real.world().processes, real.world().random,
                    real.world().environment};
    store::FolderBlobStore blobs(files, directory / "blobs");
    HostSettings settings;
    settings.home = directory / "home";
    auto backend = HostBackend::open(world, blobs, settings);
    ASSERT_TRUE(backend.ok());
    files.faults().fail_call(n, ErrorCode::ResourceExhausted);
    LegSpec spec;
    spec.address = {"01run", "build", 0, 1};
    std::promise<Result<void>> prepared;
    backend.value()->prepare(spec, [&](Result<void> r) { prepared.set_value(std::move(r)); });
    const Result<void> ready = prepared.get_future().get();
    if (!ready.ok()) {
      EXPECT_EQ(ready.error().code(), ErrorCode::ResourceExhausted);
      ++errors;
      continue;
    }
    RunStep step;
    step.id = "step-0";
    step.action = pipeline::ScriptAction{"echo ran >> count", {"sh", "-e", "{0}"}, ".sh", {}};
    step.collected_files = {{"GITHUB_OUTPUT"}};
    StepWatch watch;
    backend.value()->start(spec.address, step, watch.callbacks());
    const StepResult result = watch.wait_ended();
    if (result.outcome == Outcome::Errored)
      ++errors;
    else
      EXPECT_EQ(result.outcome, Outcome::Succeeded) << result.message;
    std::promise<void> finished;
    backend.value()->finish(spec.address, [&](Result<void>) { finished.set_value(); });
    finished.get_future().get();
  }
  EXPECT_GT(errors, 5);
}

}  // namespace
}  // namespace sluice::exec
