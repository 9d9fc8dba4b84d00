// What a Python script does with models and metrics, as far as its text shows: numbers that should
// have been computed, the newest model instead of an approved one, a pass without a baseline. Works
// on lines; it does not parse Python. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::pipeline::github {

struct ScriptFinding {
  int line = 0;      // of the script
  std::string what;  // a part of a sentence: "'accuracy' is the constant 0.95"
};

// Metrics that are constants, or are computed from predictions that were made from the truth.
std::vector<ScriptFinding> find_literal_metrics(std::string_view script);
// Members `"accuracy": 0.95` alone: for texts that are not Python.
std::vector<ScriptFinding> find_literal_members(std::string_view text);
// A registry asked for its newest model without asking for an approved one.
std::optional<ScriptFinding> find_newest_model(std::string_view script);
// A missing baseline that counts as passed.
std::optional<ScriptFinding> find_vacuous_pass(std::string_view script);

// "accuracy", "val_f1", "RMSE" …
bool is_metric_name(std::string_view name);
// "0.95": a number with a fraction that is neither 0 nor 1.
bool is_result_number(std::string_view text);

}  // namespace sluice::pipeline::github
