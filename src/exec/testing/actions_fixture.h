// A repository, a leg over it, and actions run in it with real processes: for tests of actions.
#pragma once

#include <map>
#include <string>

#include "base/strings.h"
#include "exec/actions/run_action.h"
#include "exec/testing/host_fixture.h"

namespace sluice::exec {

using ActionInputs = std::map<std::string, std::string>;

class ActionsFixture : public HostFixture {
 protected:
  ActionsFixture();
  ~ActionsFixture() override;

  // Output of a command in the fixture's folder.
  std::string sh(const std::string& command) const;
  std::string head() const { return sh("cd repo && git rev-parse HEAD"); }
  os::Path workspace() const { return backend_->place(spec_.address).workspace; }
  // Of a file in the workspace; "(missing)" where there is none.
  std::string content(const std::string& name) const {
    return world_.files.read(workspace() / name).value_or("(missing)");
  }

  pipeline::RunStep uses(const std::string& name, const ActionInputs& inputs = {},
                         const std::string& version = "v4");
  pipeline::StepResult use(const std::string& name, const ActionInputs& inputs = {}) {
    return run(uses(name, inputs));
  }
  // Runs a script that must succeed, in a step of its own.
  void shell(const std::string& text);
  // The leg ends; another run begins.
  void next_run();

  int next_ = 0;
  int runs_ = 1;
};

}  // namespace sluice::exec
