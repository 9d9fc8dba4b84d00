// A gate: what a model must prove before it may go on. `gates/NAME.yml`, read strictly; the format
// is in docs/formats/gate.md. Values; errors name file, line and column.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "ml/evaluate/gate_rules.h"

namespace sluice::ml {

enum class WithoutChampion { Fail, Pass };  // `allow_first: true` is Pass

struct GateCheck {
  std::string name;
  std::string why;  // added to the sentence when the check fails
  WithoutChampion without_champion = WithoutChampion::Fail;
  GateRule rule;
};

struct GateFile {
  Digest digest;       // of the text
  std::string model;   // registered name whose champion is compared with; may be empty
  std::string target;  // may be empty: then the caller says it
  Task task = Task::Regression;
  std::string predicts;  // what a prediction is called in sentences: "demand"; else the target
  std::vector<GateCheck> checks;
};

Result<GateFile> parse_gate_file(std::string_view text, std::string_view file_name);

}  // namespace sluice::ml
