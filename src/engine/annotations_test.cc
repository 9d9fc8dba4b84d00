#include "engine/annotations.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "engine/testing/run_lab.h"

namespace sluice::engine {
namespace {

pipeline::LogCommand command(const std::string& name, const std::string& data,
                             std::map<std::string, std::string> properties = {}) {
  return {name, std::move(properties), data};
}

TEST(Annotations, HoldWhatTheCommandsSay) {
  pipeline::StepResult result;
  result.commands = {command("error", "does not fit",
                             {{"file", "train.py"},
                              {"line", "3"},
                              {"col", "7"},
                              {"endLine", "4"},
                              {"endColumn", "2"},
                              {"title", "Shape"}}),
                     command("group", "not one"),
                     command("warning", "old", {{"file", "a.py"}, {"line", "x"}}),
                     command("notice", "two\nlines")};
  const StepAnnotations annotations = annotations_of(result, {});
  EXPECT_EQ(to_text(to_json(annotations)),
            R"({"annotations":[{"kind":"error","message":"does not fit","file":"train.py",)"
            R"("title":"Shape","line":3,"end_line":4,"column":7,"end_column":2},)"
            R"({"kind":"warning","message":"old","file":"a.py"},)"
            R"({"kind":"notice","message":"two\nlines"}],"more":0})");
  EXPECT_EQ(place_of(annotations.list[0]), "train.py:3:7");
  EXPECT_EQ(place_of(annotations.list[1]), "a.py");
  EXPECT_EQ(place_of(annotations.list[2]), "");
  EXPECT_EQ(to_text(to_json(step_annotations_from(to_json(annotations)))),
            to_text(to_json(annotations)));
}

TEST(Annotations, AreTenOfAKindAndHowManyMore) {
  pipeline::StepResult result;
  for (int i = 0; i < 13; ++i) result.commands.push_back(command("warning", std::to_string(i)));
  result.commands.push_back(command("error", "at last"));
  const StepAnnotations annotations = annotations_of(result, {});
  ASSERT_EQ(annotations.list.size(), 11u);
  EXPECT_EQ(annotations.list.back().message, "at last");
  EXPECT_EQ(annotations.more, 3);
}

TEST(Annotations, ShowNoSecretAndNotTooMuch) {
  pipeline::StepResult result;
  result.commands = {command("error", "key hunter2 and fresh-one", {{"title", "hunter2"}}),
                     command("add-mask", "fresh-one"), command("notice", std::string(9000, 'x'))};
  const StepAnnotations annotations = annotations_of(result, {"hunter2"});
  EXPECT_EQ(annotations.list[0].message, "key *** and ***");
  EXPECT_EQ(annotations.list[0].title, "***");
  EXPECT_LT(annotations.list[1].message.size(), 5000u);
}

TEST(Annotations, StandInTheRowOfTheirStepInEveryAttempt) {
  RunLab lab;
  ASSERT_TRUE(lab.start_engine().ok());
  lab.world().results["one"].commands = {command("warning", "careful", {{"file", "a.py"}})};
  lab.world().results["two"].outcome = pipeline::Outcome::Failed;
  ASSERT_TRUE(lab.create(lab.describe("on: push\njobs: {a: {runs-on: linux, steps: [{run: one}, "
                                      "{run: two}]}}\n"))
                  .ok());
  ASSERT_TRUE(lab.run_to_end().ok());
  ASSERT_TRUE(
      lab.post(event_kind::kRerunRequested, to_json(Rerun{2, {"a"}, RerunPoint{{"a", 0}, 1}}))
          .ok());
  ASSERT_TRUE(lab.run_to_end().ok());
  std::string said;
  for (const StepRow& step : lab.read_model().steps(lab.run_id()).value())
    for (const Annotation& annotation : step.annotations.list)
      said +=
          cat(step.attempt, " ", step.name, " ", annotation.kind, " ", annotation.message, "; ");
  EXPECT_EQ(said, "1 Run one warning careful; 2 Run one warning careful; ");
}

}  // namespace
}  // namespace sluice::engine
