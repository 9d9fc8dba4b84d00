#include "exec/actions/run_action.h"

#include "base/strings.h"

namespace sluice::exec {

std::vector<std::string> builtin_action_names() {
  return {};
}

pipeline::StepResult run_action(const ActionRequest& request,
                                const std::function<void(const StepStart&)>&) {
  const auto& action = std::get<pipeline::BuiltinAction>(request.step.action);
  const std::vector<std::string> names = builtin_action_names();
  pipeline::StepResult result;
  result.outcome = pipeline::Outcome::Errored;
  result.message =
      cat("there is no built-in action '", action.name, "'", did_you_mean(action.name, names));
  return result;
}

}  // namespace sluice::exec
