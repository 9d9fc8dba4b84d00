#include "cli/testing/data_command_lab.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/command.h"
#include "cli/data_command.h"

namespace sluice::cli {

void DataCommandLab::write(std::string_view name, std::string_view text) {
  ASSERT_TRUE(files_.write(path(name), text).ok());
}

Result<int> DataCommandLab::run(std::vector<std::string> arguments) {
  CLI::App root;
  Chosen chosen;
  add_data_command(root, chosen);
  std::reverse(arguments.begin(), arguments.end());
  try {
    root.parse(arguments);
  } catch (const CLI::ParseError& error) {
    return invalid_input(error.what());
  }
  terminal_.out_text.clear();
  Context context{world_.world(), terminal_, log_, {}, {}, {}};
  return chosen.action(context);
}

}  // namespace sluice::cli
