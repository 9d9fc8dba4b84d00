// One function for each suite, and the parts of them that judge a text without a file system.
#pragma once

#include "app/conformance/suite.h"
#include "pipeline/diagnostic.h"
#include "pipeline/event.h"
#include "pipeline/ports/language.h"

namespace sluice::app::conformance {

// A folder of JSON files {group: [{expr, contexts?, result | err, options?}]}.
Result<SuiteReport> run_expressions(const os::World& world, const os::Path& folder);
std::vector<CaseResult> judge_expressions(std::string_view file, std::string_view text);

// A folder of files with documents divided by "---": options, workflow, [name, content]*, expected.
Result<SuiteReport> run_workflow_parser(const os::World& world, const os::Path& folder);
CaseResult judge_parser_case(std::string_view file, std::string_view text);

// A folder of x.yaml with x.out (a line for each mistake), or without (no mistake), and of projects
// x/ with x.out.
Result<SuiteReport> run_actionlint(const os::World& world, const os::Path& folder);

// A folder of workflow files: each must be read, linted and planned without an internal error.
Result<SuiteReport> run_realworld(const os::World& world, const os::Path& folder);

// A folder of JSON files {expectation_type, datasets: [{data, tests: [{title, in, out}]}]}.
Result<SuiteReport> run_great_expectations(const os::World& world, const os::Path& folder);
std::vector<CaseResult> judge_great_expectations(const os::World& world, std::string_view file,
                                                 std::string_view text);

}  // namespace sluice::app::conformance
