#include "ml/train/training_spec_file.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "ml/model/model_folder.h"
#include "ml/model/publish_folder.h"
#include "ml/serve/testing/small_model.h"
#include "ml/train/process_training_backend.h"
#include "ml/train/train_model.h"
#include "ml/train/xgboost_options.h"
#include "os/testing/faulty_files.h"
#include "os/testing/test_world.h"

namespace sluice::ml {
namespace {

constexpr const char* kWhole = R"(name: demand
algorithm: xgboost
channels:
  train: data/train.csv
  validation: {path: data/valid.csv, content_type: application/x-csv}
hyperparameters:
  target: units
  eta: 0.10
  num_round: 100
  flag: true
  features: [price, deal]
  monotone_constraints: {price: -1}
metrics:
  - {name: loss, regex: 'loss=([0-9.]+)'}
environment: {TZ: UTC}
max_runtime: 30m
stop_grace: 5s
output: out/model
)";

TEST(TrainingSpecFile, ReadsEveryKey) {
  const auto spec = parse_training_spec(kWhole, "train.yml");
  ASSERT_TRUE(spec.ok()) << spec.error().describe();
  const TrainingJobSpec& job = spec->job;
  EXPECT_EQ(job.name, "demand");
  EXPECT_EQ(job.algorithm, "xgboost");
  ASSERT_EQ(job.channels.size(), 2u);
  EXPECT_EQ(job.channels[0].path, "data/train.csv");
  EXPECT_EQ(job.channels[0].content_type, "text/csv");
  EXPECT_EQ(job.channels[1].content_type, "application/x-csv");
  EXPECT_EQ(job.hyperparameters,
            (std::map<std::string, std::string>{{"target", "units"},
                                                {"eta", "0.10"},
                                                {"num_round", "100"},
                                                {"flag", "true"},
                                                {"features", R"(["price","deal"])"},
                                                {"monotone_constraints", R"({"price":-1})"}}))
      << "texts as written, structures as JSON";
  ASSERT_EQ(job.metrics.size(), 1u);
  EXPECT_EQ(job.metrics[0].regex, "loss=([0-9.]+)");
  EXPECT_EQ(job.environment.at("TZ"), "UTC");
  EXPECT_EQ(job.max_runtime, std::chrono::minutes(30));
  EXPECT_EQ(job.stop_grace, std::chrono::seconds(5));
  EXPECT_EQ(spec->output, "out/model");
}

TEST(TrainingSpecFile, ACommandIsALineForTheShellOrAProgramWithArguments) {
  EXPECT_EQ(parse_training_spec("command: python3 train.py | tee log\n", "f")->job.command,
            (std::vector<std::string>{"bash", "-e", "-c", "python3 train.py | tee log"}));
  EXPECT_EQ(parse_training_spec("command: [python3, train.py, 3]\n", "f")->job.command,
            (std::vector<std::string>{"python3", "train.py", "3"}));
}

TEST(TrainingSpecFile, MistakesAreShownWhereTheyStand) {
  const std::pair<const char*, const char*> kBad[] = {
      {"algoritm: xgboost\n", "train.yml:1:1: "},
      {"algoritm: xgboost\n", "did you mean 'algorithm'?"},
      {"command: {a: b}\n", "train.yml:1:10: 'command' must be"},
      {"max_runtime: soon\n", "train.yml:1:14: 'max_runtime' must be a time"},
      {"max_runtime: 0s\n", "'max_runtime' must be a time"},
      {"channels: [a]\n", "'channels' must be a mapping"},
      {"channels:\n  train: 3\n", "train.yml:2:3: channel 'train' must be a path"},
      {"channels:\n  train: {pat: x}\n", "path"},
      {"hyperparameters:\n  eta:\n", "train.yml:2:3: 'eta' has no value"},
      {"metrics: {a: b}\n", "'metrics' must be a list"},
      {"metrics:\n  - {name: a}\n", "regex"},
      {"a: [\n", "train.yml:"},
      {"- a\n", "training specification"},
  };
  for (const auto& [text, expected] : kBad) {
    const auto spec = parse_training_spec(text, "train.yml");
    ASSERT_FALSE(spec.ok()) << text;
    EXPECT_NE(spec.error().describe().find(expected), std::string::npos)
        << text << spec.error().describe();
  }
}

TEST(XgboostOptions, TakesListsInBothSpellingsAndHandsTheRestOn) {
  const auto options = parse_xgboost_options({{"target", "units"},
                                              {"features", R"(["price", "deal"])"},
                                              {"exclude", "a, b"},
                                              {"eval_metric", "rmse,mae"},
                                              {"eta", " 0.1 "},
                                              {"nthread", "2"}},
                                             8);
  ASSERT_TRUE(options.ok()) << options.error().describe();
  EXPECT_EQ(options->features, (std::vector<std::string>{"price", "deal"}));
  EXPECT_EQ(options->exclude, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(options->parameters,
            (std::vector<std::pair<std::string, std::string>>{{"objective", "reg:squarederror"},
                                                              {"tree_method", "hist"},
                                                              {"seed", "0"},
                                                              {"nthread", "2"},
                                                              {"eval_metric", "rmse"},
                                                              {"eval_metric", "mae"},
                                                              {"eta", "0.1"}}));
  EXPECT_EQ(monotone_text({{"b", -1}}, {"a", "b", "c"}).value(), "(0,-1,0)");
}

TEST(TrainingSpecFile, WhatIsWrongIsGivenWithItsPlace) {
  const std::pair<const char*, const char*> cases[] = {
      {"name: -x\ncommand: a", "t.yml:1:7: '-x' is no name of a training job"},
      {"name: abcdefghijklmnopqrstuvwxyz-abcdefghij\ncommand: a", "t.yml:1:7: 'abc"},
      {"name: x", "t.yml:1:1: a training job needs either"},
      {"algorithm: xgboost\ncommand: a", "t.yml:2:10: a training job needs either"},
      {"command: a\nmetrics:\n  - {name: m, regex: 'a('}", "t.yml:3:22: metric 'm'"},
      {"command: a\nmetrics:\n  - {name: m, regex: abc}", "t.yml:3:22: metric 'm'"},
  };
  for (const auto& [text, says] : cases) {
    const auto spec = parse_training_spec(text, "t.yml");
    ASSERT_FALSE(spec.ok()) << text;
    EXPECT_TRUE(spec.error().message().starts_with(says)) << spec.error().message();
  }
  os::TestWorld world;
  const auto on_machine = [&](std::string_view text) {
    return check_on_machine(parse_training_spec(text, "t.yml").value(), world.files, {"xgboost"})
        .error()
        .describe();
  };
  EXPECT_TRUE(
      on_machine("algorithm: xgbost")
          .starts_with(
              "t.yml:1:12: there is no built-in algorithm 'xgbost', did you mean 'xgboost'?"));
  EXPECT_TRUE(on_machine("command: a\nchannels:\n  train: absent.csv")
                  .starts_with("t.yml:3:10: channel 'train'"));
  EXPECT_TRUE(on_machine("command: a\nchannels:\n  train: {path: absent.csv}")
                  .starts_with("t.yml:3:17: channel 'train'"));
}

class TrainModelTest : public testing::Test {
 protected:
  Result<TrainingOutcome> try_train(const std::string& script, const os::Path& output) {
    TrainingJobSpec spec;
    spec.name = "demand";
    spec.command = {"bash", "-ec", script};
    spec.channels = {{"train", (world_.directory / "rows.csv").string()}};
    return train_model(world_.world(), backend_, spec, {output, world_.directory / "records"},
                       [](std::string_view) {}, {});
  }
  TrainingOutcome train(const std::string& script, const os::Path& output) {
    auto outcome = try_train(script, output);
    EXPECT_TRUE(outcome.ok()) << outcome.error().describe();
    return outcome.ok() ? std::move(outcome).value() : TrainingOutcome{};
  }

  os::TestWorld world_;
  os::Files& files_ = world_.files;
  ProcessTrainingBackend backend_{world_.world(), {world_.directory / "jobs", {}, 1}};
};

TEST_F(TrainModelTest, SaysWhatWasLearntFromWhatAndWhereItIs) {
  ASSERT_TRUE(files_.write(world_.directory / "rows.csv", "a\n1\n").ok());
  const os::Path output = world_.directory / "a" / "b" / "model";
  const char* script = R"(cp $SM_CHANNEL_TRAIN/rows.csv $SM_MODEL_DIR/
echo '{"rounds": 3}' > $SM_OUTPUT_DATA_DIR/training.json)";
  const TrainingOutcome first = train(script, output);
  ASSERT_EQ(first.job.status, TrainingStatus::Completed) << first.job.failure_reason;
  EXPECT_EQ(first.data.at("train"), sha256("a\n1\n"));
  EXPECT_EQ(*first.model, output);
  EXPECT_EQ(*first.model_digest, model_digest(files_, output).value());
  EXPECT_EQ(first.report->at("rounds"), 3);
  const Json json = to_json(first);
  EXPECT_EQ(json.at("model_digest").as_string(), first.model_digest->to_string());

  const TrainingOutcome second = train(script, output);
  EXPECT_NE(second.job.name, first.job.name) << "every job has a name of its own";
  EXPECT_EQ(second.model_digest, first.model_digest);

  const TrainingOutcome failed = train("echo no; exit 1", output);
  EXPECT_EQ(failed.job.status, TrainingStatus::Failed);
  EXPECT_FALSE(failed.model.has_value());
  EXPECT_EQ(model_digest(files_, output).value(), *first.model_digest) << "the old model stays";
}

TEST_F(TrainModelTest, WhatNoTrainingLeftIsNotReplacedAndNothingIsTrained) {
  ASSERT_TRUE(files_.write(world_.directory / "rows.csv", "a\n1\n").ok());
  const os::Path folder = world_.directory / "mine";
  ASSERT_TRUE(files_.make_directories(folder / "sub").ok());
  ASSERT_TRUE(files_.write(folder / "sub" / "a.txt", "precious").ok());
  const os::Path link = world_.directory / "link";
  ASSERT_TRUE(files_.symlink(folder, link).ok());
  const std::string script =
      cat("touch ", (world_.directory / "trained").string(), "; echo 1 > $SM_MODEL_DIR/model.txt");
  for (const os::Path& output : {folder, world_.directory / "rows.csv", link, os::Path("")}) {
    const auto refused = try_train(script, output);
    ASSERT_FALSE(refused.ok()) << output;
    EXPECT_NE(refused.error().describe().find(output.string()), std::string::npos);
  }
  EXPECT_EQ(files_.read(folder / "sub" / "a.txt").value(), "precious");
  EXPECT_EQ(files_.read(world_.directory / "rows.csv").value(), "a\n1\n");
  EXPECT_FALSE(files_.stat(world_.directory / "trained").ok()) << "refused before training";
}

TEST_F(TrainModelTest, AnEarlierModelIsReplacedUnlessSomethingWasAddedToIt) {
  ASSERT_TRUE(files_.write(world_.directory / "rows.csv", "a\n1\n").ok());
  const os::Path output = world_.directory / "model";
  ASSERT_TRUE(files_.make_directories(output).ok());
  train("echo 1 > $SM_MODEL_DIR/model.txt", output);
  train("echo 2 > $SM_MODEL_DIR/model.txt", output);
  EXPECT_EQ(files_.read(output / "model.txt").value(), "2\n");
  ASSERT_TRUE(files_.write(output / "notes.txt", "mine").ok());
  EXPECT_FALSE(try_train("echo 3 > $SM_MODEL_DIR/model.txt", output).ok());
  EXPECT_EQ(files_.read(output / "notes.txt").value(), "mine");

  const os::Path other = world_.directory / "other";
  ASSERT_TRUE(write_model_folder(files_, other, small_model()).ok());
  train("echo 1 > $SM_MODEL_DIR/model.txt", other);
  EXPECT_EQ(files_.read(other / "model.txt").value(), "1\n");
}

TEST_F(TrainModelTest, AFullDiskLeavesTheOldModelOrTheNewOneAndTrainingCanBeRepeated) {
  ASSERT_TRUE(files_.write(world_.directory / "rows.csv", "a\n1\n").ok());
  const os::Path output = world_.directory / "model";
  const auto model = [&] { return files_.read(output / "a.txt").value_or("none"); };
  const auto script = [](int n) {
    return cat("for f in a b; do echo ", n, " > $SM_MODEL_DIR/$f.txt; done");
  };
  train(script(0), output);
  os::FaultyFiles faulty(world_.files);
  os::World world = world_.world();
  const os::World on_full_disk{world.clock,     world.timers, faulty,           world.locks,
                               world.processes, world.random, world.environment};
  int failures = 0;
  for (int n = 1; n < 100; ++n) {
    TrainingJobSpec spec;
    spec.name = "demand";
    spec.command = {"bash", "-ec", script(n)};
    ProcessTrainingBackend backend(on_full_disk, {world_.directory / "jobs", {}, 1});
    const std::string before = model();
    faulty.faults().fail_call(n, ErrorCode::ResourceExhausted, os::FaultPlan::Repeat::ForEver);
    const auto outcome =
        train_model(on_full_disk, backend, spec, {output, world_.directory / "records"},
                    [](std::string_view) {}, {});
    faulty.faults().clear();
    if (outcome.ok() && outcome->model) break;
    ++failures;
    const os::Path kept = model() == "none" ? world_.directory / ".model.sluice-old" : output;
    const std::string there = files_.read(kept / "a.txt").value_or("none");
    EXPECT_TRUE(there == before || there == cat(n, "\n")) << n << ": " << there;
    EXPECT_EQ(files_.read(kept / "b.txt").value_or("none"), there) << n;
    train(script(1000 + n), output);
    EXPECT_EQ(model(), cat(1000 + n, "\n")) << n;
  }
  EXPECT_GT(failures, 8);
}

TEST_F(TrainModelTest, AModelThatWasLeftAsideIsTakenBack) {
  const os::Path folder = world_.directory / "model";
  const os::Path aside = world_.directory / ".model.sluice-old";
  ASSERT_TRUE(files_.make_directories(aside).ok());
  ASSERT_TRUE(files_.write(aside / "a.txt", "old").ok());
  EXPECT_FALSE(publish_folder(files_, world_.directory / "absent", folder).ok());
  EXPECT_EQ(files_.read(folder / "a.txt").value_or("none"), "old");
}

TEST_F(TrainModelTest, WhatAppearsInTheOutputDuringTrainingStays) {
  ASSERT_TRUE(files_.write(world_.directory / "rows.csv", "a\n1\n").ok());
  const os::Path output = world_.directory / "model";
  const auto outcome = try_train(cat("echo 1 > $SM_MODEL_DIR/model.txt; mkdir ", output.string(),
                                     "; echo mine > ", (output / "a").string()),
                                 output);
  ASSERT_FALSE(outcome.ok());
  EXPECT_NE(outcome.error().describe().find("the model stays in"), std::string::npos);
  EXPECT_EQ(files_.read(output / "a").value(), "mine\n");
}

}  // namespace
}  // namespace sluice::ml
