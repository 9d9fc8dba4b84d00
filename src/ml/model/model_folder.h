// A model as a folder that MLflow loads, and its digest.
//
//   MLmodel                    flavours, signature, run id, time (YAML)
//   model.xgb.json             the trees, in XGBoost's own JSON form
//   input_example.json         a few rows, as {"dataframe_split": …} without the outer key
//   input_example_output.json  {"predictions": […]} of our scorer for these rows: the smoke test
//   requirements.txt, python_env.yaml
//
// The whole format is in docs/formats/model_folder.md. Functions are thread-safe; two writers of
// one folder must agree between themselves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "base/time.h"
#include "os/ports/files.h"

namespace sluice::ml {

// One input of the signature. `type` is MLflow's word: double, float, long, integer, boolean,
// string.
struct ModelColumn {
  std::string name;
  std::string type = "double";

  bool operator==(const ModelColumn&) const = default;
};

// Rows of features with the answers that the model gave when it was made. NaN: missing.
struct InputExample {
  std::vector<std::string> columns;
  std::vector<std::vector<double>> rows;
};

// What goes into a new folder.
struct NewModel {
  std::string xgboost_json;
  std::string xgboost_version;      // "1.7.4"
  std::vector<ModelColumn> inputs;  // in the order of the model's features
  InputExample example;
  std::vector<float> example_output;
  std::string run_id;      // of the training; may be empty
  std::string model_uuid;  // 32 hex digits, random
  Timestamp created{};
};

// What a folder says about itself.
struct ModelFolder {
  os::Path folder;
  os::Path model_file;                  // absolute or relative as `folder` is
  std::vector<ModelColumn> inputs;      // empty when the folder carries no signature
  std::optional<InputExample> example;  // absent where the folder has none
  std::optional<std::vector<float>> example_output;
  std::string run_id;
  std::string model_uuid;
  std::string created;  // as written
  std::string xgboost_version;
};

struct ModelFile {
  std::string path;  // relative, with '/'
  std::uint64_t size = 0;
  Digest digest;
};

// Writes into a temporary folder beside `folder` and renames it: readers see all or nothing. What
// was there before is replaced. Returns the digest.
Result<Digest> write_model_folder(os::Files& files, const os::Path& folder, const NewModel& model);

// NotFound without an MLmodel file, Unsupported when it has no xgboost flavour in JSON form,
// InvalidInput for anything that does not read; errors name file and line.
Result<ModelFolder> read_model_folder(const os::FileReader& files, const os::Path& folder);

// Whether the folder has an MLmodel file and nothing that write_model_folder() does not write, so
// that nothing of anybody else's goes with it.
Result<bool> is_written_model_folder(const os::FileReader& files, const os::Path& folder);

// All regular files below the folder, sorted by path. A link or a special file is InvalidInput.
Result<std::vector<ModelFile>> list_model_files(const os::FileReader& files,
                                                const os::Path& folder);

// SHA-256 over "<path>\0<size>\0<sha256 in hex>\n" of each file, sorted by path as bytes.
// Independent of times, modes and the folder's own name.
Result<Digest> model_digest(const os::FileReader& files, const os::Path& folder);
Digest model_digest(const std::vector<ModelFile>& files);

}  // namespace sluice::ml
