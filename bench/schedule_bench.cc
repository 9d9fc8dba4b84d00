// Deciding alone: schedule_bench FILE FOLDER
// A run of the workflow FILE for a push, whose steps end the moment they are started, with the real
// machine, journal and tables in FOLDER (which is there and empty). Then the run read back from its
// journal, as a takeover does. Prints JSON: legs, events, milliseconds of processor of both, and
// the highest resident memory in kilobytes. Status 1 when the run does not succeed.
#include <sys/resource.h>

#include <cstdio>
#include <ctime>
#include <deque>
#include <fstream>
#include <iterator>

#include "base/strings.h"
#include "engine/read_model.h"
#include "engine/run_machine.h"
#include "os/real_world.h"
#include "pipeline/github/language.h"
#include "store/driver.h"
#include "store/sealer.h"
#include "store/sqlite.h"

namespace {

using namespace sluice;

constexpr const char* kRun = "01k0000000000000000000000a";

class Queue final : public store::EffectRunner {
 public:
  void start(const store::Effect& effect, store::EffectStart) override {
    effects.push_back(effect);
  }
  std::deque<store::Effect> effects;
};

// Everything that one run needs, in one folder.
struct Engine {
  os::RealWorld real;
  std::unique_ptr<store::Database> database;
  std::unique_ptr<store::Journal> journal;
  std::unique_ptr<store::Sealer> sealer;
  engine::Languages languages;

  Result<void> open(const os::Path& folder) {
    const os::World world = real.world();
    database = TRY(store::open_sqlite(folder / "engine.db"));
    TRY(store::Journal::migrate(*database));
    TRY(engine::ReadModel::migrate(*database));
    journal = std::make_unique<store::Journal>(*database);
    journal->set_projection(engine::ReadModel::project);
    sealer = TRY(store::Sealer::open(world.files, world.random, folder));
    languages.add(std::make_unique<pipeline::github::GithubLanguage>());
    return success();
  }

  engine::RunMachine machine() const {
    return engine::RunMachine(languages, *sealer, [](const exec::LegAddress& leg) {
      return pipeline::JobPlace{cat("/", leg.job, "/work"), "/temp", "/tools", "/home"};
    });
  }
};

Result<engine::CreatedRun> describe(const Engine& engine, const std::string& text) {
  engine::CreatedRun run;
  run.identity.run_id = kRun;
  run.event.name = "push";
  run.event.ref = "refs/heads/main";
  run.event.sha = std::string(40, 'a');
  run.event.changed_files.emplace();
  run.event.payload = JsonObject{};
  run.file = {".github/workflows/bench.yml", text};
  run.language = "github";
  const pipeline::Language* language = engine.languages.find(run.language);
  run.language_version = language->version();
  const auto bound = TRY(language->read(run.file)->bind(run.event, run.identity, run.values));
  run.plan = to_json(bound->plan());
  return run;
}

// What the world would answer.
store::Event answer_to(const store::Effect& effect, const store::Sealer& sealer) {
  const engine::LegKey key = engine::leg_key(effect.body.as_object()).value();
  if (effect.kind == engine::effect_kind::kPrepare)
    return {std::string(engine::event_kind::kLegPrepared), engine::leg_body(key)};
  if (effect.kind == engine::effect_kind::kFinish)
    return {std::string(engine::event_kind::kLegCleaned), engine::leg_body(key)};
  const std::string id = string_or(effect.body.as_object(), "id", "");
  return {std::string(engine::event_kind::kStepEnded),
          engine::step_ended_body(key, id, pipeline::StepResult{}, {}, sealer)};
}

Result<void> carry_out(Engine& engine, engine::RunMachine& machine, const engine::CreatedRun& run) {
  Queue queue;
  const os::World world = engine.real.world();
  store::Driver driver(*engine.journal, world.clock, engine::stream_of(kRun), machine, queue);
  TRY(driver.post({std::string(engine::event_kind::kRunCreated), to_json(run, *engine.sealer)}));
  while (!queue.effects.empty()) {
    const store::Effect effect = std::move(queue.effects.front());
    queue.effects.pop_front();
    if (effect.kind == engine::effect_kind::kTimer) continue;
    TRY(driver.post(answer_to(effect, *engine.sealer), effect.key));
  }
  if (machine.result() == pipeline::Outcome::Succeeded) return success();
  return failed_precondition("the run did not succeed");
}

double milliseconds_since(std::clock_t start) {
  return static_cast<double>(std::clock() - start) * 1e3 / CLOCKS_PER_SEC;
}

Result<void> measure(const std::string& text, const os::Path& folder) {
  Engine engine;
  TRY(engine.open(folder));
  const engine::CreatedRun run = TRY(describe(engine, text));
  std::clock_t start = std::clock();
  {
    engine::RunMachine machine = engine.machine();
    TRY(carry_out(engine, machine, run));
  }
  const double driven = milliseconds_since(start);
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  start = std::clock();
  const auto events = TRY(engine.journal->load(engine::stream_of(kRun)));
  engine::RunMachine machine = engine.machine();
  for (const store::StoredEvent& event : events) TRY(machine.apply(event));
  const double replayed = milliseconds_since(start);
  std::size_t legs = 0;
  for (const auto& job : machine.plan().jobs) legs += job.legs.size();
  std::printf(
      "{\"legs\": %zu, \"events\": %zu, \"drive_ms\": %.1f, \"replay_ms\": %.1f, "
      "\"peak_kilobytes\": %ld}\n",
      legs, events.size(), driven, replayed, usage.ru_maxrss);
  return success();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: schedule_bench FILE FOLDER\n");
    return 2;
  }
  std::ifstream in(argv[1], std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const Result<void> measured = measure(text, argv[2]);
  if (measured.ok()) return 0;
  std::fprintf(stderr, "schedule_bench: %s\n", measured.error().describe().c_str());
  return 1;
}
