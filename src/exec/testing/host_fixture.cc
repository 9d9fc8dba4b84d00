#include "exec/testing/host_fixture.h"

#include <future>

#include "base/strings.h"

namespace sluice::exec {
namespace {

constexpr auto kPatience = std::chrono::seconds(60);

void wait_for(const std::function<void(std::function<void(Result<void>)>)>& call) {
  auto promise = std::make_shared<std::promise<Result<void>>>();
  std::future<Result<void>> future = promise->get_future();
  call([promise](Result<void> result) { promise->set_value(std::move(result)); });
  ASSERT_EQ(future.wait_for(kPatience), std::future_status::ready);
  const Result<void> result = future.get();
  ASSERT_TRUE(result.ok()) << result.error().describe();
}

}  // namespace

StepCallbacks StepWatch::callbacks() {
  const std::shared_ptr<State> state = state_;
  const auto change = [state](const auto& what) {
    {
      std::lock_guard lock(state->mutex);
      what();
    }
    state->changed.notify_all();
  };
  StepCallbacks callbacks;
  callbacks.on_started = [state, change](const StepStart& start) {
    change([&] { state->start = start; });
  };
  callbacks.on_output = [state, change] { change([&] { ++state->outputs; }); };
  callbacks.on_ended = [state, change](pipeline::StepResult result) {
    change([&] { state->result = std::move(result); });
  };
  return callbacks;
}

const StepStart& StepWatch::wait_started() {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait_for(lock, kPatience, [this] { return state_->start || state_->result; });
  if (!state_->start) {
    ADD_FAILURE() << "the step did not start";
    state_->start.emplace();
  }
  return *state_->start;
}

const pipeline::StepResult& StepWatch::wait_ended() {
  std::unique_lock lock(state_->mutex);
  if (!state_->changed.wait_for(lock, kPatience, [this] { return state_->result.has_value(); })) {
    ADD_FAILURE() << "the step did not end";
    state_->result.emplace();
  }
  return *state_->result;
}

void StepWatch::wait_output() {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait_for(lock, kPatience, [this] { return state_->outputs > 0; });
  state_->outputs = 0;
}

bool StepWatch::ended() const {
  std::lock_guard lock(state_->mutex);
  return state_->result.has_value();
}

HostFixture::HostFixture() {
  settings_.home = directory_ / "home";
  settings_.interrupt_grace = std::chrono::milliseconds(150);
  settings_.terminate_grace = std::chrono::milliseconds(150);
  settings_.linger = std::chrono::seconds(20);
  spec_.address = {"01run", "build", 0, 1};
}

void HostFixture::open() {
  backend_.reset();
  auto opened = HostBackend::open(world_, blobs_, settings_);
  ASSERT_TRUE(opened.ok()) << opened.error().describe();
  backend_ = std::move(opened).value();
}

void HostFixture::prepare() {
  if (!backend_) open();
  wait_for([this](auto done) { backend_->prepare(spec_, done); });
}

void HostFixture::finish() {
  wait_for([this](auto done) { backend_->finish(spec_.address, done); });
}

StepWatch HostFixture::start(const pipeline::RunStep& step) {
  StepWatch watch;
  backend_->start(spec_.address, step, watch.callbacks());
  return watch;
}

pipeline::StepResult HostFixture::run(const pipeline::RunStep& step) {
  return start(step).wait_ended();
}

std::string HostFixture::raw_log(int step) const {
  return world_.files.read(backend_->log_path(spec_.address, step)).value_or("");
}

std::string HostFixture::log(int step) const {
  constexpr std::size_t kStamp = sizeof "2026-11-21T08:40:25.123456Z " - 1;
  const std::string raw = raw_log(step);
  std::string text;
  for (const std::string_view line : split(raw, '\n'))
    if (line.size() >= kStamp) text += cat(line.substr(kStamp), "\n");
  return text;
}

os::Path HostFixture::attempt_folder() const {
  return backend_->log_path(spec_.address, 0).parent_path().parent_path();
}

pipeline::RunStep HostFixture::script(const std::string& text, const std::string& id) {
  pipeline::RunStep step;
  step.id = id;
  step.name = id;
  step.action = pipeline::ScriptAction{text, {"bash", "-e", "{0}"}, ".sh", {"sh", "-e", "{0}"}};
  step.log_commands = pipeline::LogCommands::Github;
  return step;
}

}  // namespace sluice::exec
