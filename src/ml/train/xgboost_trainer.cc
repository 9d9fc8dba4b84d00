#include "ml/train/xgboost_trainer.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

#include "base/json.h"
#include "base/strings.h"
#include "ml/data/number.h"
#include "ml/model/model_folder.h"
#include "ml/model/number_text.h"
#include "ml/serve/xgboost_model.h"
#include "ml/train/xgboost_data.h"
#include "ml/train/xgboost_library.h"
#include "ml/train/xgboost_options.h"

namespace sluice::ml {
namespace {

using Print = std::function<void(std::string_view)>;

// Rows on which our scorer must agree with the library before the model is written.
constexpr std::size_t kCheckedRows = 10'000;

struct TrainerInput {
  XgboostOptions options;
  TrainingRows train;
  std::optional<TrainingRows> validation;
  os::Path model_folder;
  os::Path output_folder;
  std::vector<std::string> warnings;
};

Result<std::string> variable(const os::World& world, std::string_view name) {
  if (auto value = world.environment.get(name)) return *value;
  return invalid_input(cat(name, " is not set: this trainer is started by `sluice train`"));
}

Result<std::map<std::string, std::string>> read_hyperparameters(const os::FileReader& files,
                                                                const os::Path& path) {
  const Json document = TRY_CONTEXT(parse_json(TRY(files.read(path))), path.string());
  const JsonObject* object = TRY(as_object(document, path.string()));
  std::map<std::string, std::string> values;
  for (const auto& member : *object)
    values[std::string(member.key())] =
        TRY_CONTEXT(get_string(*object, member.key()), path.string());
  return values;
}

bool has_channel(const os::FileReader& files, const os::Path& data, std::string_view name) {
  return files.list(data / name).ok();
}

std::vector<std::string> unused_channels(const os::FileReader& files, const os::Path& data) {
  const std::vector<std::string> known{"train", "validation"};
  std::vector<std::string> warnings;
  const auto entries = files.list(data);
  if (!entries.ok()) return warnings;
  for (const os::DirectoryEntry& entry : *entries)
    if (std::find(known.begin(), known.end(), entry.name) == known.end())
      warnings.push_back(cat("channel '", entry.name,
                             "' is not used: algorithm 'xgboost' reads 'train' and 'validation'",
                             did_you_mean(entry.name, known)));
  return warnings;
}

void say_input(const TrainerInput& input, const Print& print) {
  const std::vector<std::string>& left_out = input.train.left_out;
  print(
      cat("training on ", plural(input.train.size(), "row"), " of ",
          plural(input.options.features.size(), "feature"),
          input.validation ? cat(", validating on ", plural(input.validation->size(), "row")) : "",
          ": ", join(input.options.features, ", "),
          left_out.empty() ? "" : cat("; left out, as text: ", join(left_out, ", "))));
  for (const std::string& warning : input.warnings) print(cat("warning: ", warning));
}

Result<TrainerInput> read_input(const os::World& world, const Print& print) {
  TrainerInput input;
  const os::Path config = TRY(variable(world, "SM_INPUT_CONFIG_DIR"));
  const os::Path data = TRY(variable(world, "SM_INPUT_DATA_DIR"));
  input.model_folder = TRY(variable(world, "SM_MODEL_DIR"));
  input.output_folder = TRY(variable(world, "SM_OUTPUT_DATA_DIR"));
  const auto cpus = parse_number(world.environment.get("SM_NUM_CPUS").value_or("1"));
  const auto given = TRY(read_hyperparameters(world.files, config / "hyperparameters.json"));
  XgboostOptions& options = input.options;
  options = TRY(parse_xgboost_options(given, std::max(1, static_cast<int>(cpus.value_or(1)))));

  const os::Path train = TRY(channel_file(world.files, data, "train"));
  input.train = TRY_CONTEXT(read_training_rows(world.files, train, options, LabelCheck::MustVary),
                            "channel 'train'");
  options.features = input.train.features;
  options.exclude.clear();
  options.parameters.emplace_back("monotone_constraints",
                                  TRY(monotone_text(options.monotone, options.features)));
  if (has_channel(world.files, data, "validation")) {
    const os::Path file = TRY(channel_file(world.files, data, "validation"));
    input.validation =
        TRY_CONTEXT(read_training_rows(world.files, file, options, LabelCheck::MayBeConstant),
                    "channel 'validation'");
  } else if (options.early_stopping_rounds > 0) {
    return invalid_input("early_stopping_rounds needs a channel 'validation'");
  }
  input.warnings = unused_channels(world.files, data);
  say_input(input, print);
  return input;
}

Result<std::unique_ptr<XgboostMatrix>> make_matrix(const XgboostLibrary& library,
                                                   const TrainingRows& rows) {
  auto matrix = TRY(XgboostMatrix::create(library, rows.values, rows.features.size()));
  TRY(matrix->set_labels(rows.labels));
  if (!rows.weights.empty()) TRY(matrix->set_weights(rows.weights));
  return matrix;
}

// The last number of "[3]\ttrain-rmse:0.5\tvalidation-rmse:0.6", and what it measures.
struct Score {
  std::string metric;
  double value = 0;
};

Result<Score> last_score(std::string_view line) {
  const std::string_view field = line.substr(line.rfind('\t') + 1);
  const std::size_t colon = field.rfind(':');
  const auto value =
      colon == std::string_view::npos ? std::nullopt : parse_number(field.substr(colon + 1));
  if (!value)
    return Error(ErrorCode::FailedPrecondition,
                 cat("the training diverged: ", field, " (try a smaller eta)"));
  return Score{std::string(field.substr(0, colon)), *value};
}

// Metrics of XGBoost 1.7 that grow as the model gets better.
bool greater_is_better(std::string_view metric) {
  const std::string_view name = metric.substr(metric.find('-') + 1);
  return name.starts_with("auc") || name.starts_with("map") || name.starts_with("ndcg") ||
         name.starts_with("pre");
}

struct Rounds {
  int done = 0;
  int best = 0;  // counted from 0
  Score best_score;
};

class Training {
 public:
  Training(const XgboostLibrary& library, const TrainerInput& input, const Print& print)
      : library_(library), input_(input), print_(print) {}

  Result<void> prepare() {
    train_ = TRY(make_matrix(library_, input_.train));
    matrices_.push_back(train_.get());
    if (input_.validation) {
      validation_ = TRY(make_matrix(library_, *input_.validation));
      matrices_.push_back(validation_.get());
    }
    booster_ = TRY(XgboostBooster::create(library_, matrices_));
    for (const auto& [name, value] : input_.options.parameters) TRY(booster_->set(name, value));
    return success();
  }

  Result<Rounds> run(const CancellationToken& cancel) {
    const int patience = input_.options.early_stopping_rounds;
    Rounds rounds;
    for (int round = 0; round < input_.options.num_round; ++round) {
      if (cancel.cancelled()) return Error(ErrorCode::Cancelled, cat("stopped in round ", round));
      TRY(booster_->update(round, *train_));
      const std::string line = TRY(booster_->evaluate(round, matrices_, names()));
      print_(line);
      rounds.done = round + 1;
      note_score(round, TRY(last_score(line)), &rounds);
      if (patience > 0 && round - rounds.best >= patience) {
        print_(cat("no better ", rounds.best_score.metric, " for ",
                   plural(static_cast<std::size_t>(rounds.done - 1 - rounds.best), "round"),
                   "; keeping the rounds up to ", rounds.best));
        break;
      }
    }
    if (patience > 0) booster_ = TRY(booster_->first_rounds(rounds.best + 1));
    TRY(booster_->set_feature_names(input_.options.features));
    return rounds;
  }

  Result<std::string> model_json() const { return booster_->to_json(); }

  // Bits of our scorer against the library's on the rows that will be looked at first.
  Result<void> check_scorer(const XgboostModel& model) const {
    const TrainingRows& rows = input_.validation ? *input_.validation : input_.train;
    const std::size_t width = rows.features.size();
    const std::size_t count = std::min(kCheckedRows, rows.size());
    const auto values = std::span(rows.values).first(count * width);
    const auto probe = TRY(XgboostMatrix::create(library_, values, width));
    TRY(probe->set_feature_names(rows.features));
    const std::vector<float> expected = TRY(booster_->predict(*probe));
    for (std::size_t row = 0; row < count; ++row) {
      const float got = model.predict(values.subspan(row * width, width));
      if (std::bit_cast<std::uint32_t>(got) != std::bit_cast<std::uint32_t>(expected[row]))
        return unsupported(cat("this model cannot be served exactly: libxgboost ",
                               library_.version(), " predicts ", float_text(expected[row]),
                               " and sluice ", float_text(got), " for row ", row + 1));
    }
    return success();
  }

 private:
  std::vector<std::string> names() const {
    return input_.validation ? std::vector<std::string>{"train", "validation"}
                             : std::vector<std::string>{"train"};
  }

  static void note_score(int round, Score score, Rounds* rounds) {
    const bool better = greater_is_better(score.metric) ? score.value > rounds->best_score.value
                                                        : score.value < rounds->best_score.value;
    if (round > 0 && !better) return;
    rounds->best = round;
    rounds->best_score = std::move(score);
  }

  const XgboostLibrary& library_;
  const TrainerInput& input_;
  const Print& print_;
  std::unique_ptr<XgboostMatrix> train_;
  std::unique_ptr<XgboostMatrix> validation_;
  std::vector<const XgboostMatrix*> matrices_;
  std::unique_ptr<XgboostBooster> booster_;
};

// SOURCE_DATE_EPOCH (reproducible-builds.org) makes the folder the same byte for byte.
Timestamp creation_time(const os::World& world) {
  const auto text = world.environment.get("SOURCE_DATE_EPOCH").value_or("");
  std::int64_t seconds = 0;
  const auto done = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || done.ec != std::errc() || seconds < 0 || seconds > 253'402'300'799)
    return world.clock.now();
  return from_micros(seconds * 1'000'000);
}

NewModel describe_model(const os::World& world, const TrainerInput& input, std::string json,
                        const XgboostModel& model, const std::string& version) {
  const TrainingRows& rows = input.validation ? *input.validation : input.train;
  const std::size_t width = rows.features.size();
  NewModel result;
  result.xgboost_version = version;
  for (const std::string& feature : rows.features) result.inputs.push_back({feature});
  result.example.columns = rows.features;
  const auto count = std::min(rows.size(), static_cast<std::size_t>(input.options.example_rows));
  for (std::size_t row = 0; row < count; ++row) {
    const auto values = std::span(rows.values).subspan(row * width, width);
    result.example.rows.emplace_back(values.begin(), values.end());
    result.example_output.push_back(model.predict(values));
  }
  result.run_id = world.environment.get("SLUICE_RUN_ID").value_or("");
  result.model_uuid = sha256(json).hex().substr(0, 32);
  result.created = creation_time(world);
  result.xgboost_json = std::move(json);
  return result;
}

std::string training_report(const TrainerInput& input, const Rounds& rounds,
                            const std::string& version) {
  JsonArray features;
  for (const std::string& feature : input.options.features) features.emplace_back(feature);
  JsonObject parameters;
  for (const auto& [name, value] : input.options.parameters) parameters[name] = value;
  JsonObject report{
      {"algorithm", "xgboost"},
      {"libxgboost", version},
      {"target", input.options.target},
      {"features", std::move(features)},
      {"train_rows", input.train.size()},
      {"rounds", rounds.done},
      {"best_round", rounds.best},
      {"best_score", rounds.best_score.value},
      {"best_score_of", rounds.best_score.metric},
      {"kept_rounds", input.options.early_stopping_rounds > 0 ? rounds.best + 1 : rounds.done},
      {"parameters", std::move(parameters)}};
  if (input.validation) report["validation_rows"] = input.validation->size();
  if (!input.train.left_out.empty())
    report["left_out"] = JsonArray(input.train.left_out.begin(), input.train.left_out.end());
  if (!input.warnings.empty())
    report["warnings"] = JsonArray(input.warnings.begin(), input.warnings.end());
  return to_pretty_text(report) + "\n";
}

}  // namespace

Result<void> train_xgboost(os::World world, const Print& print, const CancellationToken& cancel) {
  const TrainerInput input = TRY(read_input(world, print));
  const auto library = TRY(XgboostLibrary::open());
  Training training(*library, input, print);
  TRY(training.prepare());
  const Rounds rounds = TRY(training.run(cancel));
  std::string json = TRY(training.model_json());
  const XgboostModel model = TRY_CONTEXT(XgboostModel::parse(json), "the trained model");
  TRY(training.check_scorer(model));
  TRY(world.files.write(input.output_folder / "training.json",
                        training_report(input, rounds, library->version())));
  const Digest digest = TRY(
      write_model_folder(world.files, input.model_folder,
                         describe_model(world, input, std::move(json), model, library->version())));
  print(cat("model of ", plural(model.tree_count(), "tree"), " written, digest ",
            digest.to_string()));
  return success();
}

int run_xgboost_trainer(os::World world, const Print& print, const CancellationToken& cancel) {
  const auto trained = train_xgboost(world, print, cancel);
  if (trained.ok()) return 0;
  const std::string reason = trained.error().describe();
  print(cat("training failed: ", reason));
  if (const auto path = world.environment.get("SM_OUTPUT_FAILURE"))
    if (const auto written = world.files.write(*path, reason + "\n"); !written.ok())
      print(cat("the reason could not be written: ", written.error().describe()));
  return 1;
}

}  // namespace sluice::ml
