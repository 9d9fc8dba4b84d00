#include "ml/serve/xgboost_model.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "base/encoding.h"
#include "base/strings.h"
#include "ml/model/json_cursor.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kMaxFeatures = 1u << 24;
constexpr std::size_t kMaxNodes = 1u << 28;

struct ObjectiveLink {
  std::string_view name;
  Link link;
};
constexpr ObjectiveLink kObjectives[] = {
    {"reg:squarederror", Link::Identity},  {"reg:squaredlogerror", Link::Identity},
    {"reg:absoluteerror", Link::Identity}, {"reg:pseudohubererror", Link::Identity},
    {"reg:logistic", Link::Logistic},      {"binary:logistic", Link::Logistic},
    {"count:poisson", Link::Exponential},  {"reg:gamma", Link::Exponential},
    {"reg:tweedie", Link::Exponential},
};

// src/common/math.h of xgboost 1.7.
float sigmoid(float x) {
  constexpr float kEpsilon = 1e-16f;
  const float denominator = std::exp(std::min(-x, 88.7f)) + 1.0f + kEpsilon;
  return 1.0f / denominator;
}

float apply_link(Link link, float margin) {
  switch (link) {
    case Link::Identity:
      return margin;
    case Link::Logistic:
      return sigmoid(margin);
    case Link::Exponential:
      return std::exp(margin);
  }
  UNREACHABLE();
}

Result<float> to_margin(Link link, float base_score) {
  switch (link) {
    case Link::Identity:
      return base_score;
    case Link::Logistic:
      if (base_score <= 0.0f || base_score >= 1.0f)
        return invalid_input("base_score must lie between 0 and 1 for a logistic objective");
      return -std::log(1.0f / base_score - 1.0f);
    case Link::Exponential:
      if (base_score <= 0.0f)
        return invalid_input("base_score must be positive for a logarithmic objective");
      return std::log(base_score);
  }
  UNREACHABLE();
}

// One tree as the file has it.
struct RawTree {
  std::vector<std::int64_t> left, right, feature, default_left, split_type;
  std::vector<float> condition;
  bool has_categories = false;

  void clear() {
    for (auto* list : {&left, &right, &feature, &default_left, &split_type}) list->clear();
    condition.clear();
    has_categories = false;
  }
};

struct RawModel {
  std::string booster;
  std::string objective;
  std::string base_score;
  std::string num_class = "0";
  std::string num_target = "1";
  std::string num_feature;
  std::string num_trees;
  std::vector<std::string> feature_names;
  std::vector<std::int64_t> version;
  std::vector<std::int64_t> tree_info;
};

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto done = std::from_chars(text.data(), text.data() + text.size(), value);
  if (done.ec != std::errc() || done.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

bool read_text(JsonCursor& cursor, std::string* out) {
  std::string_view text;
  if (!cursor.read_string(&text)) return false;
  if (!is_valid_utf8(text)) return cursor.fail("a string that is not UTF-8");
  *out = text;
  return true;
}

bool read_floats(JsonCursor& cursor, std::vector<float>* out) {
  float value = 0;
  cursor.enter_array();
  while (cursor.next_item())
    if (cursor.read_float(&value)) out->push_back(value);
  return cursor.ok();
}

// Whole numbers; older versions write flags as booleans.
bool read_ints(JsonCursor& cursor, std::vector<std::int64_t>* out) {
  std::int64_t value = 0;
  cursor.enter_array();
  while (cursor.next_item()) {
    const auto kind = cursor.peek();
    if (kind == JsonCursor::Kind::True || kind == JsonCursor::Kind::False) {
      cursor.skip_value();
      out->push_back(kind == JsonCursor::Kind::True ? 1 : 0);
    } else if (cursor.read_int(&value)) {
      out->push_back(value);
    }
  }
  return cursor.ok();
}

}  // namespace

class XgboostModelReader {
 public:
  explicit XgboostModelReader(std::string_view text) : cursor_(text) {}

  Result<XgboostModel> read() {
    read_root();
    if (!cursor_.finish()) return problem_ ? std::move(*problem_) : cursor_.error();
    TRY(check_kind());
    TRY(check_counts());
    TRY(set_link());
    model_.feature_names_ = std::move(raw_.feature_names);
    return std::move(model_);
  }

 private:
  // Calls `member(key)` for each member of the object at the cursor; it must consume the value.
  template <class Member>
  void each_member(Member member) {
    std::string_view key;
    cursor_.enter_object();
    while (cursor_.next_key(&key)) member(key);
  }

  void read_root() {
    each_member([this](std::string_view key) {
      if (key == "learner") {
        read_learner();
      } else if (key == "version") {
        read_ints(cursor_, &raw_.version);
      } else {
        cursor_.skip_value();
      }
    });
  }

  void read_learner() {
    each_member([this](std::string_view key) {
      if (key == "gradient_booster") {
        read_booster();
      } else if (key == "learner_model_param") {
        read_learner_parameters();
      } else if (key == "objective") {
        each_member([this](std::string_view name) {
          name == "name" ? read_text(cursor_, &raw_.objective) : cursor_.skip_value();
        });
      } else if (key == "feature_names") {
        cursor_.enter_array();
        while (cursor_.next_item()) read_text(cursor_, &raw_.feature_names.emplace_back());
      } else {
        cursor_.skip_value();
      }
    });
  }

  void read_learner_parameters() {
    each_member([this](std::string_view key) {
      std::string* target = key == "base_score"    ? &raw_.base_score
                            : key == "num_class"   ? &raw_.num_class
                            : key == "num_target"  ? &raw_.num_target
                            : key == "num_feature" ? &raw_.num_feature
                                                   : nullptr;
      target != nullptr ? read_text(cursor_, target) : cursor_.skip_value();
    });
  }

  void read_booster() {
    each_member([this](std::string_view key) {
      if (key == "name") {
        read_text(cursor_, &raw_.booster);
      } else if (key == "model") {
        read_trees_model();
      } else {
        cursor_.skip_value();
      }
    });
  }

  void read_trees_model() {
    each_member([this](std::string_view key) {
      if (key == "trees") {
        cursor_.enter_array();
        while (cursor_.next_item()) read_tree();
      } else if (key == "tree_info") {
        read_ints(cursor_, &raw_.tree_info);
      } else if (key == "gbtree_model_param") {
        each_member([this](std::string_view name) {
          name == "num_trees" ? read_text(cursor_, &raw_.num_trees) : cursor_.skip_value();
        });
      } else {
        cursor_.skip_value();
      }
    });
  }

  void read_tree() {
    tree_.clear();
    each_member([this](std::string_view key) {
      if (key == "split_conditions") {
        read_floats(cursor_, &tree_.condition);
      } else if (std::vector<std::int64_t>* list = integers_of(key)) {
        read_ints(cursor_, list);
      } else if (key == "categories_nodes") {
        cursor_.enter_array();
        for (; cursor_.next_item(); cursor_.skip_value()) tree_.has_categories = true;
      } else {
        cursor_.skip_value();
      }
    });
    if (!cursor_.ok()) return;
    if (auto added = add_tree(); !added.ok()) {
      problem_ = std::move(added).error().with_context(cat("tree ", model_.roots_.size()));
      cursor_.fail("refused");
    }
  }

  std::vector<std::int64_t>* integers_of(std::string_view key) {
    return key == "left_children"    ? &tree_.left
           : key == "right_children" ? &tree_.right
           : key == "split_indices"  ? &tree_.feature
           : key == "default_left"   ? &tree_.default_left
           : key == "split_type"     ? &tree_.split_type
                                     : nullptr;
  }

  Result<void> check_tree_shape() const {
    const std::size_t n = tree_.left.size();
    if (n == 0) return invalid_input("it has no nodes");
    if (model_.nodes_.size() + n > kMaxNodes) return unsupported("the model has too many nodes");
    if (tree_.right.size() != n || tree_.feature.size() != n || tree_.condition.size() != n ||
        tree_.default_left.size() != n)
      return invalid_input("its lists differ in length");
    const bool categorical = std::any_of(tree_.split_type.begin(), tree_.split_type.end(),
                                         [](std::int64_t type) { return type != 0; });
    if (categorical || tree_.has_categories)
      return unsupported("it splits on categories; only numerical splits are supported");
    return success();
  }

  // Copies the nodes that the root reaches (pruned ones stay behind), each exactly once.
  Result<void> add_tree() {
    TRY(check_tree_shape());
    constexpr std::int32_t kUnseen = -1;
    std::vector<std::int32_t> place(tree_.left.size(), kUnseen);
    model_.roots_.push_back(static_cast<std::uint32_t>(model_.nodes_.size()));
    struct Pending {
      std::int64_t node;
      std::size_t parent;  // in nodes_
      bool is_left;
    };
    std::vector<Pending> pending{{0, model_.nodes_.size(), true}};
    while (!pending.empty()) {
      const Pending next = pending.back();
      pending.pop_back();
      const auto node = static_cast<std::size_t>(next.node);
      if (place[node] != kUnseen)
        return invalid_input(cat("node ", node, " is reached twice (a cycle or a shared branch)"));
      const std::size_t at = model_.nodes_.size();
      place[node] = static_cast<std::int32_t>(at);
      model_.nodes_.push_back(TRY(make_node(node)));
      if (at != next.parent) {
        TreeNode& parent = model_.nodes_[next.parent];
        (next.is_left ? parent.left : parent.right) = place[node];
      }
      if (tree_.left[node] < 0) continue;
      pending.push_back({tree_.right[node], at, false});
      pending.push_back({tree_.left[node], at, true});
    }
    return success();
  }

  Result<TreeNode> make_node(std::size_t node) {
    const auto count = static_cast<std::int64_t>(tree_.left.size());
    const std::int64_t left = tree_.left[node];
    const std::int64_t right = tree_.right[node];
    if (!std::isfinite(tree_.condition[node]))
      return invalid_input(cat("node ", node, " holds a number that is not finite"));
    if (left == -1 && right == -1) return TreeNode{tree_.condition[node], -1, -1, 0};
    if (left < 0 || left >= count || right < 0 || right >= count)
      return invalid_input(cat("node ", node, " names a child that does not exist (", left, ", ",
                               right, " of ", count, ")"));
    const std::int64_t feature = tree_.feature[node];
    if (feature < 0 || feature >= static_cast<std::int64_t>(kMaxFeatures))
      return invalid_input(cat("node ", node, " splits on feature ", feature));
    max_feature_ = std::max(max_feature_, feature);
    const std::int64_t default_left = tree_.default_left[node];
    if (default_left != 0 && default_left != 1)
      return invalid_input(cat("node ", node, " has default_left ", default_left));
    return TreeNode{tree_.condition[node], -1, -1,
                    static_cast<std::uint32_t>((feature << 1) | default_left)};
  }

  Result<void> check_kind() const {
    if (raw_.version.empty()) return invalid_input("no XGBoost model: 'version' is missing");
    if (raw_.version[0] < 1 || raw_.version[0] > 2)
      return unsupported(cat("written by XGBoost ", raw_.version[0], ".x; read are 1.x and 2.x"));
    if (raw_.booster != "gbtree")
      return unsupported(cat("booster '", raw_.booster, "' is not supported, only 'gbtree'"));
    if (raw_.num_class != "0" && raw_.num_class != "1")
      return unsupported(cat("a model of ", raw_.num_class, " classes; only one output"));
    if (raw_.num_target != "0" && raw_.num_target != "1")
      return unsupported(cat("a model of ", raw_.num_target, " targets; only one output"));
    if (std::any_of(raw_.tree_info.begin(), raw_.tree_info.end(), [](auto g) { return g != 0; }))
      return unsupported("'tree_info' names several groups; only one output");
    return success();
  }

  Result<void> check_counts() {
    const auto features = parse_number<std::uint32_t>(raw_.num_feature);
    if (!features || *features == 0 || *features > kMaxFeatures)
      return invalid_input(cat("'num_feature' is '", raw_.num_feature, "'"));
    model_.feature_count_ = *features;
    if (max_feature_ >= static_cast<std::int64_t>(*features))
      return invalid_input(cat("a tree splits on feature ", max_feature_, " of ", *features));
    const auto trees = parse_number<std::uint32_t>(raw_.num_trees);
    if (!trees || *trees != model_.roots_.size())
      return invalid_input(cat("'num_trees' is '", raw_.num_trees, "' but the file holds ",
                               plural(model_.roots_.size(), "tree")));
    if (raw_.tree_info.size() != model_.roots_.size())
      return invalid_input("'tree_info' does not have one entry per tree");
    auto names = raw_.feature_names;
    if (!names.empty() && names.size() != *features)
      return invalid_input(
          cat("it names ", plural(names.size(), "feature"), " but has ", std::size_t{*features}));
    std::sort(names.begin(), names.end());
    if (const auto twice = std::adjacent_find(names.begin(), names.end()); twice != names.end())
      return invalid_input(cat("feature '", *twice, "' is named twice"));
    return success();
  }

  Result<void> set_link() {
    const auto* known = std::find_if(std::begin(kObjectives), std::end(kObjectives),
                                     [this](const auto& o) { return o.name == raw_.objective; });
    if (known == std::end(kObjectives)) {
      return unsupported(cat("objective '", raw_.objective, "' is not supported; supported are ",
                             join(supported_objectives(), ", ")));
    }
    const auto base_score = parse_number<float>(raw_.base_score);
    if (!base_score || !std::isfinite(*base_score))
      return invalid_input(cat("'base_score' is '", raw_.base_score, "'"));
    model_.link_ = known->link;
    model_.objective_ = raw_.objective;
    model_.base_margin_ = TRY(to_margin(known->link, *base_score));
    return success();
  }

  JsonCursor cursor_;
  RawModel raw_;
  RawTree tree_;
  std::int64_t max_feature_ = -1;
  std::optional<Error> problem_;
  XgboostModel model_;
};

std::vector<std::string> supported_objectives() {
  std::vector<std::string> names;
  for (const auto& objective : kObjectives) names.emplace_back(objective.name);
  return names;
}

Result<XgboostModel> XgboostModel::parse(std::string_view json_text) {
  return XgboostModelReader(json_text).read();
}

float XgboostModel::predict(std::span<const float> features) const {
  CHECK(features.size() == feature_count_);
  float sum = base_margin_;
  const TreeNode* const nodes = nodes_.data();
  for (const std::uint32_t root : roots_) {
    const TreeNode* node = nodes + root;
    while (node->left >= 0) {
      const float value = features[node->feature_and_default >> 1];
      const bool left =
          std::isnan(value) ? (node->feature_and_default & 1u) != 0 : value < node->value;
      node = nodes + (left ? node->left : node->right);
    }
    sum += node->value;
  }
  return apply_link(link_, sum);
}

}  // namespace sluice::ml
