// Hyperparameters of the built-in algorithm `xgboost`. Pure.
//
// Ours: target, features, exclude, weight, num_round, early_stopping_rounds, monotone_constraints
// (by name: {"price": -1}), example_rows. All others are XGBoost's own, by XGBoost's names, and are
// handed on; a name that neither knows is an error, because XGBoost would only warn.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace sluice::ml {

struct XgboostOptions {
  std::string target;
  std::vector<std::string> features;  // empty: every numeric column but target, weight and excluded
  std::vector<std::string> exclude;
  std::string weight;     // column; empty: every row counts the same
  std::string objective;  // also among the parameters
  int num_round = 100;
  int early_stopping_rounds = 0;  // 0: never
  int example_rows = 5;
  std::map<std::string, int> monotone;                          // -1, 0 or 1 by feature
  std::vector<std::pair<std::string, std::string>> parameters;  // for libxgboost, in order
};

// `processors` is the default of nthread.
Result<XgboostOptions> parse_xgboost_options(const std::map<std::string, std::string>& given,
                                             int processors);

// XGBoost's own spelling, one sign per feature: "(0,-1,0)". NotFound, with the nearest name, for a
// constraint on something that is no feature.
Result<std::string> monotone_text(const std::map<std::string, int>& monotone,
                                  const std::vector<std::string>& features);

}  // namespace sluice::ml
