// SageMaker's contract in process mode, with shell scripts as trainers.

#include "ml/train/process_training_backend.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/strings.h"
#include "ml/train/follow_training.h"
#include "os/testing/test_world.h"

namespace sluice::ml {
namespace {

constexpr Duration kLong = std::chrono::seconds(20);

class ProcessTrainingTest : public testing::Test {
 protected:
  TrainingJobSpec shell(std::string script) {
    TrainingJobSpec spec;
    spec.name = "demand-1";
    spec.command = {"bash", "-ec", std::move(script)};
    return spec;
  }

  TrainingJob run(const TrainingJobSpec& spec, const CancellationToken& cancel = {}) {
    auto job = run_training(
        backend_, spec, [this](std::string_view s) { log_ += s; }, cancel);
    EXPECT_TRUE(job.ok()) << job.error().describe();
    return job.ok() ? std::move(job).value() : TrainingJob{};
  }

  // Submits and waits until the trainer has printed something.
  void start(const TrainingJobSpec& spec) {
    ASSERT_TRUE(backend_.submit(spec).ok());
    for (int i = 0; i < 400 && backend_.logs(spec.name, 0).value().empty(); ++i)
      ASSERT_TRUE(backend_.wait(spec.name, std::chrono::milliseconds(20)).ok());
  }

  std::string file(const os::Path& path) {
    auto text = files_.read(path);
    EXPECT_TRUE(text.ok()) << path;
    return text.ok() ? std::move(text).value() : "";
  }

  static std::vector<std::string> statuses(const TrainingJob& job) {
    std::vector<std::string> names;
    for (const auto& transition : job.transitions) names.emplace_back(to_string(transition.status));
    return names;
  }

  os::TestWorld world_;
  os::Files& files_ = world_.files;
  ProcessTrainingBackend backend_{
      world_.world(), {world_.directory / "jobs", {{"xgboost", {"/no/such/program"}}}, 3}};
  std::string log_;
};

TEST_F(ProcessTrainingTest, AMetricThatNoLineGivesIsSaid) {
  TrainingJobSpec spec = shell("echo loss=0.5 accuracy=high; echo m > $SM_MODEL_DIR/m");
  spec.metrics = {{"loss", "loss=([0-9.]+)"}, {"auc", "auc=([0-9.]+)"}, {"acc", "accuracy=(.*)"}};
  const TrainingJob job = run(spec);
  ASSERT_EQ(job.status, TrainingStatus::Completed);
  ASSERT_EQ(job.warnings.size(), 2u);
  EXPECT_NE(job.warnings[0].find("metric 'auc'"), std::string::npos);
  EXPECT_NE(job.warnings[1].find("metric 'acc'"), std::string::npos);
  EXPECT_EQ(to_json(job).at("warnings").as_array().size(), 2u);
}

constexpr const char* kGoodTrainer = R"(
echo "epoch 1: loss=0.75;"
echo "epoch 2: loss=0.5;" >&2
cp "$SM_CHANNEL_TRAIN"/*.csv "$SM_MODEL_DIR/model.csv"
env > "$SM_OUTPUT_DATA_DIR/env"
)";

TEST_F(ProcessTrainingTest, ATrainerFindsFoldersConfigurationAndVariablesOfTheContract) {
  ASSERT_TRUE(files_.write(world_.directory / "rows.csv", "a,b\n1,2\n").ok());
  ASSERT_TRUE(files_.make_directories(world_.directory / "images").ok());
  TrainingJobSpec spec = shell(kGoodTrainer);
  spec.hyperparameters = {{"max_depth", "6"}, {"batch-size", "32"}, {"name", "\"quoted\""}};
  spec.channels = {{"train", (world_.directory / "rows.csv").string()},
                   {"images", (world_.directory / "images").string(), "image/png"}};
  spec.environment = {{"MY_OWN", "yes"}, {"SM_LOG_LEVEL", "10"}};
  const TrainingJob job = run(spec);
  ASSERT_EQ(job.status, TrainingStatus::Completed) << job.failure_reason << log_;
  EXPECT_EQ(statuses(job), (std::vector<std::string>{"Starting", "Downloading", "Training",
                                                     "Uploading", "Completed"}));

  const os::Path folder = world_.directory / "jobs" / "demand-1";
  EXPECT_EQ(file(folder / "model/model.csv"), "a,b\n1,2\n");
  const Json hyper = parse_json(file(folder / "input/config/hyperparameters.json")).value();
  EXPECT_EQ(hyper, (Json{{"batch-size", "32"}, {"max_depth", "6"}, {"name", "\"quoted\""}}));
  const Json inputs = parse_json(file(folder / "input/config/inputdataconfig.json")).value();
  EXPECT_EQ(inputs.at("images").at("ContentType"), "image/png");
  EXPECT_EQ(inputs.at("train").at("TrainingInputMode"), "File");
  const Json resources = parse_json(file(folder / "input/config/resourceconfig.json")).value();
  EXPECT_EQ(resources.at("current_host"), "algo-1");
  EXPECT_EQ(resources.at("hosts"), (JsonArray{"algo-1"}));
  EXPECT_EQ(world_.files.list(folder / "input/data/images").value().size(), 0u);

  const std::string env = "\n" + file(folder / "output/data/env");
  const std::string prefix = folder.string();
  for (const std::string& line : std::initializer_list<std::string>{
           "TRAINING_JOB_NAME=demand-1",
           "TRAINING_JOB_ARN=arn:aws:sagemaker:local:000000000000:training-job/demand-1",
           "AWS_REGION=local",
           "MY_OWN=yes",
           "SM_LOG_LEVEL=10",
           "SM_NUM_CPUS=3",
           "SM_NUM_GPUS=0",
           "SM_NUM_NEURONS=0",
           "SM_HOST_COUNT=1",
           "SM_CURRENT_HOST_RANK=0",
           "SM_CURRENT_HOST=algo-1",
           "SM_HOSTS=[\"algo-1\"]",
           "SM_MASTER_ADDR=127.0.0.1",
           "SM_MASTER_PORT=7777",
           "SM_HP_MAX_DEPTH=6",
           "SM_HP_BATCH-SIZE=32",
           "SM_HP_BATCH_SIZE=32",
           "SM_HP_NAME=quoted",
           "SM_HPS={\"batch-size\":32,\"max_depth\":6,\"name\":\"quoted\"}",
           "SM_CHANNELS=[\"train\",\"images\"]",
           "SM_CHANNEL_TRAIN=" + prefix + "/input/data/train",
           "SM_CHANNEL_IMAGES=" + prefix + "/input/data/images",
           "SM_MODEL_DIR=" + prefix + "/model",
           "SM_INPUT_DIR=" + prefix + "/input",
           "SM_INPUT_DATA_DIR=" + prefix + "/input/data",
           "SM_INPUT_CONFIG_DIR=" + prefix + "/input/config",
           "SM_OUTPUT_DIR=" + prefix + "/output",
           "SM_OUTPUT_DATA_DIR=" + prefix + "/output/data",
           "SM_OUTPUT_FAILURE=" + prefix + "/output/failure"})
    EXPECT_NE(env.find("\n" + line + "\n"), std::string::npos) << line;
  for (const char* name : {"SM_RESOURCE_CONFIG", "SM_INPUT_DATA_CONFIG", "SM_TRAINING_ENV"})
    EXPECT_NE(env.find(cat("\n", name, "={")), std::string::npos) << name;
}

TEST_F(ProcessTrainingTest, MetricsAreTheLastNumbersThatTheLogShows) {
  ASSERT_TRUE(files_.write(world_.directory / "rows.csv", "a\n1\n").ok());
  TrainingJobSpec spec = shell(kGoodTrainer);
  spec.channels = {{"train", (world_.directory / "rows.csv").string()}};
  spec.metrics = {{"loss", "loss=([0-9.]+);"}, {"never", "accuracy=([0-9.]+)"}};
  const TrainingJob job = run(spec);
  ASSERT_EQ(job.metrics.size(), 1u);
  EXPECT_EQ(job.metrics[0].name, "loss");
  EXPECT_EQ(job.metrics[0].value, 0.5);
  EXPECT_EQ(log_, "epoch 1: loss=0.75;\nepoch 2: loss=0.5;\n");
  const Json record = parse_json(file(os::Path(job.folder) / "job.json")).value();
  EXPECT_EQ(record.at("training_job_status"), "Completed");
  EXPECT_EQ(record.at("final_metric_data_list").at(0).at("metric_name"), "loss");
}

struct Failure {
  const char* what;
  const char* script;
  const char* reason;
};
const Failure kFailures[] = {
    {"its own words", "echo noise; echo 'column price is empty' > $SM_OUTPUT_FAILURE; exit 3",
     "column price is empty"},
    {"the last line", "echo first; echo 'ValueError: bad'; echo; exit 4",
     "exit code 4: ValueError: bad"},
    {"silence", "exit 5", "exit code 5"},
    {"a signal", "kill -SEGV $$", "killed by signal 11 (Segmentation fault)"},
    {"no such command", "trainer_that_is_not_there", "trainer_that_is_not_there"},
    {"no model", "echo done", "left no model in"},
};

TEST_F(ProcessTrainingTest, AFailedJobSaysWhy) {
  int number = 0;
  for (const Failure& failure : kFailures) {
    TrainingJobSpec spec = shell(failure.script);
    spec.name = cat("failing-", ++number);
    const TrainingJob job = run(spec);
    EXPECT_EQ(job.status, TrainingStatus::Failed) << failure.what;
    EXPECT_EQ(job.secondary_status(), SecondaryStatus::Failed);
    EXPECT_NE(job.failure_reason.find(failure.reason), std::string::npos)
        << failure.what << ": " << job.failure_reason;
    EXPECT_FALSE(backend_.collect(spec.name, world_.directory / "model").ok());
  }
}

TEST_F(ProcessTrainingTest, TheReasonIsTheFirstKilobyteOfWhatTheTrainerWrote) {
  const TrainingJob job =
      run(shell("head -c 5000 /dev/zero | tr '\\0' x > $SM_OUTPUT_FAILURE; exit 1"));
  EXPECT_EQ(job.failure_reason, std::string(1024, 'x'));
}

TEST_F(ProcessTrainingTest, AJobThatRunsTooLongIsStopped) {
  TrainingJobSpec spec = shell("echo up; sleep 60");
  spec.max_runtime = std::chrono::minutes(5);
  start(spec);
  world_.clock.advance(std::chrono::minutes(4));
  EXPECT_EQ(backend_.describe(spec.name).value().status, TrainingStatus::InProgress);
  world_.clock.advance(std::chrono::minutes(2));
  const TrainingJob job = backend_.wait(spec.name, kLong).value();
  EXPECT_EQ(job.status, TrainingStatus::Stopped);
  EXPECT_EQ(job.secondary_status(), SecondaryStatus::MaxRuntimeExceeded);
  EXPECT_EQ(statuses(job), (std::vector<std::string>{"Starting", "Downloading", "Training",
                                                     "Stopping", "MaxRuntimeExceeded"}));
}

TEST_F(ProcessTrainingTest, AStopIsPoliteAndThenIsNot) {
  TrainingJobSpec spec = shell("trap '' TERM; echo up; while :; do sleep 60; done");
  start(spec);
  ASSERT_TRUE(backend_.stop(spec.name).ok());
  world_.clock.advance(std::chrono::seconds(29));
  EXPECT_EQ(backend_.wait(spec.name, std::chrono::milliseconds(30)).value().status,
            TrainingStatus::Stopping);
  world_.clock.advance(std::chrono::seconds(2));
  const TrainingJob job = backend_.wait(spec.name, kLong).value();
  EXPECT_EQ(job.status, TrainingStatus::Stopped);
  EXPECT_EQ(job.exit_code, 128 + 9);
}

TEST_F(ProcessTrainingTest, CancellingTheForegroundRunStopsTheTrainer) {
  CancellationSource source;
  TrainingJobSpec spec =
      shell("echo up; trap 'echo bye; exit 7' TERM; while :; do sleep 0.05; done");
  auto job = run_training(
      backend_, spec,
      [&](std::string_view piece) {
        log_ += piece;
        source.cancel();
      },
      source.token());
  ASSERT_TRUE(job.ok()) << job.error().describe();
  EXPECT_EQ(job->status, TrainingStatus::Stopped);
  EXPECT_TRUE(log_.starts_with("up\n"));
}

TEST_F(ProcessTrainingTest, TheModelIsCollectedWholeAndReplacesTheOldOne) {
  const os::Path target = world_.directory / "out" / "model";
  ASSERT_TRUE(files_.make_directories(target).ok());
  ASSERT_TRUE(files_.write(target / "old", "1").ok());
  const TrainingJob job = run(shell("mkdir $SM_MODEL_DIR/d; echo new > $SM_MODEL_DIR/d/file"));
  ASSERT_EQ(job.status, TrainingStatus::Completed);
  ASSERT_TRUE(backend_.collect("demand-1", target).ok());
  EXPECT_EQ(file(target / "d/file"), "new\n");
  EXPECT_FALSE(world_.files.stat(target / "old").ok());
  EXPECT_EQ(world_.files.list(world_.directory / "out").value().size(), 1u) << "nothing left over";
}

struct BadSpec {
  const char* what;
  std::function<void(TrainingJobSpec&)> spoil;
  ErrorCode code;
  const char* message;
};

TEST_F(ProcessTrainingTest, RefusesSpecificationsThatCannotRun) {
  const BadSpec kBad[] = {
      {"name", [](auto& s) { s.name = "a/b"; }, ErrorCode::InvalidInput, "'a/b'"},
      {"both", [](auto& s) { s.algorithm = "xgboost"; }, ErrorCode::InvalidInput, "either"},
      {"neither", [](auto& s) { s.command.clear(); }, ErrorCode::InvalidInput, "either"},
      {"algorithm",
       [](auto& s) {
         s.command.clear();
         s.algorithm = "xgbost";
       },
       ErrorCode::InvalidInput, "did you mean 'xgboost'?"},
      {"channel",
       [](auto& s) {
         s.channels = {{"../x", "/"}};
       },
       ErrorCode::InvalidInput, "../x"},
      {"twice",
       [](auto& s) {
         s.channels = {{"x", "/"}, {"x", "/"}};
       },
       ErrorCode::InvalidInput, "given twice"},
      {"missing",
       [](auto& s) {
         s.channels = {{"x", "/no/such"}};
       },
       ErrorCode::NotFound, "channel 'x'"},
      {"regex",
       [](auto& s) {
         s.metrics = {{"m", "a(b"}};
       },
       ErrorCode::InvalidInput, "metric 'm'"},
      {"group",
       [](auto& s) {
         s.metrics = {{"m", "ab"}};
       },
       ErrorCode::InvalidInput, "no group"},
      {"time", [](auto& s) { s.max_runtime = Duration::zero(); }, ErrorCode::InvalidInput,
       "positive"},
  };
  for (const BadSpec& bad : kBad) {
    TrainingJobSpec spec = shell("true");
    spec.name = cat("bad-", bad.what);
    bad.spoil(spec);
    const auto submitted = backend_.submit(spec);
    ASSERT_FALSE(submitted.ok()) << bad.what;
    EXPECT_EQ(submitted.error().code(), bad.code) << bad.what;
    EXPECT_NE(submitted.error().describe().find(bad.message), std::string::npos)
        << submitted.error().describe();
  }
  EXPECT_EQ(backend_.describe("bad-name").error().code(), ErrorCode::NotFound);
  EXPECT_EQ(run(shell("echo > $SM_MODEL_DIR/m")).status, TrainingStatus::Completed);
  EXPECT_EQ(backend_.submit(shell("true")).error().code(), ErrorCode::AlreadyExists);
}

}  // namespace
}  // namespace sluice::ml
