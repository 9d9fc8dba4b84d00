#include "ml/train/xgboost_options.h"

#include <algorithm>
#include <charconv>

#include "base/json.h"
#include "base/strings.h"
#include "ml/serve/xgboost_model.h"

namespace sluice::ml {
namespace {

// Parameters of gbtree and of the learning task in XGBoost 1.7 (doc/parameter.rst) that lead to a
// model which the scorer reads.
constexpr std::string_view kPassedOn[] = {"alpha",
                                          "base_score",
                                          "booster",
                                          "colsample_bylevel",
                                          "colsample_bynode",
                                          "colsample_bytree",
                                          "disable_default_eval_metric",
                                          "eta",
                                          "eval_metric",
                                          "gamma",
                                          "grow_policy",
                                          "huber_slope",
                                          "interaction_constraints",
                                          "lambda",
                                          "learning_rate",
                                          "max_bin",
                                          "max_delta_step",
                                          "max_depth",
                                          "max_leaves",
                                          "min_child_weight",
                                          "min_split_loss",
                                          "nthread",
                                          "num_parallel_tree",
                                          "objective",
                                          "refresh_leaf",
                                          "reg_alpha",
                                          "reg_lambda",
                                          "sampling_method",
                                          "scale_pos_weight",
                                          "seed",
                                          "seed_per_iteration",
                                          "sketch_eps",
                                          "subsample",
                                          "tree_method",
                                          "tweedie_variance_power",
                                          "updater",
                                          "verbosity"};

constexpr std::string_view kOwn[] = {"target",
                                     "features",
                                     "exclude",
                                     "weight",
                                     "num_round",
                                     "early_stopping_rounds",
                                     "monotone_constraints",
                                     "example_rows"};

// "price, deal", or the same as JSON: ["price", "deal"].
Result<std::vector<std::string>> name_list(std::string_view hyperparameter, std::string_view text) {
  std::vector<std::string> names;
  if (!text.starts_with('[')) {
    for (const std::string_view name : split(text, ','))
      if (const std::string_view word = trim(name); !word.empty()) names.emplace_back(word);
    return names;
  }
  const Json list = TRY_CONTEXT(parse_json(text), cat("hyperparameter '", hyperparameter, "'"));
  for (const Json& name : list.as_array()) {
    if (!name.is_string())
      return invalid_input(cat("hyperparameter '", hyperparameter, "' must be a list of names"));
    names.emplace_back(view(name.get_string()));
  }
  return names;
}

class OptionsReader {
 public:
  explicit OptionsReader(const std::map<std::string, std::string>& given) : given_(given) {}

  Result<XgboostOptions> read(int processors) {
    TRY(check_names());
    XgboostOptions options;
    options.target = text_or("target", "");
    if (options.target.empty())
      return invalid_input("hyperparameter 'target' is missing: the column to predict");
    options.features = TRY(name_list("features", text_or("features", "")));
    options.exclude = TRY(name_list("exclude", text_or("exclude", "")));
    options.weight = text_or("weight", "");
    options.objective = text_or("objective", "reg:squarederror");
    options.num_round = TRY(integer_or("num_round", 100, 1, 100'000));
    options.early_stopping_rounds = TRY(integer_or("early_stopping_rounds", 0, 0, 100'000));
    options.example_rows = TRY(integer_or("example_rows", 5, 1, 1'000));
    options.monotone = TRY(monotone());
    TRY(check_choices(options));
    TRY(pass_on(options, processors));
    return options;
  }

 private:
  std::string text_or(std::string_view name, std::string_view fallback) const {
    const auto found = given_.find(std::string(name));
    return std::string(found == given_.end() ? fallback : trim(found->second));
  }

  Result<int> integer_or(std::string_view name, int fallback, int least, int most) const {
    const std::string text = text_or(name, std::to_string(fallback));
    int value = 0;
    const auto done = std::from_chars(text.data(), text.data() + text.size(), value);
    if (done.ec == std::errc() && done.ptr == text.data() + text.size() && value >= least &&
        value <= most)
      return value;
    return invalid_input(cat("hyperparameter '", name, "' must be a whole number from ", least,
                             " to ", most, ", not '", text, "'"));
  }

  Result<void> check_names() const {
    std::vector<std::string> known(std::begin(kOwn), std::end(kOwn));
    known.insert(known.end(), std::begin(kPassedOn), std::end(kPassedOn));
    for (const auto& [name, value] : given_)
      if (std::find(known.begin(), known.end(), name) == known.end())
        return invalid_input(cat("algorithm 'xgboost' has no hyperparameter '", name, "'",
                                 did_you_mean(name, known)));
    return success();
  }

  Result<std::map<std::string, int>> monotone() const {
    std::map<std::string, int> signs;
    const std::string text = text_or("monotone_constraints", "");
    if (text.empty()) return signs;
    constexpr std::string_view kExpected =
        R"(hyperparameter 'monotone_constraints' must be JSON such as {"price": -1}, each -1, 0 or 1)";
    const Json document = TRY_CONTEXT(parse_json(text), kExpected);
    const JsonObject* object = document.if_object();
    if (object == nullptr) return invalid_input(std::string(kExpected));
    for (const auto& [name, value] : *object) {
      const std::int64_t* sign = value.if_int64();
      if (sign == nullptr || *sign < -1 || *sign > 1) return invalid_input(std::string(kExpected));
      signs[std::string(name)] = static_cast<int>(*sign);
    }
    return signs;
  }

  Result<void> check_choices(const XgboostOptions& options) const {
    const auto objectives = supported_objectives();
    if (std::find(objectives.begin(), objectives.end(), options.objective) == objectives.end())
      return unsupported(cat("objective '", options.objective, "' is not supported",
                             did_you_mean(options.objective, objectives),
                             " (supported: ", join(objectives, ", "), ")"));
    if (const std::string booster = text_or("booster", "gbtree"); booster != "gbtree")
      return unsupported(cat("booster '", booster, "' is not supported, only 'gbtree'"));
    for (const std::string& name : {options.target, options.weight})
      if (std::find(options.features.begin(), options.features.end(), name) !=
          options.features.end())
        return invalid_input(cat("'", name, "' cannot be a feature and the target or weight too"));
    return success();
  }

  Result<void> pass_on(XgboostOptions& options, int processors) const {
    const auto parameter = [&](std::string_view name, std::string value) {
      options.parameters.emplace_back(name, std::move(value));
    };
    parameter("objective", options.objective);
    parameter("tree_method", text_or("tree_method", "hist"));
    parameter("seed", text_or("seed", "0"));
    parameter("nthread", text_or("nthread", std::to_string(processors)));
    for (const std::string& metric : TRY(name_list("eval_metric", text_or("eval_metric", ""))))
      parameter("eval_metric", metric);
    constexpr std::string_view kDone[] = {"objective", "tree_method", "seed", "nthread",
                                          "eval_metric"};
    for (const auto& [name, value] : given_) {
      const bool done = std::find(std::begin(kDone), std::end(kDone), name) != std::end(kDone);
      const bool own = std::find(std::begin(kOwn), std::end(kOwn), name) != std::end(kOwn);
      if (!done && !own) parameter(name, std::string(trim(value)));
    }
    return success();
  }

  const std::map<std::string, std::string>& given_;
};

}  // namespace

Result<XgboostOptions> parse_xgboost_options(const std::map<std::string, std::string>& given,
                                             int processors) {
  return OptionsReader(given).read(processors);
}

Result<std::string> monotone_text(const std::map<std::string, int>& monotone,
                                  const std::vector<std::string>& features) {
  for (const auto& [name, sign] : monotone)
    if (std::find(features.begin(), features.end(), name) == features.end())
      return not_found(cat("monotone_constraints: '", name, "' is not among the features",
                           did_you_mean(name, features)));
  std::vector<std::string> signs;
  for (const std::string& feature : features) {
    const auto found = monotone.find(feature);
    signs.push_back(std::to_string(found == monotone.end() ? 0 : found->second));
  }
  return cat("(", join(signs, ","), ")");
}

}  // namespace sluice::ml
