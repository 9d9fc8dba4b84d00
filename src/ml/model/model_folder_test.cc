#include "ml/model/model_folder.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/strings.h"
#include "ml/serve/scorer.h"
#include "ml/serve/testing/small_model.h"
#include "os/testing/memory_files.h"
#include "os/testing/test_world.h"

namespace sluice::ml {
namespace {

class ModelFolderTest : public testing::Test {
 protected:
  ModelFolderTest() : folder_(world_.directory / "models" / "demand") {
    EXPECT_TRUE(files_.make_directories(folder_.parent_path()).ok());
  }

  Digest write(const NewModel& model = small_model()) {
    auto digest = write_model_folder(world_.files, folder_, model);
    EXPECT_TRUE(digest.ok()) << digest.error().describe();
    return digest.ok() ? *digest : Digest{};
  }

  void change(std::string_view file, std::string_view from, std::string_view to) {
    const std::string text = files_.read(folder_ / file).value();
    const std::string changed = replace_all(text, from, to);
    ASSERT_NE(text, changed) << from;
    ASSERT_TRUE(files_.write(folder_ / file, changed).ok());
  }

  std::string load_error() {
    const auto loaded = Scorer::load(world_.files, folder_);
    return loaded.ok() ? "loaded" : loaded.error().describe();
  }

  os::TestWorld world_;
  os::Files& files_ = world_.files;
  os::Path folder_;
};

TEST_F(ModelFolderTest, ReadsBackWhatWasWritten) {
  NewModel model = small_model();
  model.inputs = {{"it's \"quoted\""}, {"größe"}};
  const Digest digest = write(model);
  const auto read = read_model_folder(world_.files, folder_);
  ASSERT_TRUE(read.ok()) << read.error().describe();
  EXPECT_EQ(read->inputs, model.inputs);
  EXPECT_EQ(read->example->columns, model.example.columns);
  EXPECT_EQ(read->example->rows[1], model.example.rows[1]);
  EXPECT_TRUE(std::isnan(read->example->rows[2][0]));
  EXPECT_EQ(*read->example_output, model.example_output);
  EXPECT_EQ(read->run_id, "run-1");
  EXPECT_EQ(read->created, "2025-11-21T09:00:25Z");
  EXPECT_EQ(read->model_file, folder_ / "model.xgb.json");
  EXPECT_EQ(model_digest(world_.files, folder_).value(), digest);
}

TEST_F(ModelFolderTest, TheDigestIsThatOfTheFilesAndNothingElse) {
  const Digest digest = write();
  std::vector<ModelFile> files = list_model_files(world_.files, folder_).value();
  std::string text;
  for (const ModelFile& file : files)
    text += file.path + std::string(1, '\0') + std::to_string(file.size) + std::string(1, '\0') +
            file.digest.hex() + "\n";
  EXPECT_EQ(sha256(text), digest);
  ASSERT_TRUE(world_.files.rename(folder_, world_.directory / "elsewhere").ok());
  EXPECT_EQ(model_digest(world_.files, world_.directory / "elsewhere").value(), digest);
  folder_ = world_.directory / "elsewhere";
  change("requirements.txt", "1.7.4", "1.7.5");
  EXPECT_NE(model_digest(world_.files, folder_).value(), digest);
  EXPECT_EQ(Scorer::load(world_.files, folder_, digest).error().code(),
            ErrorCode::FailedPrecondition);
}

TEST_F(ModelFolderTest, LinksAreNoPartOfAModel) {
  write();
  ASSERT_TRUE(world_.files.symlink("/etc/passwd", folder_ / "extra").ok());
  EXPECT_EQ(model_digest(world_.files, folder_).error().code(), ErrorCode::InvalidInput);
}

TEST_F(ModelFolderTest, ScoresAndChecksItself) {
  const Digest digest = write();
  const auto scorer = Scorer::load(world_.files, folder_, digest);
  ASSERT_TRUE(scorer.ok()) << scorer.error().describe();
  EXPECT_TRUE((*scorer)->self_check().ok());
  const std::vector<float> rows = {1, 0, 3, 1};
  EXPECT_EQ((*scorer)->predict_rows(rows).value(), (std::vector<float>{10.75f, -8.75f}));
  EXPECT_FALSE((*scorer)->predict_rows(std::span(rows).first(3)).ok());
  EXPECT_FALSE((*scorer)->predict(std::span(rows).first(1)).ok());
}

TEST_F(ModelFolderTest, TheSelfCheckNoticesOneDifferentBit) {
  write();
  change("input_example_output.json", "10.75", "10.750001");
  const auto scorer = Scorer::load(world_.files, folder_).value();
  EXPECT_EQ(scorer->self_check().error().describe(),
            "row 1 of the input example gives 10.75, recorded is 10.750001");
  ASSERT_TRUE(world_.files.remove_all(folder_ / "input_example_output.json").ok());
  EXPECT_FALSE(Scorer::load(world_.files, folder_).value()->self_check().ok());
}

TEST_F(ModelFolderTest, RefusesFoldersThatAreNoServableModel) {
  EXPECT_EQ(read_model_folder(world_.files, folder_).error().code(), ErrorCode::NotFound);
  struct Case {
    const char* file;
    const char* from;
    const char* to;
    const char* message;
  };
  const Case kCases[] = {
      {"MLmodel", "  xgboost:\n", "  sklearn:\n", "no 'xgboost' flavour"},
      {"MLmodel", "    code: null\n    data: model.xgb.json", "    data: ../model.json", "inside"},
      {"MLmodel", "    code: null\n    data: model.xgb.json", "    data: /etc/x.json", "inside"},
      {"MLmodel", "    code: null\n    data: model.xgb.json", "    data: m.ubj", "JSON form"},
      {"MLmodel", "\"price\"", "\"prize\"", "'prize' in the signature but 'price'"},
      {"MLmodel", "flavors:", "flavors: [", "MLmodel:"},
      {"MLmodel", "inputs: '[", "inputs: '[[", "signature"},
      {"input_example.json", "[1,0]", "[1]", "array of 2 values"},
      {"input_example.json", "}", "", "input_example.json"},
      {"model.xgb.json", "\"gbtree\"", "\"dart\"", "model.xgb.json: booster 'dart'"},
  };
  for (const Case& bad : kCases) {
    write();
    change(bad.file, bad.from, bad.to);
    const std::string error = load_error();
    EXPECT_NE(error.find(bad.message), std::string::npos) << bad.message << ": " << error;
  }
}

TEST(ModelFolderFaults, AWriteThatFailsAnywhereLeavesAWholeModel) {
  os::FakeClock clock;
  for (int failing = 1;; ++failing) {
    os::MemoryFiles memory(clock);
    os::Files& files = memory;
    ASSERT_TRUE(files.make_directories("/models").ok());
    NewModel model = small_model();
    const Digest old = write_model_folder(files, "/models/m", model).value();
    model.run_id = "run-2";
    memory.faults().fail_call(failing, ErrorCode::ResourceExhausted);
    const auto written = write_model_folder(files, "/models/m", model);
    if (written.ok()) {
      EXPECT_GT(failing, 8) << "every write was tried";
      break;
    }
    EXPECT_EQ(written.error().code(), ErrorCode::ResourceExhausted) << failing;
    const auto now = model_digest(files, "/models/m");
    ASSERT_TRUE(now.ok()) << failing << ": " << now.error().describe();
    EXPECT_TRUE(*now == old || read_model_folder(files, "/models/m")->run_id == "run-2") << failing;
  }
}

}  // namespace
}  // namespace sluice::ml
