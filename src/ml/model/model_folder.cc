#include "ml/model/model_folder.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/json.h"
#include "base/strings.h"
#include "base/yaml.h"
#include "ml/data/number.h"
#include "ml/model/json_cursor.h"
#include "ml/model/number_text.h"
#include "ml/model/publish_folder.h"

namespace sluice::ml {
namespace {

constexpr std::string_view kModelFile = "model.xgb.json";
constexpr std::string_view kExampleFile = "input_example.json";
constexpr std::string_view kOutputFile = "input_example_output.json";
constexpr std::string_view kRequirements = "requirements.txt";
constexpr std::string_view kPythonEnv = "python_env.yaml";
constexpr std::string_view kDescription = "MLmodel";
constexpr std::uint64_t kMaxTextBytes = 16u << 20;
constexpr std::size_t kMaxFiles = 100'000;

std::string single_quoted(std::string_view text) {
  return cat("'", replace_all(std::string(text), "'", "''"), "'");
}

std::string signature_inputs(const std::vector<ModelColumn>& inputs) {
  JsonArray columns;
  for (const ModelColumn& column : inputs)
    columns.push_back(JsonObject{{"type", column.type}, {"name", column.name}, {"required", true}});
  return to_text(columns);
}

// What MLflow 2.12 writes for a booster, key for key where it applies.
std::string mlmodel_text(const NewModel& model) {
  constexpr std::string_view kOutputs =
      R"([{"type":"tensor","tensor-spec":{"dtype":"float32","shape":[-1]}}])";
  return cat(
      "artifact_path: model\nflavors:\n  python_function:\n    data: ", kModelFile,
      "\n    env:\n      virtualenv: python_env.yaml\n    loader_module: mlflow.xgboost\n"
      "    python_version: 3.11.2\n  xgboost:\n    code: null\n    data: ",
      kModelFile,
      "\n    model_class: xgboost.core.Booster\n    model_format: json\n    xgb_version: ",
      single_quoted(model.xgboost_version),
      "\nmlflow_version: 2.12.2\nmodel_uuid: ", single_quoted(model.model_uuid),
      model.run_id.empty() ? "" : cat("\nrun_id: ", single_quoted(model.run_id)),
      "\nsaved_input_example_info:\n  artifact_path: ", kExampleFile,
      "\n  pandas_orient: split\n  type: dataframe\nsignature:\n  inputs: ",
      single_quoted(signature_inputs(model.inputs)), "\n  outputs: ", single_quoted(kOutputs),
      "\n  params: null\nutc_time_created: ", single_quoted(to_rfc3339(model.created)), "\n");
}

// {"columns":[…],"data":[[…],…]}: dataframe_split as MLflow keeps it; null is missing.
std::string example_text(const InputExample& example) {
  JsonArray columns;
  for (const std::string& column : example.columns) columns.emplace_back(column);
  std::string text = cat("{\"columns\":", to_text(columns), ",\"data\":[");
  for (std::size_t row = 0; row < example.rows.size(); ++row) {
    text += row == 0 ? "[" : ",[";
    for (std::size_t i = 0; i < example.rows[row].size(); ++i) {
      const double value = example.rows[row][i];
      if (i > 0) text += ',';
      text += std::isnan(value) ? "null" : number_text(value);
    }
    text += ']';
  }
  return text + "]}\n";
}

std::string output_text(const std::vector<float>& predictions) {
  std::string text = "{\"predictions\":[";
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    if (i > 0) text += ',';
    append_number(text, predictions[i]);
  }
  return text + "]}\n";
}

Result<void> check_new(const NewModel& model) {
  if (model.inputs.empty()) return invalid_input("a model needs at least one input");
  if (model.example.rows.size() != model.example_output.size())
    return invalid_input("the input example has not one output per row");
  for (const auto& row : model.example.rows)
    if (row.size() != model.example.columns.size())
      return invalid_input("a row of the input example has not one value per column");
  for (const float output : model.example_output)
    if (!std::isfinite(output))
      return invalid_input("the model answers its input example with a number that is not finite");
  return success();
}

void read_example_row(JsonCursor& cursor, std::vector<double>* row) {
  double value = 0;
  cursor.enter_array();
  while (cursor.next_item()) {
    if (cursor.peek() == JsonCursor::Kind::Null) {
      cursor.read_null();
      row->push_back(std::numeric_limits<double>::quiet_NaN());
    } else if (cursor.read_double(&value)) {
      row->push_back(value);
    }
  }
}

// A cursor and not a tree: these numbers are compared bit by bit, so they must be read exactly.
Result<InputExample> parse_example(std::string_view text) {
  InputExample example;
  JsonCursor cursor(text);
  std::string_view key;
  std::string_view name;
  cursor.enter_object();
  while (cursor.next_key(&key)) {
    if (key == "columns") {
      cursor.enter_array();
      while (cursor.next_item())
        if (cursor.read_string(&name)) example.columns.emplace_back(name);
    } else if (key == "data") {
      cursor.enter_array();
      while (cursor.next_item()) read_example_row(cursor, &example.rows.emplace_back());
    } else {
      cursor.skip_value();
    }
  }
  if (!cursor.finish()) return cursor.error();
  for (const auto& row : example.rows)
    if (row.size() != example.columns.size())
      return invalid_input(
          cat("each row of 'data' must be an array of ", plural(example.columns.size(), "value")));
  return example;
}

Result<std::vector<float>> parse_output(std::string_view text) {
  std::vector<float> output;
  JsonCursor cursor(text);
  std::string_view key;
  float value = 0;
  cursor.enter_object();
  while (cursor.next_key(&key)) {
    if (key != "predictions") {
      cursor.skip_value();
      continue;
    }
    cursor.enter_array();
    while (cursor.next_item())
      if (cursor.read_float(&value)) output.push_back(value);
  }
  if (!cursor.finish()) return cursor.error();
  return output;
}

Result<std::vector<ModelColumn>> parse_inputs(const YamlNode& signature) {
  const YamlNode* inputs = signature.find("inputs");
  if (inputs == nullptr || inputs->kind == YamlKind::Null) return std::vector<ModelColumn>{};
  const Json document = TRY(parse_json(inputs->text));
  if (!document.is_array()) return invalid_input("'inputs' must be a JSON array");
  std::vector<ModelColumn> columns;
  for (const Json& item : document.get_array()) {
    const JsonObject* column = TRY(as_object(item, "an input"));
    const std::string type = TRY(get_string(*column, "type"));
    if (type == "tensor")
      return unsupported("a signature of tensors without names; columns are needed");
    columns.push_back({TRY(get_string(*column, "name")), type});
  }
  return columns;
}

std::string text_of(const YamlNode& mapping, std::string_view key) {
  const YamlNode* node = mapping.find(key);
  return node != nullptr && node->is_scalar() ? node->text : "";
}

// The model file that the xgboost flavour names; it must lie inside the folder.
Result<os::Path> find_model_file(const YamlNode& root, const os::Path& folder) {
  const YamlNode* flavors = root.find("flavors");
  const YamlNode* xgboost = flavors != nullptr ? flavors->find("xgboost") : nullptr;
  if (xgboost == nullptr)
    return unsupported("it has no 'xgboost' flavour; other kinds of models cannot be served yet");
  const os::Path data = os::Path(text_of(*xgboost, "data")).lexically_normal();
  if (data.empty() || data.is_absolute() || *data.begin() == "..")
    return invalid_input(cat("flavors.xgboost.data is '", data.string(),
                             "'; it must name a file inside the model folder"));
  if (data.extension() != ".json")
    return unsupported(cat("its model file ", data.string(),
                           " is not in XGBoost's JSON form (save it with model_format=\"json\")"));
  return folder / data;
}

// nullopt when the file is not there.
Result<std::optional<std::string>> read_if_there(const os::FileReader& files,
                                                 const os::Path& path) {
  auto text = files.read(path, kMaxTextBytes);
  if (text.ok()) return std::optional(std::move(text).value());
  if (text.error().code() == ErrorCode::NotFound) return std::optional<std::string>();
  return std::move(text).error();
}

Result<void> read_example(const os::FileReader& files, const YamlNode& root, ModelFolder* out) {
  std::string name(kExampleFile);
  if (const YamlNode* info = root.find("saved_input_example_info")) {
    const os::Path path = os::Path(text_of(*info, "artifact_path")).lexically_normal();
    if (path.empty() || path.has_parent_path() || path == "..")
      return invalid_input("saved_input_example_info.artifact_path is no file of the folder");
    name = path.string();
  }
  const os::Path example = out->folder / name;
  if (const auto text = TRY(read_if_there(files, example)))
    out->example = TRY_CONTEXT(parse_example(*text), example.string());
  const os::Path output = out->folder / kOutputFile;
  if (const auto text = TRY(read_if_there(files, output)))
    out->example_output = TRY_CONTEXT(parse_output(*text), output.string());
  return success();
}

Result<Digest> file_digest(const os::FileReader& files, const os::Path& path) {
  const auto file = TRY(files.open(path));
  Sha256 hash;
  std::vector<char> buffer(256u << 10);
  for (;;) {
    const std::size_t n = TRY(file->read(buffer));
    if (n == 0) return hash.finish();
    hash.update({buffer.data(), n});
  }
}

Result<void> list_below(const os::FileReader& files, const os::Path& folder,
                        const std::string& prefix, std::vector<ModelFile>* out) {
  for (const os::DirectoryEntry& entry : TRY(files.list(folder))) {
    const os::Path path = folder / entry.name;
    const std::string name = prefix + entry.name;
    if (entry.kind == os::FileKind::Directory) {
      TRY(list_below(files, path, name + "/", out));
    } else if (entry.kind == os::FileKind::Regular) {
      if (out->size() == kMaxFiles) return unsupported("a model folder of too many files");
      const os::FileInfo info = TRY(files.stat(path));
      const Digest digest = TRY(file_digest(files, path));
      out->push_back({name, info.size, digest});
    } else {
      return invalid_input(cat(path.string(),
                               " is a link or special file; a model holds plain "
                               "files only"));
    }
  }
  return success();
}

Result<Digest> write_contents(os::Files& files, const os::Path& folder, const NewModel& model) {
  const std::pair<std::string_view, std::string> contents[] = {
      {kModelFile, model.xgboost_json},
      {kExampleFile, example_text(model.example)},
      {kOutputFile, output_text(model.example_output)},
      {kRequirements, cat("mlflow\nxgboost==", model.xgboost_version, "\n")},
      {kPythonEnv,
       "python: 3.11.2\nbuild_dependencies: []\ndependencies:\n- -r requirements.txt\n"},
      {kDescription, mlmodel_text(model)},
  };
  TRY(files.make_directories(folder));
  for (const auto& [name, text] : contents)
    TRY(files.write(folder / name, text, os::Durability::Power));
  return model_digest(files, folder);
}

}  // namespace

Result<Digest> write_model_folder(os::Files& files, const os::Path& folder, const NewModel& model) {
  TRY(check_new(model));
  const os::Path staged = staging_path(folder);
  TRY(files.remove_all(staged));
  auto digest = write_contents(files, staged, model);
  auto published = digest.ok() ? publish_folder(files, staged, folder) : success();
  if (!digest.ok() || !published.ok()) (void)files.remove_all(staged).ok();
  if (!published.ok()) return std::move(published).error();
  return digest;
}

Result<bool> is_written_model_folder(const os::FileReader& files, const os::Path& folder) {
  constexpr std::string_view kWritten[] = {kModelFile,    kExampleFile, kOutputFile,
                                           kRequirements, kPythonEnv,   kDescription};
  bool described = false;
  for (const os::DirectoryEntry& entry : TRY(files.list(folder))) {
    if (entry.kind != os::FileKind::Regular) return false;
    if (std::find(std::begin(kWritten), std::end(kWritten), entry.name) == std::end(kWritten))
      return false;
    described = described || entry.name == kDescription;
  }
  return described;
}

Result<ModelFolder> read_model_folder(const os::FileReader& files, const os::Path& folder) {
  const os::Path description = folder / "MLmodel";
  const auto text = TRY(read_if_there(files, description));
  if (!text) return not_found(cat("no model in ", folder.string(), ": it has no file MLmodel"));
  const YamlNode root = TRY(load_yaml(*text, description.string()));
  ModelFolder result;
  result.folder = folder;
  result.model_file = TRY_CONTEXT(find_model_file(root, folder), cat("model ", folder.string()));
  if (const YamlNode* signature = root.find("signature"))
    result.inputs = TRY_CONTEXT(parse_inputs(*signature), cat(description.string(), ": signature"));
  TRY(read_example(files, root, &result));
  result.run_id = text_of(root, "run_id");
  result.model_uuid = text_of(root, "model_uuid");
  result.created = text_of(root, "utc_time_created");
  result.xgboost_version = text_of(*root.find("flavors")->find("xgboost"), "xgb_version");
  return result;
}

Result<std::vector<ModelFile>> list_model_files(const os::FileReader& files,
                                                const os::Path& folder) {
  std::vector<ModelFile> list;
  TRY(list_below(files, folder, "", &list));
  std::sort(list.begin(), list.end(),
            [](const ModelFile& a, const ModelFile& b) { return a.path < b.path; });
  return list;
}

Result<Digest> model_digest(const os::FileReader& files, const os::Path& folder) {
  return model_digest(TRY(list_model_files(files, folder)));
}

Digest model_digest(const std::vector<ModelFile>& files) {
  Sha256 hash;
  for (const ModelFile& file : files) {
    hash.update(file.path);
    hash.update(std::string_view("\0", 1));
    hash.update(std::to_string(file.size));
    hash.update(std::string_view("\0", 1));
    hash.update(file.digest.hex());
    hash.update("\n");
  }
  return hash.finish();
}

}  // namespace sluice::ml
