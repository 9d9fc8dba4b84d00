// What `# sluice: allow` takes away, and what it says itself.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "pipeline/github/testing/workflows.h"

namespace sluice::pipeline::github {
namespace {

std::vector<std::string> found(std::string_view steps) {
  return mistakes(cat("on: push\njobs:\n  a:\n    runs-on: linux\n    steps:\n", steps));
}

using Found = std::vector<std::string>;

TEST(Allow, takes_away_what_stands_on_its_line_or_on_the_next) {
  const std::string_view rule = "# sluice: allow hidden-pipe-failure";
  const std::pair<std::string, Found> rows[] = {
      {"      - run: make | tee log\n", {"6:14 hidden-pipe-failure"}},
      {cat("      - run: make | tee log  ", rule, " only for people\n"), {}},
      {cat("      ", rule, " only for people\n      - run: make | tee log\n"), {}},
      {cat("      ", rule, " why\n\n      # and more\n      - run: make | tee log\n"), {}},
      {cat("      - run: |\n          ", rule, " why\n          make | tee log\n"), {}},
      {cat("      - run: x\n      - run: make | tee log  #sluice:allow hidden-pipe-failure why\n"),
       {}},
      {cat("      - run: make | tee log  # sluice: allow unused-allow, hidden-pipe-failure why\n"),
       {"6:46 unused-allow"}},
      {cat("      ", rule, " why\n      - run: x\n      - run: make | tee log\n"),
       {"6:23 unused-allow", "8:14 hidden-pipe-failure"}},
      {cat("      ", rule, "\n      - run: make | tee log\n"),
       {"6:7 allow-without-reason", "7:14 hidden-pipe-failure"}},
      {"      - run: x  # sluice: allow hiden-pipe-failure why\n", {"6:33 allow-unknown-rule"}},
      {"      - run: x  # sluice: allow\n", {"6:17 allow-unknown-rule"}},
      {"      - run: 'echo # sluice-allow x'\n", {}},
  };
  for (const auto& [steps, expected] : rows) EXPECT_EQ(found(steps), expected) << steps;
}

TEST(Allow, does_not_take_away_errors) {
  const auto all = check_workflow(
      workflow_file("on: push\njobs:\n  a:\n    # sluice: allow unknown-key I insist\n    foo: 1\n"
                    "    runs-on: linux\n    steps: [{run: x}]\n"));
  ASSERT_TRUE(has_errors(all));
  std::string text;
  for (const Diagnostic& finding : all) text += to_string(finding) + "\n";
  EXPECT_NE(text.find("'unknown-key' keeps the file from running, so it cannot be allowed"),
            std::string::npos)
      << text;
}

}  // namespace
}  // namespace sluice::pipeline::github
