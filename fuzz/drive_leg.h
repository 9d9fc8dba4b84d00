// Drives a leg's program to its end with results and an order of results that the data decides: any
// step may end first, fail, leave files behind, and the job may be cancelled at any time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/ports/job_program.h"

namespace sluice::fuzz {

class Dice {
 public:
  explicit Dice(std::string_view data) : data_(data) {}

  std::size_t below(std::size_t sides) {
    const std::size_t byte =
        data_.empty() ? 0 : static_cast<std::uint8_t>(data_[at_++ % data_.size()]);
    return (byte + at_) % sides;
  }

 private:
  std::string_view data_;
  std::size_t at_ = 0;
};

inline pipeline::StepResult result_of(Dice& dice) {
  pipeline::StepResult result;
  result.outcome = static_cast<pipeline::Outcome>(dice.below(3));
  if (dice.below(4) == 0) result.files["GITHUB_ENV"] = "A=b\n";
  if (dice.below(4) == 0) result.files["GITHUB_OUTPUT"] = "v<<E\nx\nE\n";
  if (dice.below(4) == 0) result.files["GITHUB_STATE"] = "s=1\n";
  result.took = std::chrono::seconds(dice.below(90));
  return result;
}

// Traps where the program makes no progress, or starts or ends something twice.
inline void drive_leg(pipeline::JobProgram& program, std::string_view data) {
  Dice dice(data);
  std::vector<pipeline::JobInput> pending{pipeline::BeginJob{}};
  bool finished = false;
  bool cancelled = false;
  while (!finished) {
    if (pending.empty()) __builtin_trap();
    pipeline::JobInput input = pipeline::CancelJob{"fuzz"};
    const bool begun = !std::holds_alternative<pipeline::BeginJob>(pending.front());
    if (begun && !cancelled && dice.below(50) == 0) {
      cancelled = true;
    } else {
      const std::size_t at = dice.below(pending.size());
      input = std::move(pending[at]);
      pending.erase(pending.begin() + static_cast<std::ptrdiff_t>(at));
    }
    const auto effects = program.advance(input);
    if (!effects.ok()) __builtin_trap();
    for (const pipeline::JobEffect& effect : effects.value()) {
      if (finished) __builtin_trap();
      if (const auto* step = std::get_if<pipeline::RunStep>(&effect))
        pending.emplace_back(pipeline::StepEnded{step->id, result_of(dice)});
      else if (const auto* hash = std::get_if<pipeline::HashFiles>(&effect))
        pending.emplace_back(pipeline::FilesHashed{hash->id, "d"});
      finished = std::holds_alternative<pipeline::FinishJob>(effect);
    }
  }
  if (!pending.empty()) __builtin_trap();
}

}  // namespace sluice::fuzz
