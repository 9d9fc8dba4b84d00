#include "ml/train/xgboost_library.h"

#include <dlfcn.h>
#include <xgboost/c_api.h>

#include <limits>

#include "base/strings.h"

namespace sluice::ml {

// Each member has the type of the function it is named after.
struct XgboostLibrary::Functions {
  decltype(&::XGBGetLastError) last_error;
  decltype(&::XGBoostVersion) version;
  decltype(&::XGDMatrixCreateFromMat) matrix_create;
  decltype(&::XGDMatrixFree) matrix_free;
  decltype(&::XGDMatrixSetFloatInfo) matrix_set_floats;
  decltype(&::XGDMatrixSetStrFeatureInfo) matrix_set_names;
  decltype(&::XGBoosterCreate) booster_create;
  decltype(&::XGBoosterFree) booster_free;
  decltype(&::XGBoosterSetParam) booster_set;
  decltype(&::XGBoosterSetStrFeatureInfo) booster_set_names;
  decltype(&::XGBoosterUpdateOneIter) booster_update;
  decltype(&::XGBoosterEvalOneIter) booster_evaluate;
  decltype(&::XGBoosterSlice) booster_slice;
  decltype(&::XGBoosterSaveModelToBuffer) booster_save;
  decltype(&::XGBoosterLoadModelFromBuffer) booster_load;
  decltype(&::XGBoosterPredictFromDMatrix) booster_predict;
};

namespace {

template <class Function>
bool find_symbol(void* library, const char* name, Function* out) {
  *out = reinterpret_cast<Function>(dlsym(library, name));
  return *out != nullptr;
}

bool find_all(void* library, XgboostLibrary::Functions* f) {
  return find_symbol(library, "XGBGetLastError", &f->last_error) &&
         find_symbol(library, "XGBoostVersion", &f->version) &&
         find_symbol(library, "XGDMatrixCreateFromMat", &f->matrix_create) &&
         find_symbol(library, "XGDMatrixFree", &f->matrix_free) &&
         find_symbol(library, "XGDMatrixSetFloatInfo", &f->matrix_set_floats) &&
         find_symbol(library, "XGDMatrixSetStrFeatureInfo", &f->matrix_set_names) &&
         find_symbol(library, "XGBoosterCreate", &f->booster_create) &&
         find_symbol(library, "XGBoosterFree", &f->booster_free) &&
         find_symbol(library, "XGBoosterSetParam", &f->booster_set) &&
         find_symbol(library, "XGBoosterSetStrFeatureInfo", &f->booster_set_names) &&
         find_symbol(library, "XGBoosterUpdateOneIter", &f->booster_update) &&
         find_symbol(library, "XGBoosterEvalOneIter", &f->booster_evaluate) &&
         find_symbol(library, "XGBoosterSlice", &f->booster_slice) &&
         find_symbol(library, "XGBoosterSaveModelToBuffer", &f->booster_save) &&
         find_symbol(library, "XGBoosterLoadModelFromBuffer", &f->booster_load) &&
         find_symbol(library, "XGBoosterPredictFromDMatrix", &f->booster_predict);
}

// XGBoost's message without the stack trace that follows it.
Result<void> check_call(const XgboostLibrary& library, int status, std::string_view what) {
  if (status == 0) return success();
  std::string_view message = library.functions().last_error();
  message = trim(message.substr(0, message.find("\nStack trace")));
  return Error(ErrorCode::InvalidInput, cat("libxgboost could not ", what, ": ", message));
}

std::vector<const char*> c_strings(const std::vector<std::string>& texts) {
  std::vector<const char*> pointers;
  for (const std::string& text : texts) pointers.push_back(text.c_str());
  return pointers;
}

std::vector<void*> handles(const std::vector<const XgboostMatrix*>& matrices) {
  std::vector<void*> result;
  for (const XgboostMatrix* matrix : matrices) result.push_back(matrix->handle());
  return result;
}

}  // namespace

XgboostLibrary::XgboostLibrary() : functions_(std::make_unique<Functions>()) {}

XgboostLibrary::~XgboostLibrary() {
  // Never unloaded: the threads of its OpenMP pool outlive every call into it.
}

Result<std::unique_ptr<XgboostLibrary>> XgboostLibrary::open() {
  std::unique_ptr<XgboostLibrary> library(new XgboostLibrary());
  for (const char* name : {"libxgboost.so.0", "libxgboost.so"})
    if (library->handle_ == nullptr) library->handle_ = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (library->handle_ == nullptr)
    return Error(ErrorCode::Unavailable,
                 cat("training with the built-in algorithm 'xgboost' needs libxgboost, which could "
                     "not be loaded (",
                     dlerror(), "); on Debian: apt install libxgboost0"));
  if (!find_all(library->handle_, library->functions_.get()))
    return unsupported("the installed libxgboost is too old: 1.6 or newer is needed");
  int major = 0;
  int minor = 0;
  int patch = 0;
  library->functions_->version(&major, &minor, &patch);
  library->version_ = cat(major, ".", minor, ".", patch);
  return library;
}

const std::string& XgboostLibrary::version() const {
  return version_;
}

Result<std::unique_ptr<XgboostMatrix>> XgboostMatrix::create(const XgboostLibrary& library,
                                                             std::span<const float> rows,
                                                             std::size_t columns) {
  CHECK(columns > 0 && rows.size() % columns == 0);
  std::unique_ptr<XgboostMatrix> matrix(new XgboostMatrix(library));
  TRY(check_call(
      library,
      library.functions().matrix_create(rows.data(), rows.size() / columns, columns,
                                        std::numeric_limits<float>::quiet_NaN(), &matrix->handle_),
      "take in the data"));
  return matrix;
}

XgboostMatrix::~XgboostMatrix() {
  if (handle_ != nullptr) library_.functions().matrix_free(handle_);
}

Result<void> XgboostMatrix::set_floats(const char* field, std::span<const float> values) {
  return check_call(
      library_,
      library_.functions().matrix_set_floats(handle_, field, values.data(), values.size()),
      cat("take in the ", field));
}

Result<void> XgboostMatrix::set_labels(std::span<const float> labels) {
  return set_floats("label", labels);
}

Result<void> XgboostMatrix::set_weights(std::span<const float> weights) {
  return set_floats("weight", weights);
}

Result<void> XgboostMatrix::set_feature_names(const std::vector<std::string>& names) {
  std::vector<const char*> pointers = c_strings(names);
  return check_call(library_,
                    library_.functions().matrix_set_names(handle_, "feature_name", pointers.data(),
                                                          pointers.size()),
                    "take in the feature names");
}

Result<std::unique_ptr<XgboostBooster>> XgboostBooster::create(
    const XgboostLibrary& library, const std::vector<const XgboostMatrix*>& matrices) {
  std::unique_ptr<XgboostBooster> booster(new XgboostBooster(library));
  const std::vector<void*> data = handles(matrices);
  TRY(check_call(library,
                 library.functions().booster_create(data.data(), data.size(), &booster->handle_),
                 "make a booster"));
  return booster;
}

XgboostBooster::~XgboostBooster() {
  if (handle_ != nullptr) library_.functions().booster_free(handle_);
}

Result<void> XgboostBooster::set(std::string_view name, std::string_view value) {
  return check_call(library_,
                    library_.functions().booster_set(handle_, std::string(name).c_str(),
                                                     std::string(value).c_str()),
                    cat("set ", name));
}

Result<void> XgboostBooster::set_feature_names(const std::vector<std::string>& names) {
  std::vector<const char*> pointers = c_strings(names);
  return check_call(library_,
                    library_.functions().booster_set_names(handle_, "feature_name", pointers.data(),
                                                           pointers.size()),
                    "name the features");
}

Result<void> XgboostBooster::update(int round, const XgboostMatrix& train) {
  return check_call(library_, library_.functions().booster_update(handle_, round, train.handle()),
                    cat("train round ", round));
}

Result<std::string> XgboostBooster::evaluate(int round,
                                             const std::vector<const XgboostMatrix*>& matrices,
                                             const std::vector<std::string>& names) {
  std::vector<void*> data = handles(matrices);
  std::vector<const char*> pointers = c_strings(names);
  const char* line = nullptr;
  TRY(check_call(library_,
                 library_.functions().booster_evaluate(handle_, round, data.data(), pointers.data(),
                                                       data.size(), &line),
                 cat("evaluate round ", round)));
  return std::string(line);
}

Result<std::unique_ptr<XgboostBooster>> XgboostBooster::first_rounds(int rounds) const {
  std::unique_ptr<XgboostBooster> booster(new XgboostBooster(library_));
  TRY(check_call(library_,
                 library_.functions().booster_slice(handle_, 0, rounds, 1, &booster->handle_),
                 "cut the model to its best round"));
  return booster;
}

Result<std::string> XgboostBooster::to_json() const {
  bst_ulong size = 0;
  const char* bytes = nullptr;
  TRY(check_call(library_,
                 library_.functions().booster_save(handle_, R"({"format":"json"})", &size, &bytes),
                 "save the model"));
  return std::string(bytes, size);
}

Result<void> XgboostBooster::load_json(std::string_view json) {
  return check_call(library_, library_.functions().booster_load(handle_, json.data(), json.size()),
                    "load the model");
}

Result<std::vector<float>> XgboostBooster::predict(const XgboostMatrix& matrix) const {
  constexpr const char* kConfig =
      R"({"type":0,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false})";
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* values = nullptr;
  TRY(check_call(library_,
                 library_.functions().booster_predict(handle_, matrix.handle(), kConfig, &shape,
                                                      &dimensions, &values),
                 "predict"));
  std::size_t count = 1;
  for (bst_ulong i = 0; i < dimensions; ++i) count *= shape[i];
  return std::vector<float>(values, values + count);
}

}  // namespace sluice::ml
