// Evaluating and gating files: reads data and models, scores, and hands pure values to evaluation.h
// and gate.h. Models are always scored here; predictions out of a file are evaluated on request but
// never pass a gate. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ml/evaluate/evaluation.h"
#include "ml/evaluate/gate_file.h"
#include "ml/evaluate/verdict.h"
#include "os/ports/files.h"

namespace sluice::ml {

// A model folder, what people call it, and the digest that it must still have when it is loaded.
struct ModelToJudge {
  std::string label;
  os::Path folder;
  Digest digest;
};

struct PredictionColumn {
  std::string name;
};

struct EvaluationRequest {
  os::Path data;
  std::string target;
  std::variant<ModelToJudge, PredictionColumn> source;
  std::vector<std::string> slices;
  std::size_t min_rows = 30;  // slices with fewer are left out
};

// InvalidInput, with file and rows, for data that cannot be judged: no rows, a target or prediction
// that is missing or no number, a column that is not there (NotFound, with the nearest name).
Result<Evaluation> evaluate_file(const os::FileReader& files, const EvaluationRequest& request);

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
  ModelToJudge model;
  ChampionModel champion;
  os::Path data;
  std::string target;
  std::string run_id;
  std::string commit;
  Timestamp now{};
};

// A closed gate is a Verdict like an open one; errors are data or a model that cannot be read. A
// champion that cannot be read or scored fails the checks that need it.
Result<Verdict> judge_file(const os::FileReader& files, const GateRequest& request);

}  // namespace sluice::ml
