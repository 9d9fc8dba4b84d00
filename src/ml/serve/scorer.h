// A model folder loaded for prediction.
//
// Immutable after load(), so every method is thread-safe. Features are given in the order of
// feature_names(), as floats (what XGBoost computes with); NaN is a missing value.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "ml/model/model_folder.h"
#include "ml/serve/xgboost_model.h"
#include "os/ports/files.h"

namespace sluice::ml {

class Scorer {
 public:
  // Reads the folder. With `expected`, a folder of another digest is refused (FailedPrecondition)
  // before its model is parsed.
  static Result<std::unique_ptr<Scorer>> load(const os::FileReader& files, const os::Path& folder,
                                              std::optional<Digest> expected = std::nullopt);

  const std::vector<std::string>& feature_names() const { return feature_names_; }
  const ModelFolder& folder() const { return folder_; }
  const Digest& digest() const { return digest_; }
  const XgboostModel& model() const { return model_; }

  // InvalidInput when the number of values is not that of the features.
  Result<float> predict(std::span<const float> features) const;
  // Rows one after another; the size must be a multiple of the number of features.
  Result<std::vector<float>> predict_rows(std::span<const float> rows) const;

  // Does the model answer its own input example as recorded, bit by bit? FailedPrecondition with
  // the row and both numbers when not, and when the folder has no example or no recorded output.
  Result<void> self_check() const;

 private:
  Scorer(ModelFolder folder, Digest digest, XgboostModel model, std::vector<std::string> names)
      : folder_(std::move(folder)),
        digest_(digest),
        model_(std::move(model)),
        feature_names_(std::move(names)) {}

  ModelFolder folder_;
  Digest digest_;
  XgboostModel model_;
  std::vector<std::string> feature_names_;
};

}  // namespace sluice::ml
