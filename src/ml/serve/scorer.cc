#include "ml/serve/scorer.h"

#include <bit>
#include <cmath>

#include "base/strings.h"
#include "ml/model/number_text.h"

namespace sluice::ml {
namespace {

constexpr std::uint64_t kMaxModelBytes = 1ull << 30;

Result<std::vector<std::string>> names_of(const ModelFolder& folder, const XgboostModel& model) {
  std::vector<std::string> names;
  for (const ModelColumn& column : folder.inputs) names.push_back(column.name);
  if (names.empty()) names = model.feature_names();
  if (names.empty())
    return invalid_input("neither MLmodel (signature) nor the model file names the features");
  if (names.size() != model.feature_count())
    return invalid_input(cat("the signature has ", plural(names.size(), "input"),
                             " but the model has ", plural(model.feature_count(), "feature")));
  for (std::size_t i = 0; i < model.feature_names().size(); ++i)
    if (model.feature_names()[i] != names[i])
      return invalid_input(cat("input ", i + 1, " is '", names[i], "' in the signature but '",
                               model.feature_names()[i], "' in the model file"));
  return names;
}

Result<void> check_example(const InputExample& example, const std::vector<std::string>& names,
                           std::size_t outputs) {
  if (example.columns != names)
    return failed_precondition("input_example.json has other columns than the model's features");
  if (example.rows.empty()) return failed_precondition("input_example.json has no rows");
  if (example.rows.size() != outputs)
    return failed_precondition(cat("input_example.json has ", plural(example.rows.size(), "row"),
                                   " but input_example_output.json ", outputs));
  return success();
}

}  // namespace

Result<std::unique_ptr<Scorer>> Scorer::load(const os::FileReader& files, const os::Path& folder,
                                             std::optional<Digest> expected) {
  ModelFolder content = TRY(read_model_folder(files, folder));
  const Digest digest = TRY(model_digest(files, folder));
  if (expected && *expected != digest)
    return failed_precondition(cat("model ", folder.string(), " has the digest ",
                                   digest.to_string(), ", expected ", expected->to_string(),
                                   ": it was changed or is another model"));
  const std::string json = TRY(files.read(content.model_file, kMaxModelBytes));
  XgboostModel model =
      TRY_CONTEXT(XgboostModel::parse(json), cat("model file ", content.model_file.string()));
  std::vector<std::string> names =
      TRY_CONTEXT(names_of(content, model), cat("model ", folder.string()));
  return std::unique_ptr<Scorer>(
      new Scorer(std::move(content), digest, std::move(model), std::move(names)));
}

Result<float> Scorer::predict(std::span<const float> features) const {
  if (features.size() != feature_names_.size())
    return invalid_input(cat("a row of ", plural(features.size(), "value"), " for a model of ",
                             plural(feature_names_.size(), "feature")));
  return model_.predict(features);
}

Result<std::vector<float>> Scorer::predict_rows(std::span<const float> rows) const {
  const std::size_t width = feature_names_.size();
  if (rows.size() % width != 0)
    return invalid_input(
        cat(plural(rows.size(), "value"), " do not make whole rows of ", plural(width, "feature")));
  std::vector<float> predictions;
  predictions.reserve(rows.size() / width);
  for (std::size_t at = 0; at < rows.size(); at += width)
    predictions.push_back(model_.predict(rows.subspan(at, width)));
  return predictions;
}

Result<void> Scorer::self_check() const {
  if (!folder_.example) return failed_precondition("the model has no input_example.json");
  if (!folder_.example_output)
    return failed_precondition("the model has no input_example_output.json");
  const InputExample& example = *folder_.example;
  const std::vector<float>& expected = *folder_.example_output;
  TRY(check_example(example, feature_names_, expected.size()));
  for (std::size_t row = 0; row < example.rows.size(); ++row) {
    const std::vector<float> features(example.rows[row].begin(), example.rows[row].end());
    const float got = TRY(predict(features));
    if (std::bit_cast<std::uint32_t>(got) != std::bit_cast<std::uint32_t>(expected[row]))
      return failed_precondition(cat("row ", row + 1, " of the input example gives ",
                                     float_text(got), ", recorded is ", float_text(expected[row])));
  }
  return success();
}

}  // namespace sluice::ml
