// A StepBackend without processes, for tests of what drives one.
//
// What has been started, ended and prepared lives in a ScriptedMachine outside the backend, as real
// steps live outside the engine: a test destroys the backend ("the engine crashed"), makes a new
// one over the same machine, and start() attaches. Callbacks run on the thread that causes them:
// inside start() for steps with a scripted result, inside machine calls for the others.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "exec/ports/step_backend.h"

namespace sluice::exec {

// Thread-safe. Steps are addressed by what they look like: the step's name, else its script's text.
class ScriptedMachine {
 public:
  // What a step with this name or script gives; without a script() it Succeeds at once.
  void script(const std::string& name_or_text, pipeline::StepResult result);
  // The step stays running until complete(), or until it is stopped (then it is Cancelled).
  void hold(const std::string& name_or_text);
  // As hold(), and a stop does not end it either.
  void hold_stubbornly(const std::string& name_or_text);
  // start() of the step records it as begun and then loses it: it ends as Errored.
  void lose(const std::string& name_or_text);
  void fail_prepare(Error error);
  void set_digest(std::string digest);  // what hash_files answers

  // Ends a held step. False when no such step is running (yet). Ended while no backend is attached,
  // the result waits for the next start().
  bool complete(const std::string& name_or_text, pipeline::StepResult result = {});

  // "run/leg-folder/step-id" of each real start, in order: a step that ran twice is here twice.
  std::vector<std::string> starts() const;
  // The requests of these starts, in the same order.
  std::vector<pipeline::RunStep> requests() const;
  int count(const std::string& name_or_text) const;  // of starts
  std::vector<std::string> stops() const;            // keys, in order
  std::vector<std::string> prepared() const;         // "run/leg-folder", in order
  std::vector<std::string> finished() const;
  std::vector<LegSpec> specs() const;  // of prepare()
  bool running(const std::string& name_or_text) const;

 private:
  friend class ScriptedBackend;
  enum class Manner { AtOnce, Held, Stubborn, Lost };
  struct Step {
    pipeline::RunStep request;
    StepStart start;
    std::optional<pipeline::StepResult> result;
    StepCallbacks callbacks;  // of the attached backend; empty without one
  };
  using Delivery = std::pair<StepCallbacks, pipeline::StepResult>;

  static std::vector<std::string> names_of(const pipeline::RunStep& step);
  Manner manner_of(const pipeline::RunStep& step) const;
  pipeline::StepResult result_of(const pipeline::RunStep& step) const;
  std::string running_key(const std::string& name_or_text) const;
  static bool matches(const Step& step, const std::string& name_or_text);
  std::optional<Delivery> end(Step& step, pipeline::StepResult result);

  mutable std::mutex mutex_;
  std::map<std::string, pipeline::StepResult> results_;
  std::map<std::string, Manner> manners_;
  std::map<std::string, Step> steps_;
  std::optional<Error> prepare_error_;
  std::string digest_ = std::string(64, 'd');
  std::vector<std::string> starts_;
  std::vector<pipeline::RunStep> requests_;
  std::vector<std::string> stops_;
  std::vector<std::string> prepared_;
  std::vector<std::string> finished_;
  std::vector<LegSpec> specs_;
};

class ScriptedBackend final : public StepBackend {
 public:
  explicit ScriptedBackend(ScriptedMachine& machine, os::Path home = "/scripted");
  ~ScriptedBackend() override;  // detaches: held steps go on

  pipeline::JobPlace place(const LegAddress& leg) const override;
  os::Path log_path(const LegAddress& leg, int step) const override;
  void prepare(const LegSpec& spec, std::function<void(Result<void>)> done) override;
  void start(const LegAddress& leg, const pipeline::RunStep& step,
             StepCallbacks callbacks) override;
  void stop(const LegAddress& leg, const std::string& step_id) override;
  void hash_files(const LegAddress& leg, const pipeline::HashFiles& request,
                  std::function<void(Result<std::string>)> done) override;
  void finish(const LegAddress& leg, std::function<void(Result<void>)> done) override;

 private:
  ScriptedMachine& machine_;
  const os::Path home_;
};

}  // namespace sluice::exec
