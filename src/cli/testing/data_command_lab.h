// `sluice data …` in a temporary folder, with what it printed.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "cli/testing/fake_terminal.h"
#include "os/testing/test_world.h"

namespace sluice::cli {

class DataCommandLab : public testing::Test {
 protected:
  DataCommandLab() { world_.environment.set("SLUICE_HOME", path("home")); }

  std::string path(std::string_view name) { return (world_.directory / name).string(); }
  void write(std::string_view name, std::string_view text);
  // Exit status of `sluice ARGUMENTS`, or the error; what was printed before is forgotten.
  Result<int> run(std::vector<std::string> arguments);

  os::TestWorld world_;
  os::Files& files_ = world_.files;
  FakeTerminal terminal_;
  NullLog log_;
};

}  // namespace sluice::cli
