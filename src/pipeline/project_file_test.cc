#include "pipeline/project_file.h"

#include <gtest/gtest.h>

#include "base/strings.h"

namespace sluice::pipeline {
namespace {

TEST(ProjectFileTest, NamesTheGateOfAModel) {
  const auto project = parse_project_file(
      "gates:\n  demand: {file: gates/demand.yml}\n  price.v2:\n    file: p.yml\n", "sluice.yml");
  ASSERT_TRUE(project.ok()) << project.error().describe();
  ASSERT_NE(project->find_gate("demand"), nullptr);
  EXPECT_EQ(project->find_gate("demand")->file, "gates/demand.yml");
  EXPECT_EQ(project->find_gate("demand")->position, (TextPosition{2, 18}));
  EXPECT_EQ(project->find_gate("price.v2")->file, "p.yml");
  EXPECT_EQ(project->find_gate("prices"), nullptr);
}

TEST(ProjectFileTest, MayNameNoGate) {
  EXPECT_TRUE(parse_project_file("gates: {}\n", "sluice.yml").ok());
  EXPECT_TRUE(parse_project_file("{}\n", "sluice.yml").ok());
}

struct BadFile {
  std::string text;
  std::string message;
};

TEST(ProjectFileTest, MistakesAreNamedWithTheirPlace) {
  const std::vector<BadFile> files{
      {"gate:\n  demand: {file: g.yml}\n", "sluice.yml:1:1: sluice.yml has an unknown key 'gate'"},
      {"gate:\n  demand: {file: g.yml}\n", "'gates'"},
      {"gates:\n  demand: {fiel: g.yml}\n", "sluice.yml:2:"},
      {"gates:\n  demand: {file: g.yml, path: x}\n",
       "sluice.yml:2:25: the gate of 'demand' has an unknown key 'path'"},
      {"gates: [demand]\n", "sluice.yml:1:8: 'gates' names a gate for each model"},
      {"gates:\n", "'gates' names a gate for each model"},
      {"gates:\n  demand: gates/demand.yml\n", "sluice.yml:2:11: "},
      {"gates:\n  demand: {}\n", "sluice.yml:2:11: "},
      {"gates:\n  demand: {file: ''}\n", "sluice.yml:2:18: 'file' is the path of a gate file"},
      {"gates:\n  demand: {file: /etc/gate.yml}\n", "'/etc/gate.yml' is none"},
      {"gates:\n  demand: {file: ../gate.yml}\n", "'../gate.yml' is none"},
      {"gates:\n  demand: {file: gates//gate.yml}\n", "'gates//gate.yml' is none"},
      {"gates:\n  'my demand': {file: g.yml}\n", "sluice.yml:2:3: 'my demand' is no name"},
      {"gates:\n  demand/3: {file: g.yml}\n", "sluice.yml:2:3: 'demand/3' is no name"},
      {"gates:\n  demand: {file: a.yml}\n  demand: {file: b.yml}\n", "sluice.yml:3:3: "},
      {"- gates\n", "sluice.yml:1:1: "},
      {"", "sluice.yml:1:1: "},
      {"gates: {demand: {file: a.yml}\n", "sluice.yml:"}};
  for (const BadFile& file : files) {
    const auto project = parse_project_file(file.text, "sluice.yml");
    ASSERT_FALSE(project.ok()) << file.text;
    EXPECT_NE(project.error().describe().find(file.message), std::string::npos)
        << file.text << project.error().describe();
  }
}

TEST(ProjectFileTest, HasALimit) {
  const std::string comment = cat("#", std::string(300u << 10, 'x'), "\n");
  const auto project = parse_project_file(cat("gates: {}\n", comment), "sluice.yml");
  ASSERT_FALSE(project.ok());
  EXPECT_NE(project.error().describe().find("sluice.yml:"), std::string::npos);
}

}  // namespace
}  // namespace sluice::pipeline
