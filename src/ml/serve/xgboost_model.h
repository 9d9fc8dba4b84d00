// XGBoost's JSON model form, read by our own code into flat trees that answer exactly as
// libxgboost 1.7 does (same floats, bit by bit).
//
// Read: gbtree with numerical splits, one output, the objectives of Objective. Refused with a
// message: dart, gblinear, several classes or targets, categorical splits, and every file whose
// indices, counts or numbers do not add up (the reader trusts nothing). Formulas: xgboost v1.7.4
// src/tree/tree_model.cc (LoadModel), include/xgboost/tree_model.h (GetNext),
// src/objective/regression_loss.h. Immutable after parse(), so thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sluice::ml {

// How the sum of the leaves becomes the prediction.
enum class Link { Identity, Logistic, Exponential };

// 16 bytes: four nodes share a cache line.
struct TreeNode {
  float value = 0;         // threshold, or the leaf's value
  std::int32_t left = -1;  // negative: a leaf
  std::int32_t right = -1;
  std::uint32_t feature_and_default = 0;  // feature << 1 | (missing goes left)
};
static_assert(sizeof(TreeNode) == 16);

// The objectives that are read, e.g. "reg:squarederror".
std::vector<std::string> supported_objectives();

class XgboostModel {
 public:
  static Result<XgboostModel> parse(std::string_view json_text);

  // `features` holds feature_count() values; NaN is missing.
  float predict(std::span<const float> features) const;

  std::size_t feature_count() const { return feature_count_; }
  // Empty when the model was trained without names.
  const std::vector<std::string>& feature_names() const { return feature_names_; }
  const std::string& objective() const { return objective_; }
  std::size_t tree_count() const { return roots_.size(); }
  std::size_t node_count() const { return nodes_.size(); }

 private:
  friend class XgboostModelReader;
  XgboostModel() = default;

  std::vector<TreeNode> nodes_;       // all trees, one after another; children as absolute indices
  std::vector<std::uint32_t> roots_;  // in training order
  std::size_t feature_count_ = 0;
  float base_margin_ = 0;  // base_score on the scale of the leaves
  Link link_ = Link::Identity;
  std::string objective_;
  std::vector<std::string> feature_names_;
};

}  // namespace sluice::ml
