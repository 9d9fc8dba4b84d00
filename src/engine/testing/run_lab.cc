#include "engine/testing/run_lab.h"

#include "base/strings.h"
#include "pipeline/github/language.h"
#include "store/sqlite.h"

namespace sluice::engine {
namespace {

constexpr std::string_view kRunIds = "01k0000000000000000000000";

}  // namespace

class RunLab::Runner final : public store::EffectRunner {
 public:
  void start(const store::Effect& effect, store::EffectStart) override {
    effects.push_back(effect);
  }
  std::deque<store::Effect> effects;
};

RunLab::RunLab() : files_(clock_), run_id_(cat(kRunIds, "a")) {
  database_ = store::open_sqlite(":memory:").value();
  store::Journal::migrate(*database_).value();
  ReadModel::migrate(*database_).value();
  open();
}

RunLab::RunLab(RunLab& other, char letter)
    : files_(clock_), database_(other.database_), run_id_(cat(kRunIds, std::string(1, letter))) {
  open();
}

void RunLab::open() {
  journal_ = std::make_unique<store::Journal>(*database_);
  journal_->set_projection(ReadModel::project);
  read_model_ = std::make_unique<ReadModel>(*database_);
  sealer_ = store::Sealer::open(files_, random_, "/home").value();
  languages_.add(std::make_unique<pipeline::github::GithubLanguage>());
}

RunLab::~RunLab() = default;

CreatedRun RunLab::describe(const std::string& workflow, const std::string& event) const {
  CreatedRun run;
  run.identity.run_id = run_id_;
  run.number = run_id_.back() - 'a' + 1;
  run.identity.created = clock_.now();
  run.event.name = event;
  run.event.ref = "refs/heads/main";
  run.event.sha = std::string(40, 'a');
  run.event.changed_files = std::vector<std::string>{"a.txt"};
  run.event.payload = JsonObject{};
  run.file = {".github/workflows/ci.yml", workflow};
  run.language = "github";
  run.source = {"/repository", run.event.sha, run.event.ref, {}};
  run.plan = nullptr;
  return run;
}

Result<void> RunLab::start_engine() {
  runner_ = std::make_unique<Runner>();
  machine_ = std::make_unique<RunMachine>(languages_, *sealer_, [](const exec::LegAddress& leg) {
    const std::string root = cat("/home/runs/", leg.run, "/", leg.job, "-", leg.leg);
    return pipeline::JobPlace{root + "/workspace", root + "/temp", "/home/tools", "/home"};
  });
  driver_ =
      std::make_unique<store::Driver>(*journal_, clock_, stream_of(run_id_), *machine_, *runner_);
  return success();
}

void RunLab::lose_engine() {
  driver_.reset();
  machine_.reset();
  runner_.reset();
  current_.reset();
  groups_ = {};
}

Result<void> RunLab::create(const CreatedRun& run) {
  CreatedRun bound = run;
  const auto* language = languages_.find(run.language);
  bound.language_version = language->version();
  bound.plan =
      to_json(TRY(language->read(run.file)->bind(run.event, run.identity, run.values))->plan());
  return post(event_kind::kRunCreated, to_json(bound, *sealer_));
}

Result<void> RunLab::recover() {
  TRY(start_engine());
  TRY(driver_->recover());
  return driver_->resume_effects();
}

Result<void> RunLab::post(std::string_view kind, Json body, std::string_view completes) {
  return driver_->post({std::string(kind), std::move(body)}, completes);
}

std::string RunLab::script_of(const LegKey& key, const std::string& id) const {
  const pipeline::RunStep* step = machine_->run_step(key, id);
  if (step == nullptr) return {};
  const auto* script = std::get_if<pipeline::ScriptAction>(&step->action);
  return script != nullptr ? std::string(trim(script->text)) : step->name;
}

bool RunLab::change_world() {
  for (std::size_t i = 0; i < runner_->effects.size(); ++i) {
    const store::Effect effect = runner_->effects[i];
    const JsonObject& body = effect.body.as_object();
    const LegKey key = claimant(body);
    const std::string id = string_or(body, "id", "");
    if (effect.kind == effect_kind::kClaim) {
      if (!stands(key)) continue;
    } else if (effect.kind == effect_kind::kStep) {
      const std::string script = script_of(key, id);
      if (!world_.ended.contains(effect.key)) {
        if (!world_.starts.contains(effect.key)) ++world_.starts[effect.key];
        const bool held = std::find(held_.begin(), held_.end(), script) != held_.end();
        const bool stopped = std::find(world_.stopped.begin(), world_.stopped.end(), effect.key) !=
                             world_.stopped.end();
        if (held && !stopped) continue;
        pipeline::StepResult result = world_.results[script];
        if (held) result.outcome = pipeline::Outcome::Cancelled;
        world_.ended[effect.key] = result;
      }
    } else if (effect.kind == effect_kind::kTimer) {
      continue;
    } else if (effect.kind == effect_kind::kPause) {
      if (!world_.answers.contains(effect.key)) continue;
    } else if (effect.kind == effect_kind::kStop) {
      world_.stopped.push_back(effect.key.substr(0, effect.key.size() - 5));
    }
    runner_->effects.erase(runner_->effects.begin() + static_cast<std::ptrdiff_t>(i));
    current_ = effect;
    return true;
  }
  return false;
}

// Whether the claim is decided: held or lost.
bool RunLab::stands(const LegKey& who) const {
  for (const GroupClaim& claim : read_model_->groups().claims_of(run_id_).value())
    if (claim.who == who) return claim.standing != Standing::Waits;
  return true;  // withdrawn
}

Result<void> RunLab::look_at_groups() {
  const auto claims = TRY(read_model_->groups().claims_of(run_id_));
  const auto driven = [](const std::string&) { return Driven::Yes; };
  for (const GroupNews& news : groups_.look(claims, *machine_, driven))
    if (!machine_->finished()) TRY(driver_->post(news.event, news.completes));
  return success();
}

Result<void> RunLab::fire_timer(const std::string& key) {
  for (const store::Effect& effect : runner_->effects) {
    if (effect.key != key) continue;
    JsonObject body = effect.body.as_object();
    body.erase("due");
    return post(event_kind::kLegOverdue, std::move(body), key);
  }
  return not_found(cat("no timer ", key));
}

Result<void> RunLab::report() {
  const store::Effect effect = *std::exchange(current_, std::nullopt);
  ++effects_done_;
  const JsonObject& body = effect.body.as_object();
  if (effect.kind == effect_kind::kClaim) return look_at_groups();
  const LegKey key = TRY(leg_key(body));
  const std::string id = string_or(body, "id", "");
  JsonObject answer = leg_body(key);
  if (effect.kind == effect_kind::kPrepare)
    return post(event_kind::kLegPrepared, std::move(answer), effect.key);
  if (effect.kind == effect_kind::kFinish)
    return post(event_kind::kLegCleaned, std::move(answer), effect.key);
  if (effect.kind == effect_kind::kStop) return success();
  if (effect.kind == effect_kind::kPause) {
    answer["id"] = id;
    answer["answer"] = to_string(world_.answers.at(effect.key));
    return post(event_kind::kPauseAnswered, std::move(answer), effect.key);
  }
  if (effect.kind == effect_kind::kHash) {
    answer["id"] = id;
    answer["digest"] = std::string(64, 'd');
    return post(event_kind::kFilesHashed, std::move(answer), effect.key);
  }
  if (machine_->run_step(key, id) == nullptr) return success();
  return post(event_kind::kStepEnded,
              step_ended_body(key, id, world_.ended[effect.key], machine_->masks(key), *sealer_),
              effect.key);
}

Result<bool> RunLab::do_one_effect() {
  if (!change_world()) return false;
  TRY(report());
  return true;
}

Result<void> RunLab::run_to_end() {
  while (TRY(do_one_effect())) {
  }
  return success();
}

std::vector<std::string> RunLab::history() const {
  std::vector<std::string> lines;
  for (const store::StoredEvent& stored : journal_->load(stream_of(run_id_)).value()) {
    JsonObject body = stored.event.body.as_object();
    for (const char* key : {"sealed_values", "sealed_result"})
      if (body.contains(key)) body[key] = "sealed";
    lines.push_back(cat(stored.event.kind, " ", to_canonical_text(body)));
  }
  return lines;
}

}  // namespace sluice::engine
