// What people call the jobs, legs and steps of a run, the same for all commands.
//
// A job: its id ("test", of a called one "call/t") or the name shown; all its legs are meant. A
// leg: the name shown, "test (3.11)", or the job's id and the leg's index, "test.1". A step: its
// id, its name, or its number from 1, of a step inside of another one "3.1"; what is inside of a
// step that was named by id or number is meant too.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/read_model.h"
#include "engine/run_machine.h"

namespace sluice::cli {

// Those of `legs`; NotFound names the nearest.
Result<std::vector<engine::LegRow>> find_legs(const std::vector<engine::LegRow>& legs,
                                              std::string_view name, std::int64_t run_number);

// `machine` knows the ids; may be null.
bool is_step(const engine::StepRow& step, std::string_view name, const engine::RunMachine* machine);

// NotFound; `rows` are the steps among which it is not.
Error no_such_step(std::string_view job, std::string_view step,
                   const std::vector<engine::StepRow>& rows);

}  // namespace sluice::cli
