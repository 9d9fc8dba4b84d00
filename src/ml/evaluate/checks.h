// The checks of a gate, one function (and file) per kind. Pure. Whatever is missing (a column, a
// champion, a metric that is not defined) fails the check and says so; nothing is skipped.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ml/evaluate/check_result.h"
#include "ml/evaluate/gate_file.h"
#include "ml/evaluate/labelled_rows.h"
#include "ml/evaluate/predictor.h"

namespace sluice::ml {

struct ChampionPredictions {
  std::string label;  // "demand/3"
  Digest digest;
  std::vector<double> predictions;  // for the same rows
};

// Why there is nothing to compare with: nobody was ever made champion (a first model), or there is
// one that cannot be used (its files are damaged, it needs a column that is gone).
struct NoChampion {
  std::string reason;
};
struct UnusableChampion {
  std::string reason;
};
using Champion = std::variant<NoChampion, UnusableChampion, ChampionPredictions>;

// Borrowed for the call. The spans are as long as the table.
struct GateInputs {
  const Table& table;
  std::span<const double> truth;
  const Predictor& model;
  std::span<const double> predictions;
  const Champion& champion;
  std::string predicts;  // "demand"
};

CheckResult check_value(const ValueCheck& rule, const GateInputs& inputs);
CheckResult check_change(const ChangeCheck& rule, WithoutChampion without,
                         const GateInputs& inputs);
CheckResult check_worst_slice(const WorstSliceCheck& rule, WithoutChampion without,
                              const GateInputs& inputs);
CheckResult check_behaviour(const BehaviourCheck& rule, const GateInputs& inputs);

// Fills in what a comparison finds without a champion to compare with.
void judge_without_champion(CheckResult& result, const Champion& champion, WithoutChampion without);

}  // namespace sluice::ml
