// The plan as JSON, compared with the file beside the workflow; UPDATE_GOLDEN=1 writes it anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "pipeline/github/testing/workflows.h"

namespace sluice::pipeline::github {
namespace {

std::filesystem::path golden(std::string_view name) {
  return std::filesystem::path(SLUICE_SOURCE_DIR) / "src/pipeline/github/testing/golden" / name;
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(GoldenPlan, is_what_it_was) {
  TriggerEvent event = push_to("main");
  event.changed_files = {"src/a.py"};
  event.comparison_base = "bbbb";
  const auto bound = bind_workflow(read_text(golden("plan.yml")), {.event = event});
  const std::string plan = to_pretty_text(to_json(bound->plan())) + "\n";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(golden("plan.json")) << plan;
  EXPECT_EQ(plan, read_text(golden("plan.json")));
}

}  // namespace
}  // namespace sluice::pipeline::github
