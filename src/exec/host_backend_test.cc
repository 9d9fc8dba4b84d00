#include "exec/host_backend.h"

#include <signal.h>

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

}  // namespace
}  // namespace sluice::exec
