#include "exec/testing/actions_fixture.h"

namespace sluice::exec {

using pipeline::RunStep;

ActionsFixture::ActionsFixture() {
  sh("mkdir repo && cd repo && git init -q -b main . && git config user.email a@b.c && "
     "git config user.name a && echo one > a.txt && mkdir d && echo keep > d/b.txt && "
     "printf '#!/bin/sh\\n' > run.sh && chmod +x run.sh && ln -s a.txt link && "
     "printf 'ignored\\n' > .gitignore && git add -A && git commit -qm first");
  spec_.source.repository = directory_ / "repo";
  spec_.source.ref = "refs/heads/main";
  spec_.source.commit = head();
}

ActionsFixture::~ActionsFixture() {
  if (backend_) finish();
}

std::string ActionsFixture::sh(const std::string& command) const {
  os::ProcessSpec spec;
  spec.argv = {"bash", "-ec", command};
  spec.env = {{"PATH", "/usr/local/bin:/usr/bin:/bin"}, {"HOME", directory_.path().string()}};
  spec.working_directory = directory_.path();
  const auto run = world_.processes.run(spec);
  EXPECT_TRUE(run.ok() && run.value().status.ok())
      << command << (run.ok() ? run.value().error_output : run.error().describe());
  return run.ok() ? std::string(trim(run.value().output)) : "";
}

RunStep ActionsFixture::uses(const std::string& name, const ActionInputs& inputs,
                             const std::string& version) {
  RunStep step;
  step.step = next_++;
  step.id = cat("step-", step.step);
  step.action = pipeline::BuiltinAction{name, version, inputs};
  return step;
}

void ActionsFixture::shell(const std::string& text) {
  RunStep step = script(text, cat("step-", next_));
  step.step = next_++;
  const pipeline::StepResult result = run(step);
  EXPECT_EQ(result.outcome, pipeline::Outcome::Succeeded) << text << log(step.step);
}

void ActionsFixture::next_run() {
  finish();
  spec_.address.run = cat("01run", ++runs_);
  prepare();
}

}  // namespace sluice::exec
