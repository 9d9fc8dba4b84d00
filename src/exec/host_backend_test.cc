#include "exec/host_backend.h"

#include <signal.h>

#include <cstdlib>
#include <thread>

#include "base/strings.h"
#include "exec/testing/host_fixture.h"

namespace sluice::exec {
namespace {

using pipeline::Outcome;
using pipeline::RunStep;
using pipeline::StepResult;

class HostBackendTest : public HostFixture {
 protected:
  ~HostBackendTest() override {
    if (backend_) finish();
  }

  bool alive(pid_t pid) const { return world_.processes.identify(pid).has_value(); }
  // The number that a script wrote into a file of the workspace.
  pid_t pid_in(const std::string& name) const {
    const auto text =
        world_.files.read(os::Path(backend_->place(spec_.address).workspace) / name, 100);
    return text.ok() ? static_cast<pid_t>(std::atoi(text.value().c_str())) : 0;
  }
};

TEST_F(HostBackendTest, runs_a_script_and_reports_its_start_and_end) {
  prepare();
  StepWatch watch = start(script("echo hello; pwd"));
  const StepResult result = watch.wait_ended();
  EXPECT_EQ(result.outcome, Outcome::Succeeded) << result.message;
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(log(), cat("hello\n", backend_->place(spec_.address).workspace, "\n"));
  EXPECT_GT(watch.wait_started().process.pid, 0);
  EXPECT_GT(watch.wait_started().process.start_ticks, 0u);
}

TEST_F(HostBackendTest, tells_exit_codes_and_signals) {
  prepare();
  const StepResult failed = run(script("exit 3", "a"));
  EXPECT_EQ(failed.outcome, Outcome::Failed);
  EXPECT_EQ(failed.exit_code, 3);
  const StepResult killed = run(script("kill -9 $$", "b"));
  EXPECT_EQ(killed.outcome, Outcome::Failed);
  EXPECT_EQ(killed.exit_code, 137);
  EXPECT_EQ(killed.message, "killed by SIGKILL");
}

TEST_F(HostBackendTest, passes_only_a_chosen_part_of_the_environment_and_collects_files) {
  prepare();
  RunStep step = script(
      "echo \"a=$A home=${SLUICE_HOME##*/} http=${UNRELATED-unset}\"\n"
      "echo key=value >> \"$GITHUB_OUTPUT\"\necho '## done' >> $GITHUB_STEP_SUMMARY\n");
  step.env = {{"A", "1 2"}};
  step.collected_files = {{"GITHUB_OUTPUT"}, {"GITHUB_ENV"}, {"GITHUB_STEP_SUMMARY"}};
  const StepResult result = run(step);
  EXPECT_EQ(result.outcome, Outcome::Succeeded) << log();
  EXPECT_EQ(log(), "a=1 2 home=home http=unset\n");
  EXPECT_EQ(result.files.at("GITHUB_OUTPUT"), "key=value\n");
  EXPECT_EQ(result.files.at("GITHUB_ENV"), "");
  EXPECT_EQ(world_.files.read(attempt_folder() / "summaries/step-0.md").value_or(""), "## done\n");
}

TEST_F(HostBackendTest, puts_prefixes_and_this_sluice_in_front_of_path) {
  settings_.executable = "/bin/true";
  prepare();
  RunStep step = script("echo $PATH; sluice && echo found");
  step.path_prefix = {"/first", "/second"};
  run(step);
  EXPECT_TRUE(log().starts_with(cat("/first:/second:", settings_.home.string(), "/bin:")));
  EXPECT_NE(log().find("\nfound\n"), std::string::npos);
}

TEST_F(HostBackendTest, fails_a_step_whose_outputs_are_too_large) {
  prepare();
  RunStep step = script("head -c 3000 /dev/zero | tr '\\0' x > $GITHUB_OUTPUT");
  step.collected_files = {{"GITHUB_OUTPUT", 2000}};
  const StepResult result = run(step);
  EXPECT_EQ(result.outcome, Outcome::Failed);
  EXPECT_EQ(result.message, "GITHUB_OUTPUT: larger than 2.0 kB, not read");
}

TEST_F(HostBackendTest, runs_the_fallback_when_the_shell_is_missing) {
  prepare();
  RunStep step = script("echo \"$0\" | grep -c script.sh");
  std::get<pipeline::ScriptAction>(step.action).command = {"no-such-shell", "{0}"};
  EXPECT_EQ(run(step).outcome, Outcome::Succeeded);
  RunStep missing = script("true", "b");
  missing.action = pipeline::ScriptAction{"true", {"no-such-shell", "{0}"}, ".sh", {}};
  missing.step = 1;
  const StepResult result = run(missing);
  EXPECT_EQ(result.outcome, Outcome::Failed);
  EXPECT_EQ(result.exit_code, 127);
  EXPECT_NE(log(1).find("'no-such-shell': No such file"), std::string::npos) << log(1);
}

TEST_F(HostBackendTest, says_that_the_working_directory_is_missing) {
  prepare();
  RunStep step = script("true");
  step.working_directory = "not/there";
  EXPECT_EQ(run(step).exit_code, 127);
  EXPECT_NE(log().find("cannot enter the working directory"), std::string::npos) << log();
}

TEST_F(HostBackendTest, masks_secrets_and_reports_commands) {
  prepare();
  RunStep step = script(
      "echo pass=hunter22\necho '::add-mask::later'\necho it is later\n"
      "printf hun; printf 'ter22\\n'\necho '::error file=a.py,line=3::bad later'\n");
  step.masks = {"hunter22"};
  const StepResult result = run(step);
  EXPECT_EQ(log(),
            "pass=***\n::add-mask::***\nit is ***\n***\n::error file=a.py,line=3::bad ***\n");
  ASSERT_EQ(result.commands.size(), 2u);
  EXPECT_EQ(result.commands[0].data, "later");
  EXPECT_EQ(result.commands[1].properties.at("line"), "3");
}

TEST_F(HostBackendTest, keeps_secrets_out_of_every_file_but_those_the_step_writes) {
  prepare();
  RunStep step =
      script("echo $TOKEN; echo '::add-mask::'other-secret; echo other-secret; sleep 0.01");
  step.env = {{"TOKEN", "s3cr3t-token"}};
  step.masks = {"s3cr3t-token"};
  run(step);
  // The script's own text aside, which holds what its author wrote.
  os::ProcessSpec grep;
  grep.argv = {"grep", "-rlE", "--exclude=*.script.sh", "s3cr3t-token|other-secret",
               settings_.home.string()};
  grep.env = {{"PATH", "/usr/bin:/bin"}};
  const auto found = world_.processes.run(grep);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found.value().output, "");
}

TEST_F(HostBackendTest, ends_a_step_at_its_timeout) {
  prepare();
  RunStep step = script("echo begin; sleep 600");
  step.timeout = std::chrono::milliseconds(100);
  const StepResult result = run(step);
  EXPECT_EQ(result.outcome, Outcome::TimedOut);
  EXPECT_EQ(result.message, "the step ran longer than its timeout of 100 ms");
}

TEST_F(HostBackendTest, ends_a_step_that_runs_on_after_the_timeout_of_the_job) {
  spec_.settings.timeout = std::chrono::milliseconds(100);
  spec_.settings.cancel_timeout = std::chrono::milliseconds(50);
  prepare();
  const StepResult result = run(script("sleep 600"));
  EXPECT_EQ(result.outcome, Outcome::TimedOut);
  EXPECT_EQ(result.message,
            "the job still ran 150 ms after its begin, which is its timeout and the time to end "
            "after a cancel");
}

TEST_F(HostBackendTest, stops_a_step_with_an_interrupt_first) {
  prepare();
  RunStep step = script("trap 'echo tidy; exit 4' INT\necho ready\nsleep 600 & wait");
  StepWatch watch = start(step);
  watch.wait_output();
  backend_->stop(spec_.address, step.id);
  const StepResult result = watch.wait_ended();
  EXPECT_EQ(result.outcome, Outcome::Cancelled);
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_EQ(log(), "ready\ntidy\n");
}

TEST_F(HostBackendTest, asks_to_terminate_before_it_kills) {
  prepare();
  RunStep step = script(
      "trap 'echo interrupted' INT\ntrap 'echo terminated; exit 5' TERM\necho ready\n"
      "while :; do sleep 0.05 || true; done");
  StepWatch watch = start(step);
  watch.wait_output();
  backend_->stop(spec_.address, step.id);
  const StepResult result = watch.wait_ended();
  EXPECT_EQ(result.outcome, Outcome::Cancelled);
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_TRUE(log().starts_with("ready\ninterrupted\n")) << log();
  EXPECT_TRUE(log().ends_with("terminated\n")) << log();
}

TEST_F(HostBackendTest, stopping_ends_what_a_step_left_when_it_went_at_the_interrupt) {
  prepare();
  RunStep step = script(
      "(trap '' INT TERM; echo $BASHPID > pid; while :; do sleep 0.05 || true; done) &\n"
      "until test -s pid; do sleep 0.01; done\ntrap 'exit 3' INT\necho ready\nsleep 600 & wait $!");
  StepWatch watch = start(step);
  watch.wait_output();
  backend_->stop(spec_.address, step.id);
  EXPECT_EQ(watch.wait_ended().exit_code, 3);
  EXPECT_FALSE(alive(pid_in("pid")));
}

TEST_F(HostBackendTest, kills_a_step_that_ignores_every_polite_signal) {
  prepare();
  RunStep step = script("trap '' INT TERM\necho ready\nwhile :; do sleep 0.05; done");
  StepWatch watch = start(step);
  watch.wait_output();
  backend_->stop(spec_.address, step.id);
  const StepResult result = watch.wait_ended();
  EXPECT_EQ(result.outcome, Outcome::Cancelled);
  EXPECT_EQ(result.exit_code, 137);
}

TEST_F(HostBackendTest, a_child_that_ignores_every_polite_signal_goes_with_the_step_that_exits) {
  prepare();
  const RunStep step = script(
      "trap 'exit 0' INT\n"
      "(trap '' INT TERM HUP; echo $BASHPID > pid; while :; do sleep 0.05; done) &\n"
      "until test -s pid; do sleep 0.01; done; echo ready; wait");
  StepWatch watch = start(step);
  watch.wait_output();
  backend_->stop(spec_.address, step.id);
  const StepResult result = watch.wait_ended();
  EXPECT_EQ(result.outcome, Outcome::Cancelled);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_FALSE(alive(pid_in("pid")));
}

TEST_F(HostBackendTest,
       a_child_whose_first_thread_has_ended_goes_with_the_step_while_another_lives) {
  prepare();
  const RunStep step = script(R"(
(trap '' INT TERM; exec python3 -c '
import ctypes, os, threading, time
def outlive():
    while ") Z " not in open("/proc/self/stat").read(): pass
    open("pid.part", "w").write(str(os.getpid()))
    os.rename("pid.part", "pid")
    time.sleep(60)
threading.Thread(target=outlive).start()
ctypes.CDLL(None).pthread_exit(None)
') &
until test -s pid; do sleep 0.01; done; trap 'exit 3' INT; echo ready; sleep 600 & wait $!)");
  StepWatch watch = start(step);
  watch.wait_output();
  const pid_t child = pid_in("pid");
  EXPECT_TRUE(alive(child));
  backend_->stop(spec_.address, step.id);
  EXPECT_EQ(watch.wait_ended().exit_code, 3);
  EXPECT_FALSE(alive(child));
}

TEST_F(HostBackendTest, a_step_may_leave_a_child_that_goes_on_writing_and_ends_all_the_same) {
  prepare();
  const StepResult result =
      run(script("(trap '' INT TERM; echo $BASHPID > pid; while echo tick; do sleep 0.01; done) &\n"
                 "until test -s pid; do sleep 0.01; done; echo left"));
  EXPECT_EQ(result.outcome, Outcome::Succeeded);
  RunStep next = script("echo next", "next");
  next.step = 1;
  EXPECT_EQ(run(next).outcome, Outcome::Succeeded);
  EXPECT_EQ(log(1), "next\n");
  const pid_t child = pid_in("pid");
  EXPECT_TRUE(alive(child));
  finish();
  EXPECT_FALSE(alive(child));
}

TEST_F(HostBackendTest, stopping_reaches_a_daemon_that_left_session_and_parent) {
  prepare();
  RunStep step = script("setsid bash -c 'echo $$ > pid; exec sleep 600' & echo started; sleep 600");
  RunStep other = script(
      "setsid bash -c 'echo $$ > other; exec sleep 600' >/dev/null 2>&1 & "
      "until test -s other; do sleep 0.01; done",
      "other");
  other.step = 1;
  EXPECT_EQ(run(other).outcome, Outcome::Succeeded);
  StepWatch watch = start(step);
  watch.wait_output();
  while (pid_in("pid") == 0) std::this_thread::yield();
  backend_->stop(spec_.address, step.id);
  EXPECT_EQ(watch.wait_ended().outcome, Outcome::Cancelled);
  EXPECT_FALSE(alive(pid_in("pid")));
  EXPECT_TRUE(alive(pid_in("other"))) << "a daemon of another step goes on until the job's end";
}

TEST_F(HostBackendTest, does_not_wait_for_background_processes_and_kills_them_at_the_end) {
  prepare();
  const StepResult result =
      run(script("(setsid sh -c 'echo $$ > pid; trap \"\" TERM INT HUP; sleep 600; :' &)\n"
                 "until test -s pid; do sleep 0.01; done; echo done"));
  EXPECT_EQ(result.outcome, Outcome::Succeeded);
  const pid_t daemon = pid_in("pid");
  EXPECT_TRUE(alive(daemon));
  finish();
  EXPECT_FALSE(alive(daemon));
}

TEST_F(HostBackendTest, a_step_gets_the_files_of_the_one_before_when_that_left_nothing_behind) {
  prepare();
  RunStep first = script("echo one > told", "first");
  RunStep second = script("echo two > told; test ! -s $GITHUB_OUTPUT", "second");
  for (RunStep* step : {&first, &second}) step->collected_files = {{"GITHUB_OUTPUT", 1000}};
  const os::Path files = attempt_folder() / "temp/_sluice";
  EXPECT_EQ(run(first).outcome, Outcome::Succeeded);
  EXPECT_TRUE(world_.files.stat(files / "first.script.sh").ok());
  EXPECT_EQ(run(second).outcome, Outcome::Succeeded);
  EXPECT_EQ(world_.files.read(files / "second.script.sh").value(),
            std::get<pipeline::ScriptAction>(second.action).text);
  EXPECT_EQ(world_.files.list(files)->size(), 2u);
}

TEST_F(HostBackendTest, what_a_step_left_running_writes_reaches_no_later_step) {
  prepare();
  RunStep first = script(
      "(exec >> $GITHUB_OUTPUT; until test -e go; do sleep 0.01; done; echo late=1; touch wrote) &",
      "first");
  RunStep second = script("touch go; until test -e wrote; do sleep 0.01; done", "second");
  for (RunStep* step : {&first, &second}) step->collected_files = {{"GITHUB_OUTPUT", 1000}};
  EXPECT_EQ(run(first).outcome, Outcome::Succeeded);
  const StepResult result = run(second);
  EXPECT_EQ(result.outcome, Outcome::Succeeded);
  EXPECT_EQ(result.files.at("GITHUB_OUTPUT"), "");
}

TEST_F(HostBackendTest, a_script_that_a_step_made_into_a_link_is_not_written_through) {
  prepare();
  const std::string link = "echo mine > precious; ln -f precious $0";
  EXPECT_EQ(run(script(link, "first")).outcome, Outcome::Succeeded);
  EXPECT_EQ(run(script("ln -sf $PWD/precious $0", "second")).outcome, Outcome::Succeeded);
  EXPECT_EQ(run(script("test $(cat precious) = mine", "third")).exit_code, 0);
}

TEST_F(HostBackendTest, a_new_backend_attaches_to_the_running_step) {
  prepare();
  const RunStep step = script(
      "echo $$ > pid\nuntil test -e go; do sleep 0.01; done\n"
      "echo '::error::kept'\necho x=1 >> $OUT\nexit 7");
  RunStep with_file = step;
  with_file.collected_files = {{"OUT"}};
  const StepStart before = start(with_file).wait_started();
  open();
  prepare();
  StepWatch watch = start(with_file);
  EXPECT_EQ(watch.wait_started().process, before.process);
  EXPECT_EQ(watch.wait_started().started, before.started);
  ASSERT_TRUE(
      world_.files.write(os::Path(backend_->place(spec_.address).workspace) / "go", "").ok());
  const StepResult result = watch.wait_ended();
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_EQ(result.files.at("OUT"), "x=1\n");
  ASSERT_EQ(result.commands.size(), 1u);
  EXPECT_EQ(result.commands[0].data, "kept");
}

TEST_F(HostBackendTest, a_step_that_ended_meanwhile_gives_its_result_and_does_not_run_again) {
  prepare();
  const RunStep step = script("echo ran >> count; echo '::set-output name=a::b'; exit 2");
  EXPECT_EQ(run(step).exit_code, 2);
  open();
  prepare();
  const StepResult again = run(step);
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_EQ(again.commands.size(), 1u);
  const os::Path count = os::Path(backend_->place(spec_.address).workspace) / "count";
  EXPECT_EQ(world_.files.read(count).value_or(""), "ran\n");
}

class LostSupervisorTest : public HostBackendTest {
 protected:
  // Kills the supervisor that carries the process.
  void kill_supervisor_of(pid_t pid) {
    const std::string stat = world_.files.read(cat("/proc/", pid, "/stat"), 4096).value_or("");
    const auto fields = split(std::string_view(stat).substr(stat.rfind(')') + 2), ' ');
    const pid_t parent = std::atoi(std::string(fields[1]).c_str());
    ASSERT_GT(parent, 1);
    ::kill(parent, SIGKILL);
  }
};

TEST_F(LostSupervisorTest, a_running_step_is_lost_and_dies_with_its_supervisor) {
  prepare();
  const RunStep step = script("echo ran >> count; sleep 600");
  StepWatch watch = start(step);
  const pid_t pid = watch.wait_started().process.pid;
  kill_supervisor_of(pid);
  const StepResult result = watch.wait_ended();
  EXPECT_EQ(result.outcome, Outcome::Errored);
  EXPECT_TRUE(result.message.starts_with("lost:")) << result.message;
  EXPECT_EQ(run(step).outcome, Outcome::Errored) << "it is never started again";
  RunStep next = script("echo goes on", "next");
  next.step = 1;
  EXPECT_EQ(run(next).outcome, Outcome::Succeeded) << "later steps get a new supervisor";
}

TEST_F(LostSupervisorTest, an_ended_step_is_read_from_its_record) {
  prepare();
  const RunStep first = script("exit 5", "first");
  EXPECT_EQ(run(first).exit_code, 5);
  const RunStep talking = script("echo '::set-output name=a::b'", "talking");
  EXPECT_EQ(run(talking).outcome, Outcome::Succeeded);
  kill_supervisor_of(start(script("sleep 600", "last")).wait_started().process.pid);
  open();
  prepare();
  EXPECT_EQ(run(first).exit_code, 5);
  const StepResult lost = run(talking);
  EXPECT_EQ(lost.outcome, Outcome::Errored);
  EXPECT_NE(lost.message.find("1 command of its log"), std::string::npos) << lost.message;
}

TEST_F(LostSupervisorTest, what_it_left_running_is_killed_at_the_end_of_the_job) {
  prepare();
  run(
      script("setsid sh -c 'echo $$ > pid; exec sleep 600' >/dev/null 2>&1 &\n"
             "until test -s pid; do sleep 0.01; done"));
  const pid_t daemon = pid_in("pid");
  kill_supervisor_of(start(script("sleep 600", "b")).wait_started().process.pid);
  finish();
  EXPECT_FALSE(alive(daemon));
}

}  // namespace
}  // namespace sluice::exec
