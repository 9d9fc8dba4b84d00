// A HostBackend over a temporary home, driven synchronously: for tests with real processes.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "exec/host_backend.h"
#include "os/real_world.h"
#include "os/testing/temporary_directory.h"
#include "store/folder_blob_store.h"

namespace sluice::exec {

// What happened to one step so far; filled by callbacks, waited for by the test. Shared by both.
class StepWatch {
 public:
  StepCallbacks callbacks();
  const StepStart& wait_started();
  const pipeline::StepResult& wait_ended();
  // Until the log has been said to have grown at least once since the last call.
  void wait_output();
  bool ended() const;

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<StepStart> start;
    std::optional<pipeline::StepResult> result;
    int outputs = 0;
  };
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

class HostFixture : public ::testing::Test {
 protected:
  HostFixture();

  // A new backend over the same home; the old one, if any, goes first (the engine "crashed").
  void open();
  void prepare();
  void finish();
  StepWatch start(const pipeline::RunStep& step);
  pipeline::StepResult run(const pipeline::RunStep& step);
  // Text of the step's log without the time stamps.
  std::string log(int step = 0) const;
  std::string raw_log(int step = 0) const;
  os::Path attempt_folder() const;

  static pipeline::RunStep script(const std::string& text, const std::string& id = "step-0");

  os::TemporaryDirectory directory_;
  os::RealWorld real_;
  os::World world_ = real_.world();
  store::FolderBlobStore blobs_{world_.files, directory_ / "home/blobs"};
  HostSettings settings_;
  LegSpec spec_;
  std::unique_ptr<HostBackend> backend_;
};

}  // namespace sluice::exec
