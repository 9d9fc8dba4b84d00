// Any bytes as sluice.yml: gates with names and files, or an error that names its place.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "pipeline/project_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto project = sluice::pipeline::parse_project_file(text, "sluice.yml");
  if (!project.ok()) {
    CHECK(project.error().message().starts_with("sluice.yml:"));
    return 0;
  }
  for (const auto& gate : project->gates) {
    CHECK(project->find_gate(gate.model) == &gate);
    CHECK(!gate.file.starts_with("/") && !gate.file.starts_with("../"));
  }
  return 0;
}
