// The journal of a run: kinds of events and effects with their bodies. The stream of run R is named
// "run/R". docs/formats/run_events.md describes each kind.
//
// External events are results and requests; derived events follow from them (run_machine.h) and are
// compared in replay, so they hold nothing random and no secret: a value that a mask touches is
// written as "***". External events that hold such values carry them sealed.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "exec/ports/step_backend.h"
#include "pipeline/event.h"
#include "pipeline/ports/language.h"
#include "store/sealer.h"

namespace sluice::engine {

std::string stream_of(std::string_view run_id);

namespace event_kind {
// external
inline constexpr std::string_view kRunCreated = "RunCreated";
inline constexpr std::string_view kLegPrepared = "LegPrepared";
inline constexpr std::string_view kStepProcess = "StepProcess";
inline constexpr std::string_view kStepEnded = "StepEnded";
inline constexpr std::string_view kFilesHashed = "FilesHashed";
inline constexpr std::string_view kLegCleaned = "LegCleaned";
inline constexpr std::string_view kCancelRequested = "CancelRequested";
inline constexpr std::string_view kKillRequested = "KillRequested";
inline constexpr std::string_view kRerunRequested = "RerunRequested";
inline constexpr std::string_view kGroupWaiting = "GroupWaiting";
inline constexpr std::string_view kGroupClaimed = "GroupClaimed";
inline constexpr std::string_view kGroupLost = "GroupLost";
inline constexpr std::string_view kLegCancelRequested = "LegCancelRequested";
inline constexpr std::string_view kLegOverdue = "LegOverdue";
inline constexpr std::string_view kPauseAnswered = "PauseAnswered";
// derived
inline constexpr std::string_view kJobSkipped = "JobSkipped";
inline constexpr std::string_view kJobFailed = "JobFailed";
inline constexpr std::string_view kJobStarted = "JobStarted";
inline constexpr std::string_view kLegStarted = "LegStarted";
inline constexpr std::string_view kStepStarted = "StepStarted";
inline constexpr std::string_view kStepReplayed = "StepReplayed";
inline constexpr std::string_view kStepSkipped = "StepSkipped";
inline constexpr std::string_view kStepAnnotated = "StepAnnotated";
inline constexpr std::string_view kStepConcluded = "StepConcluded";
inline constexpr std::string_view kStepStopped = "StepStopRequested";
inline constexpr std::string_view kHashRequested = "HashRequested";
inline constexpr std::string_view kLegFinished = "LegFinished";
inline constexpr std::string_view kCallStarted = "CallStarted";
inline constexpr std::string_view kCallFinished = "CallFinished";
inline constexpr std::string_view kJobFinished = "JobFinished";
inline constexpr std::string_view kRunFinished = "RunFinished";
inline constexpr std::string_view kGroupRequested = "GroupRequested";
inline constexpr std::string_view kGroupReleased = "GroupReleased";
inline constexpr std::string_view kStepPaused = "StepPaused";
}  // namespace event_kind

namespace effect_kind {
inline constexpr std::string_view kPrepare = "prepare";
inline constexpr std::string_view kStep = "step";
inline constexpr std::string_view kStop = "stop";
inline constexpr std::string_view kHash = "hash";
inline constexpr std::string_view kFinish = "finish";
inline constexpr std::string_view kClaim = "claim";  // of a concurrency group; of a leg or the run
inline constexpr std::string_view kPause = "pause";  // somebody looks at a failed step
inline constexpr std::string_view kTimer = "timer";  // `due` is the time in microseconds
}  // namespace effect_kind

// Which leg an event or effect speaks of.
struct LegKey {
  std::string job;
  int leg = 0;

  auto operator<=>(const LegKey&) const = default;
};
JsonObject leg_body(const LegKey& key);
// The step, and which of the steps inside of it.
void put_place(JsonObject& body, int step, const std::string& part);
Result<LegKey> leg_key(const JsonObject& body);
JsonObject to_json_object(const std::map<std::string, std::string>& texts);

// Break: a step that fails waits until somebody says how it goes on.
enum class OnFailure { GoOn, Break };

struct RunOptions {
  std::vector<std::string> jobs;  // only these and what they need; empty: all
  int slots = 4;                  // legs that run at once
  OnFailure on_failure = OnFailure::GoOn;
};

// Body of RunCreated: everything a replay needs.
struct CreatedRun {
  std::int64_t number = 0;  // of the run in its home, from 1; 0: made when runs had none
  pipeline::RunIdentity identity;
  pipeline::TriggerEvent event;
  pipeline::SourceFile file;
  std::string language;
  std::string language_version;
  Json plan;
  exec::SourceTree source;
  RunOptions options;
  pipeline::RunValues values;  // sealed in the journal
};

Json to_json(const CreatedRun& run, const store::Sealer& sealer);
Result<CreatedRun> created_run_from_json(const Json& body, const store::Sealer& sealer);

// Body of StepEnded. The result is sealed when it adds masks or when one of `masks` occurs in it.
Json step_ended_body(const LegKey& key, const std::string& step_id,
                     const pipeline::StepResult& result, const std::vector<std::string>& masks,
                     const store::Sealer& sealer);
Result<pipeline::StepResult> step_result_of(const JsonObject& body, const store::Sealer& sealer);

// From where a rerun takes a job up again.
struct RerunPoint {
  LegKey leg;
  int step = 0;  // first step that runs again
};

struct Rerun {
  std::int64_t attempt = 2;
  std::vector<std::string> jobs;  // what runs again; jobs that depend on them are added
  std::optional<RerunPoint> from;
  OnFailure on_failure = OnFailure::GoOn;
  std::vector<LegKey> legs = {};  // run again as `jobs` do; the other legs of their jobs stay
};

// How a step that failed goes on.
enum class PauseAnswer { Continue, Retry, Cancel };
std::string_view to_string(PauseAnswer answer);
PauseAnswer pause_answer_from_string(std::string_view text);  // Continue where it is none

Json to_json(const Rerun& rerun);
Result<Rerun> rerun_from_json(const Json& body);

}  // namespace sluice::engine
