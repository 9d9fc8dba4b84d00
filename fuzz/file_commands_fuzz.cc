// Files of commands and lines of logs: no crash, and what is read is made of what was written.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "pipeline/github/file_commands.h"
#include "pipeline/github/workflow_command.h"

using namespace sluice::pipeline::github;  // NOLINT

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto pairs = parse_name_values(text);
  if (pairs.ok())
    for (const auto& [name, value] : pairs.value())
      if (name.empty() || text.find(name) == std::string_view::npos ||
          text.find(value) == std::string_view::npos)
        __builtin_trap();
  for (const std::string& folder : parse_path_lines(text))
    if (folder.empty()) __builtin_trap();
  WorkflowCommandReader reader;
  reader.read(text);
  reader.read(text);
  if (const auto command = parse_workflow_command(text))
    if (!is_workflow_command(command->name)) __builtin_trap();
  return 0;
}
