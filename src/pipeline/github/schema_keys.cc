// The keys of workflows and actions and what stands under each, from the leaves to the whole file.
#include "pipeline/github/schema.h"

namespace sluice::pipeline::github {
namespace {

constexpr KeyUse kInforms = KeyUse::Informs;
constexpr KeyUse kUnsupported = KeyUse::Unsupported;
constexpr KeyUse kSilent = KeyUse::Silent;
constexpr KeyUse kApproximated = KeyUse::Approximated;
constexpr Expressions kPlain = Expressions::None;

constexpr std::string_view kPermissions = "the job's token is not restricted";
constexpr std::string_view kEnvironment = "its protection rules and secrets are not applied";

constexpr ValueRule kAny{.scalar = Scalar::Any, .null = Null::Allowed};
constexpr ValueRule kWritten{.scalar = Scalar::Any, .expressions = kPlain};
constexpr ValueRule kBoolean{.scalar = Scalar::Boolean};
constexpr ValueRule kWrittenBoolean{.scalar = Scalar::Boolean, .expressions = kPlain};
constexpr ValueRule kNumber{.scalar = Scalar::Number};
constexpr ValueRule kNames{.name = "names",
                           .scalar = Scalar::Any,
                           .expressions = kPlain,
                           .null = Null::Allowed,
                           .item = &kWritten};
constexpr ValueRule kTexts{.name = "texts", .free_key = "name", .member = &kAny};
constexpr ValueRule kList{.null = Null::Allowed, .item = &kWritten};

// A value of which nothing is fixed.
extern const ValueRule kValue;
constexpr ValueRule kValue{
    .scalar = Scalar::Any, .null = Null::Allowed, .member = &kValue, .item = &kValue};

constexpr ValueRule kPermissionLevels{.name = "permissions",
                                      .scalar = Scalar::Words,
                                      .words = "read-all write-all",
                                      .expressions = kPlain,
                                      .listed = Listed::Permissions};

constexpr KeyRule kConcurrencyKeys[] = {
    {"group", &kAny, "The name of the group: of one name, one runs at a time"},
    {"cancel-in-progress", &kBoolean, "Whether a newcomer cancels what runs"},
    {"queue", &kAny, "How many may wait: single (the newest) or max"},
};
constexpr ValueRule kConcurrency{
    .name = "concurrency", .scalar = Scalar::Any, .keys = kConcurrencyKeys, .required = "group"};

constexpr KeyRule kRunDefaults[] = {
    {"shell", &kAny, "The shell of steps that name none"},
    {"working-directory", &kAny, "The folder of steps that name none"},
};
constexpr ValueRule kRunDefaultsValue{.keys = kRunDefaults};
constexpr KeyRule kDefaults[] = {
    {"run", &kRunDefaultsValue, "What all `run` steps have in common"}};
constexpr ValueRule kDefaultsValue{.name = "defaults", .keys = kDefaults};

constexpr KeyRule kEnvironmentKeys[] = {
    {"name", &kAny, "The name of the environment", kSilent},
    {"url", &kAny, "Where it can be looked at", kSilent},
    {"deployment", &kBoolean, "Whether a deployment is recorded", kSilent},
};
constexpr ValueRule kEnvironmentValue{
    .name = "environment", .scalar = Scalar::Any, .keys = kEnvironmentKeys};

constexpr ValueRule kLabels{.scalar = Scalar::Any, .item = &kAny};
constexpr KeyRule kRunsOn[] = {
    {"group", &kAny, "A group of runners", kInforms, "there is one host and no group of runners"},
    {"labels", &kLabels, "What the runner must be labelled with"},
};
constexpr ValueRule kRunsOnValue{
    .name = "runs_on", .scalar = Scalar::Any, .keys = kRunsOn, .item = &kAny};

constexpr ValueRule kCombinations{.scalar = Scalar::Any, .item = &kValue};
constexpr KeyRule kMatrix[] = {
    {"include", &kCombinations, "Combinations to add, or values to add to those that fit"},
    {"exclude", &kCombinations, "Combinations to leave out"},
};
constexpr ValueRule kMatrixValue{
    .scalar = Scalar::Any, .keys = kMatrix, .free_key = "name", .member = &kValue};
constexpr KeyRule kStrategy[] = {
    {"matrix", &kMatrixValue, "One leg of the job for each combination of these values"},
    {"fail-fast", &kBoolean, "Whether a leg that fails cancels the others (default true)"},
    {"max-parallel", &kNumber, "How many legs run at a time"},
};
constexpr ValueRule kStrategyValue{
    .name = "strategy", .scalar = Scalar::Any, .null = Null::Allowed, .keys = kStrategy};

constexpr KeyRule kCredentials[] = {
    {"username", &kAny, "Who asks the registry"},
    {"password", &kAny, "A secret"},
};
constexpr ValueRule kCredentialsValue{
    .scalar = Scalar::Any, .keys = kCredentials, .required = "username password"};
constexpr ValueRule kEntries{.scalar = Scalar::Any, .null = Null::Allowed, .item = &kAny};
constexpr KeyRule kContainer[] = {
    {"image", &kAny, "The image; empty: no container"},
    {"env", &kTexts, "Environment variables of the container"},
    {"credentials", &kCredentialsValue, "Who asks the registry for the image"},
    {"ports", &kEntries, "Ports to publish"},
    {"volumes", &kEntries, "Volumes to mount"},
    {"options", &kAny, "Options of docker create"},
};
constexpr ValueRule kContainerValue{
    .name = "container", .scalar = Scalar::Any, .null = Null::Allowed, .keys = kContainer};
constexpr KeyRule kService[] = {
    {"image", &kAny, "The image"},
    {"env", &kTexts, "Environment variables of the container"},
    {"credentials", &kCredentialsValue, "Who asks the registry for the image"},
    {"ports", &kEntries, "Ports to publish"},
    {"volumes", &kEntries, "Volumes to mount"},
    {"options", &kAny, "Options of docker create"},
    {"entrypoint", &kAny, "Instead of the image's entrypoint"},
    {"command", &kAny, "Instead of the image's command"},
};
constexpr ValueRule kServiceValue{.name = "service", .scalar = Scalar::Any, .keys = kService};
constexpr ValueRule kServices{.scalar = Scalar::Any,
                              .null = Null::Allowed,
                              .free_key = "service_id",
                              .member = &kServiceValue};
constexpr KeyRule kSnapshot[] = {
    {"image-name", &kAny, "The name of the image"},
    {"if", &kAny, "When it is made"},
    {"version", &kAny, "MAJOR.*"},
};
constexpr ValueRule kSnapshotValue{.scalar = Scalar::Any, .keys = kSnapshot};

extern const ValueRule kStepsValue;
constexpr ValueRule kTargets{.scalar = Scalar::Any, .expressions = kPlain, .item = &kWritten};
constexpr KeyRule kStep[] = {
    {"id", &kWritten, "By what name `steps.<id>` knows it"},
    {"name", &kAny, "What it is called in the log"},
    {"if", &kAny, "When it runs; without a status function, success() is added"},
    {"run", &kAny, "A script for the shell"},
    {"uses", &kWritten, "An action: OWNER/REPOSITORY@REF or ./FOLDER"},
    {"with", &kTexts, "The inputs of the action"},
    {"env", &kTexts, "Environment variables of the step"},
    {"shell", &kAny, "bash, sh, python, pwsh, or a command that holds {0}"},
    {"working-directory", &kAny, "The folder the script starts in"},
    {"continue-on-error", &kBoolean, "Whether the job goes on as if it had not failed"},
    {"timeout-minutes", &kNumber, "How long it may take"},
    {"background", &kWrittenBoolean, "Whether the next step starts at once"},
    {"parallel", &kStepsValue, "Steps that run at the same time, and a wait for all"},
    {"wait", &kTargets, "The ids of steps in the background to wait for"},
    {"wait-all", &kAny, "Waits for all steps in the background"},
    {"cancel", &kWritten, "The id of a step in the background to stop"},
};
constexpr std::string_view kStepKinds = "run uses parallel wait wait-all cancel";
constexpr ValueRule kStepValue{.name = "step", .keys = kStep, .required_one_of = kStepKinds};
constexpr ValueRule kStepsValue{.name = "steps", .item = &kStepValue};

constexpr KeyRule kJob[] = {
    {"name", &kAny, "What it is called"},
    {"needs", &kNames, "The jobs that must have ended before"},
    {"if", &kAny, "When it runs; without a status function, success() is added"},
    {"runs-on", &kRunsOnValue, "Which runner it needs"},
    {"strategy", &kStrategyValue, "Its legs, and how they run"},
    {"env", &kTexts, "Environment variables of all its steps"},
    {"defaults", &kDefaultsValue, "What its steps have in common"},
    {"outputs", &kTexts, "What `needs.<job_id>.outputs` gives to later jobs"},
    {"timeout-minutes", &kNumber, "How long it may take"},
    {"cancel-timeout-minutes", &kNumber, "How long it may take to end once it is cancelled"},
    {"continue-on-error", &kBoolean, "Whether the run succeeds even if it fails"},
    {"steps", &kStepsValue, "What it does, in order"},
    {"permissions", &kPermissionLevels, "What its token may do", kInforms, kPermissions},
    {"concurrency", &kConcurrency, "What must not run at the same time"},
    {"environment", &kEnvironmentValue, "Where it deploys to", kInforms, kEnvironment},
    {"container", &kContainerValue, "The container its steps run in", kUnsupported,
     "jobs run on the host only"},
    {"services", &kServices, "Containers beside it", kUnsupported,
     "service containers cannot be started"},
    {"snapshot", &kSnapshotValue, "An image of the runner to make", kUnsupported,
     "images of runners cannot be made"},
};

constexpr ValueRule kSecrets{.scalar = Scalar::Words,
                             .words = "inherit",
                             .expressions = kPlain,
                             .free_key = "secret_id",
                             .member = &kAny};
constexpr KeyRule kCallJob[] = {
    {"name", &kAny, "What it is called"},
    {"needs", &kNames, "The jobs that must have ended before"},
    {"if", &kAny, "When it runs; without a status function, success() is added"},
    {"strategy", &kStrategyValue, "Its legs, and how they run"},
    {"uses", &kWritten, "The workflow that it calls: ./.github/workflows/FILE.yml"},
    {"with", &kTexts, "The inputs of that workflow"},
    {"secrets", &kSecrets, "Its secrets by name, or `inherit`"},
    {"permissions", &kPermissionLevels, "What its token may do", kInforms, kPermissions},
    {"concurrency", &kConcurrency, "What must not run at the same time"},
};
constexpr ValueRule kCallJobValue{.name = "job_that_calls", .keys = kCallJob, .required = "uses"};
constexpr ValueRule kJobValue{.name = "job",
                              .keys = kJob,
                              .required = "runs-on steps",
                              .other_key = "uses",
                              .other = &kCallJobValue};
constexpr ValueRule kJobs{.expressions = kPlain, .free_key = "job_id", .member = &kJobValue};

constexpr ValueRule kInputType{.scalar = Scalar::Words,
                               .words = "string boolean number choice environment",
                               .expressions = kPlain};
constexpr KeyRule kDispatchInput[] = {
    {"description", &kAny, "What it is for", kSilent},
    {"deprecationMessage", &kAny, "Why it should not be used any more", kSilent},
    {"required", &kWrittenBoolean, "Whether it must be given"},
    {"default", &kAny, "What it is when it is not given"},
    {"type", &kInputType, "string, boolean, number, choice or environment"},
    {"options", &kList, "What a choice may be"},
};
constexpr ValueRule kDispatchInputValue{
    .null = Null::Allowed, .keys = kDispatchInput, .unknown = UnknownKeys::Ignored};
constexpr ValueRule kDispatchInputs{.expressions = kPlain,
                                    .null = Null::Allowed,
                                    .free_key = "input_id",
                                    .member = &kDispatchInputValue};

constexpr ValueRule kCallType{
    .scalar = Scalar::Words, .words = "string boolean number", .expressions = kPlain};
constexpr KeyRule kCallInput[] = {
    {"description", &kAny, "What it is for", kSilent},
    {"required", &kWrittenBoolean, "Whether the caller must give it"},
    {"default", &kAny, "What it is when the caller does not give it"},
    {"type", &kCallType, "string, boolean or number"},
};
constexpr KeyRule kCallSecret[] = {
    {"description", &kAny, "What it is for", kSilent},
    {"required", &kWrittenBoolean, "Whether the caller must give it"},
};
constexpr KeyRule kCallOutput[] = {
    {"description", &kAny, "What it is for", kSilent},
    {"value", &kAny, "An expression over `jobs`"},
};
constexpr ValueRule kCallInputValue{.keys = kCallInput};
constexpr ValueRule kCallSecretValue{.null = Null::Allowed, .keys = kCallSecret};
constexpr ValueRule kCallOutputValue{.keys = kCallOutput};
constexpr ValueRule kCallInputs{.expressions = kPlain,
                                .null = Null::Allowed,
                                .free_key = "input_id",
                                .member = &kCallInputValue};
constexpr ValueRule kCallSecrets{.expressions = kPlain,
                                 .null = Null::Allowed,
                                 .free_key = "secret_id",
                                 .member = &kCallSecretValue};
constexpr ValueRule kCallOutputs{.expressions = kPlain,
                                 .null = Null::Allowed,
                                 .free_key = "output_id",
                                 .member = &kCallOutputValue};
constexpr KeyRule kCall[] = {
    {"inputs", &kCallInputs, "What it is given by its caller"},
    {"secrets", &kCallSecrets, "The secrets it is given by its caller"},
    {"outputs", &kCallOutputs, "What it gives to its caller"},
};

constexpr KeyRule kSchedule[] = {
    {"cron", &kWritten, "minute hour day month weekday", kSilent},
    {"timezone", &kWritten, "An IANA name (default UTC)", kSilent},
};
constexpr KeyRule kEventKeys[] = {
    {"types", &kNames, "The activities that start it"},
    {"branches", &kNames, "The branches that start it"},
    {"branches-ignore", &kNames, "The branches that do not start it"},
    {"tags", &kNames, "The tags that start it"},
    {"tags-ignore", &kNames, "The tags that do not start it"},
    {"paths", &kNames, "The changed files that start it"},
    {"paths-ignore", &kNames, "The changed files that do not start it"},
    {"workflows", &kNames, "The workflows whose runs start it"},
    {"names", &kNames, "The images that start it"},
    {"versions", &kNames, "The versions of images that start it"},
    {"inputs", &kCallInputs, "What it is given by its caller"},
    {"secrets", &kCallSecrets, "The secrets it is given by its caller"},
    {"outputs", &kCallOutputs, "What it gives to its caller"},
};
constexpr KeyRule kDispatchInputsKey = {"inputs", &kDispatchInputs,
                                        "What whoever starts it is asked for"};
constexpr ValueRule kOn{.null = Null::Allowed, .listed = Listed::Events};

constexpr KeyRule kWorkflow[] = {
    {"name", &kAny, "What it is called"},
    {"run-name", &kAny, "What its runs are called"},
    {"on", &kOn, "What starts it"},
    {"env", &kTexts, "Environment variables of all its jobs"},
    {"defaults", &kDefaultsValue, "What its steps have in common"},
    {"jobs", &kJobs, "What it does"},
    {"description", &kAny, "What it is for", kSilent},
    {"permissions", &kPermissionLevels, "What the tokens of its jobs may do", kInforms,
     kPermissions},
    {"concurrency", &kConcurrency, "What must not run at the same time"},
};
constexpr ValueRule kWorkflowValue{.keys = kWorkflow, .required = "on jobs"};

constexpr KeyRule kActionStep[] = {
    {"id", &kWritten, "By what name `steps.<id>` knows it"},
    {"name", &kAny, "What it is called in the log"},
    {"if", &kAny, "When it runs; without a status function, success() is added"},
    {"run", &kAny, "A script for the shell"},
    {"uses", &kWritten, "An action: OWNER/REPOSITORY@REF or ./FOLDER"},
    {"with", &kTexts, "The inputs of the action"},
    {"env", &kTexts, "Environment variables of the step"},
    {"shell", &kAny, "bash, sh, python, pwsh, or a command that holds {0}"},
    {"working-directory", &kAny, "The folder the script starts in"},
    {"continue-on-error", &kBoolean, "Whether the action goes on as if it had not failed"},
};
constexpr ValueRule kActionStepValue{.keys = kActionStep, .required_one_of = "run uses"};
constexpr ValueRule kActionSteps{.item = &kActionStepValue};
constexpr KeyRule kComposite[] = {
    {"using", &kWritten, "composite"},
    {"steps", &kActionSteps, "What it does, in order"},
};
constexpr ValueRule kCompositeValue{
    .keys = kComposite, .required = "using steps", .unknown = UnknownKeys::Ignored};
constexpr KeyRule kNode[] = {
    {"using", &kWritten, "node24 or node20", kApproximated, "run by the node of this host"},
    {"main", &kWritten, "The script"},
    {"pre", &kWritten, "A script to run before the job", kSilent},
    {"pre-if", &kAny, "When that runs", kSilent},
    {"post", &kWritten, "A script to run when the job's steps are over"},
    {"post-if", &kAny, "When that runs"},
};
constexpr ValueRule kRuns{.keys = kNode,
                          .required = "using",
                          .unknown = UnknownKeys::Ignored,
                          .other_key = "steps",
                          .other = &kCompositeValue};
constexpr KeyRule kActionInput[] = {
    {"description", &kAny, "What it is for", kSilent},
    {"required", &kAny, "Whether it must be given"},
    {"default", &kAny, "What it is when it is not given"},
    {"deprecationMessage", &kAny, "Why it should not be used any more"},
    {"type", &kAny, "Without meaning", kSilent},
};
constexpr KeyRule kActionOutput[] = {
    {"description", &kAny, "What it is for", kSilent},
    {"value", &kAny, "Of a composite action: an expression over `steps`"},
};
constexpr ValueRule kActionInputValue{
    .null = Null::Allowed, .keys = kActionInput, .unknown = UnknownKeys::Ignored};
constexpr ValueRule kActionOutputValue{
    .null = Null::Allowed, .keys = kActionOutput, .unknown = UnknownKeys::Ignored};
constexpr ValueRule kActionInputs{.expressions = kPlain,
                                  .null = Null::Allowed,
                                  .free_key = "input_id",
                                  .member = &kActionInputValue};
constexpr ValueRule kActionOutputs{.expressions = kPlain,
                                   .null = Null::Allowed,
                                   .free_key = "output_id",
                                   .member = &kActionOutputValue};
constexpr KeyRule kAction[] = {
    {"name", &kAny, "What it is called"},
    {"description", &kAny, "What it is for", kSilent},
    {"author", &kAny, "Who wrote it", kSilent},
    {"inputs", &kActionInputs, "What it is given by the step"},
    {"outputs", &kActionOutputs, "What it gives to later steps"},
    {"runs", &kRuns, "How it is run"},
    {"branding", &kValue, "How it looks in the marketplace", kSilent},
};
constexpr ValueRule kActionValue{
    .keys = kAction, .required = "runs", .unknown = UnknownKeys::Ignored};

}  // namespace

const ValueRule& workflow_rule() {
  return kWorkflowValue;
}
const ValueRule& action_rule() {
  return kActionValue;
}

const KeyRule* find_key_rule(std::span<const KeyRule> rules, std::string_view name) {
  for (const KeyRule& rule : rules)
    if (rule.name == name) return &rule;
  return nullptr;
}

const KeyRule& event_key(const EventRule& event, std::string_view name) {
  if (event.name == "workflow_dispatch" && name == "inputs") return kDispatchInputsKey;
  return *find_key_rule(kEventKeys, name);
}

std::span<const KeyRule> event_keys() {
  return kEventKeys;
}
std::span<const KeyRule> workflow_keys() {
  return kWorkflow;
}
std::span<const KeyRule> job_keys() {
  return kJob;
}
std::span<const KeyRule> call_job_keys() {
  return kCallJob;
}
std::span<const KeyRule> step_keys() {
  return kStep;
}
std::span<const KeyRule> action_step_keys() {
  return kActionStep;
}
std::span<const KeyRule> strategy_keys() {
  return kStrategy;
}
std::span<const KeyRule> defaults_keys() {
  return kDefaults;
}
std::span<const KeyRule> run_defaults_keys() {
  return kRunDefaults;
}
std::span<const KeyRule> dispatch_input_keys() {
  return kDispatchInput;
}
std::span<const KeyRule> call_keys() {
  return kCall;
}
std::span<const KeyRule> call_input_keys() {
  return kCallInput;
}
std::span<const KeyRule> call_secret_keys() {
  return kCallSecret;
}
std::span<const KeyRule> call_output_keys() {
  return kCallOutput;
}
std::span<const KeyRule> container_keys() {
  return kContainer;
}
std::span<const KeyRule> service_keys() {
  return kService;
}
std::span<const KeyRule> credentials_keys() {
  return kCredentials;
}
std::span<const KeyRule> snapshot_keys() {
  return kSnapshot;
}
std::span<const KeyRule> concurrency_keys() {
  return kConcurrencyKeys;
}
std::span<const KeyRule> environment_keys() {
  return kEnvironmentKeys;
}
std::span<const KeyRule> runs_on_keys() {
  return kRunsOn;
}
std::span<const KeyRule> schedule_keys() {
  return kSchedule;
}
std::span<const KeyRule> action_keys() {
  return kAction;
}
std::span<const KeyRule> action_input_keys() {
  return kActionInput;
}
std::span<const KeyRule> action_output_keys() {
  return kActionOutput;
}
std::span<const KeyRule> composite_keys() {
  return kComposite;
}
std::span<const KeyRule> node_keys() {
  return kNode;
}

}  // namespace sluice::pipeline::github
