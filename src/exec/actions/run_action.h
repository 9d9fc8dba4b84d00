// Built-in actions: what `uses:` names and sluice does itself, in-process, on a worker thread.
//
// An action that ran to its end left an end record with its result, which is returned when it is
// asked for again; one that was cut off runs again from the start (each is idempotent).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "exec/leg_folder.h"
#include "exec/ports/step_backend.h"
#include "os/world.h"
#include "store/ports/blob_store.h"

namespace sluice::exec {

struct ActionRequest {
  os::World world;
  store::BlobStore& blobs;
  LegFolder folder;
  os::Path home;
  os::Path run_folder;
  LegAddress address;
  SourceTree source;
  pipeline::RunStep step;     // its action is a BuiltinAction
  std::uint64_t cache_limit;  // bytes of all caches of the home
  CancellationToken cancel;
};

// "actions/checkout" …, sorted.
std::vector<std::string> builtin_action_names();

pipeline::StepResult run_action(const ActionRequest& request,
                                const std::function<void(const StepStart&)>& on_started);

}  // namespace sluice::exec
