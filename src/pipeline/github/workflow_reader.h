// YAML to Workflow, with everything wrong in the file. What needs the whole graph (needs, cycles,
// step references) is the business of lint/. Pure.
#pragma once

#include "pipeline/github/reading.h"
#include "pipeline/github/workflow.h"
#include "pipeline/ports/language.h"

namespace sluice::pipeline::github {

// GitHub's limits; a count of 0 is no limit.
struct ReaderLimits {
  std::size_t max_file_size = 1u << 20;     // characters of one file
  std::size_t max_depth = 50;               // of nested values in a file
  std::size_t max_result_size = 10u << 20;  // bytes of all files together as they are expanded
  std::size_t max_jobs = 0;                 // of all files together
  std::size_t max_nested_calls = 9;         // workflows below the one that is started
  std::size_t max_files = 51;               // that one and what it calls
  PermissionsPolicy permissions = PermissionsPolicy::Write;
};

struct ReadWorkflow {
  Workflow workflow;  // as far as it could be read
  YamlNode root;      // what it was read from; Null when the text is no YAML
  std::vector<Diagnostic> diagnostics;
};

ReadWorkflow read_workflow(const SourceFile& file, const ReaderLimits& limits = {});
// The same with its text parsed already.
ReadWorkflow read_workflow(const SourceFile& file, YamlParse parse, const ReaderLimits& limits);
YamlParse parse_workflow(std::string_view text, const ReaderLimits& limits = {});

// The same without what its jobs call.
ReadWorkflow read_one_workflow(const SourceFile& file, const ReaderLimits& limits);

// The parts of the above, one source file each.
std::vector<Trigger> read_triggers(Reading& reading, const YamlNode& node);
std::vector<Job> read_jobs(Reading& reading, const YamlNode& node);
Token read_container(Reading& reading, const YamlNode& job);
Token read_services(Reading& reading, const YamlNode& job);
// Steps of a job, or of a composite action, which may do less.
enum class StepsOf { Job, Action };
std::vector<Step> read_steps(Reading& reading, const YamlNode& node, StepsOf place);
// Whether something of the step is to be done when the job's steps are over.
bool has_post_step(const Step& step);

// What a literal value of an input would have to be, when it is something else: "a number".
std::optional<std::string_view> wrong_input_value(InputType type, const Token& value);

}  // namespace sluice::pipeline::github
