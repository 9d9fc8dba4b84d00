// Short ways to bind and run a workflow text in tests.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/github/language.h"
#include "pipeline/testing/run_program.h"

namespace sluice::pipeline::github {

SourceFile workflow_file(std::string_view text);
std::vector<Diagnostic> check_workflow(const SourceFile& file);
TriggerEvent push_to(std::string_view branch);

struct BindOptions {
  TriggerEvent event = push_to("main");
  RunIdentity run = {.run_id = "01run"};
  RunValues values = {};
  std::map<std::string, std::optional<std::string>> others = {};
};

// Aborts when the workflow has errors.
std::unique_ptr<BoundPipeline> bind_workflow(std::string_view text,
                                             const BindOptions& options = {});
testing::EndedRun run_workflow(std::string_view text, const testing::Script& script = {},
                               const BindOptions& options = {});

// "7:3 rule" of each diagnostic that is no note, in order.
std::vector<std::string> mistakes(std::string_view text);

// The RunStep of a step of a job's first leg; aborts when it did not run.
RunStep run_step_of(const testing::EndedRun& run, const std::string& job, int step);
std::string script_of(const testing::EndedRun& run, const std::string& job, int step);

}  // namespace sluice::pipeline::github
