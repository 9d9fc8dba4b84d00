#include "ml/serve/testing/small_model.h"

#include <limits>

#include "base/strings.h"

namespace sluice::ml {
namespace {

std::string tree(std::string_view conditions, std::string_view feature,
                 std::string_view default_left) {
  return cat(R"({"base_weights":[0E0,0E0,0E0],"categories":[],"categories_nodes":[],)",
             R"("categories_segments":[],"categories_sizes":[],"default_left":[)", default_left,
             R"(,0,0],"id":0,"left_children":[1,-1,-1],"loss_changes":[1E0,0E0,0E0],)",
             R"("parents":[2147483647,0,0],"right_children":[2,-1,-1],"split_conditions":)",
             conditions, R"(,"split_indices":[)", feature, R"(,0,0],"split_type":[0,0,0],)",
             R"("sum_hessian":[2E0,1E0,1E0],"tree_param":{"num_deleted":"0","num_feature":"2",)",
             R"("num_nodes":"3","size_leaf_vector":"0"}})");
}

}  // namespace

std::string small_model_json() {
  return cat(
      R"({"learner":{"attributes":{},"feature_names":["price","deal"],)",
      R"("feature_types":["float","float"],"gradient_booster":{"model":{)",
      R"("gbtree_model_param":{"num_parallel_tree":"1","num_trees":"2",)",
      R"("size_leaf_vector":"0"},"tree_info":[0,0],"trees":[)", tree("[2E0,1E1,-1E1]", "0", "1"),
      ",", tree("[5E-1,2.5E-1,7.5E-1]", "1", "0"),
      R"(]},"name":"gbtree"},"learner_model_param":{"base_score":"5E-1",)",
      R"("boost_from_average":"1","num_class":"0","num_feature":"2","num_target":"1"},)",
      R"("objective":{"name":"reg:squarederror","reg_loss_param":{"scale_pos_weight":"1"}}},)",
      R"("version":[1,7,4]})");
}

NewModel small_model() {
  constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
  NewModel model;
  model.xgboost_json = small_model_json();
  model.xgboost_version = "1.7.4";
  model.inputs = {{"price"}, {"deal"}};
  model.example = {{"price", "deal"}, {{1, 0}, {3, 1}, {kMissing, kMissing}}};
  model.example_output = {10.75f, -8.75f, 11.25f};
  model.run_id = "run-1";
  model.model_uuid = "0123456789abcdef0123456789abcdef";
  model.created = from_micros(1'763'715'625'000'000);
  return model;
}

}  // namespace sluice::ml
