// What the commands about models share: the home's registry, references, who is asking.
#pragma once

#include <memory>
#include <string>

#include "app/required_gate.h"
#include "cli/command.h"
#include "ml/evaluate/judge.h"
#include "ml/registry/model_reference.h"
#include "ml/registry/registry.h"

namespace sluice::cli {

Result<os::Path> home_of(const Context& context);
Result<std::unique_ptr<ml::LocalRegistry>> open_registry(const Context& context);

// The registry is opened only where the reference is not plainly a path.
Result<ml::ModelToJudge> model_to_judge(const Context& context, const std::string& reference);

// Where this command works, for what sluice.yml says.
Result<app::WorkPlace> work_place_of(const Context& context);
// The gate that an approval of this model would demand: of sluice.yml, else what the home keeps.
Result<std::optional<ml::RequiredGate>> demanded_gate(const Context& context,
                                                      const std::string& model);

// The one of SLUICE_ACTOR, GITHUB_ACTOR and USER that is set first; "unknown" without any.
std::string actor_of(const Context& context);
// `given` where it is not empty, else the environment variable, else "".
std::string or_environment(const Context& context, const std::string& given,
                           std::string_view variable);

}  // namespace sluice::cli
