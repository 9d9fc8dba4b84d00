// The checks of a gate, one function (and file) per kind. Pure. Whatever is missing (a column, a
// champion, a metric that is not defined) fails the check and says so; nothing is skipped.
#pragma once

#include <string>
#include <vector>

#include "ml/evaluate/check_result.h"
#include "ml/evaluate/gate_facts.h"
#include "ml/evaluate/gate_file.h"
#include "ml/evaluate/labelled_rows.h"
#include "ml/evaluate/predictor.h"

namespace sluice::ml {

struct ChampionPredictions {
  std::string label;  // "demand/3"
  Digest digest;
  JudgedRows rows;  // the same, in the same order
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

// Borrowed for the call. The rows are those of the table.
struct GateInputs {
  const Table& table;
  const JudgedRows& rows;
  const Predictor& model;
  const Champion& champion;
  const GateFacts& facts;
  std::string predicts;  // "demand"
};

CheckResult check_value(const ValueCheck& rule, const GateInputs& inputs);
CheckResult check_change(const ChangeCheck& rule, WithoutChampion without,
                         const GateInputs& inputs);
CheckResult check_worst_slice(const WorstSliceCheck& rule, WithoutChampion without,
                              const GateInputs& inputs);
CheckResult check_behaviour(const BehaviourCheck& rule, const GateInputs& inputs);
CheckResult check_row_order(const RowOrderCheck& rule, const GateInputs& inputs);
CheckResult check_calibration(const CalibrationCheck& rule, const GateInputs& inputs);
CheckResult check_fairness(const FairnessCheck& rule, const GateInputs& inputs);
CheckResult check_latency(const LatencyCheck& rule, const GateInputs& inputs);
CheckResult check_size(const SizeCheck& rule, const GateInputs& inputs);
CheckResult check_tests(const TestsCheck& rule, const GateInputs& inputs);
CheckResult check_coverage(const CoverageCheck& rule, const GateInputs& inputs);
CheckResult check_scan(const ScanCheck& rule, const GateInputs& inputs);
CheckResult check_leakage(const LeakageCheck& rule, const GateInputs& inputs);

// Fills in what a comparison finds without a champion to compare with.
void judge_without_champion(CheckResult& result, const Champion& champion, WithoutChampion without);

}  // namespace sluice::ml
