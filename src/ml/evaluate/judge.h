// Gating files: reads data, models and reports, scores, and hands pure values to gate.h. Models are
// always asked here, by our own scorer or by a command that finds their folder in $SLUICE_MODEL;
// predictions out of a file never pass a gate. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "ml/evaluate/evaluate_file.h"
#include "ml/evaluate/gate_file.h"
#include "ml/evaluate/verdict.h"
#include "os/world.h"

namespace sluice::ml {

// Why a gate has no champion to compare with, or which model it is.
struct NoChampionModel {
  std::string reason;
};
struct UnusableChampionModel {
  std::string reason;
};
using ChampionModel = std::variant<NoChampionModel, UnusableChampionModel, ModelToJudge>;

struct GateRequest {
  GateFile gate;
  std::string gate_name;  // as the verdict calls it: the path of the file
  os::Path waivers;       // may not be there; empty: none
  ModelToJudge model;
  ChampionModel champion;
  std::optional<PredictCommand> command;  // asks both models; unset: our own scorer
  os::Path data;
  std::string target;
  std::string run_id;
  std::string commit;
};

// A closed gate is a Verdict like an open one; errors are data or a model that cannot be read. A
// champion that cannot be read or scored, or a report that is not there, fails the checks that need
// it.
Result<Verdict> judge_file(os::World world, const GateRequest& request,
                           const CancellationToken& cancel);

}  // namespace sluice::ml
