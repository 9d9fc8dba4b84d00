// libxgboost's C interface, loaded with dlopen so that everything else runs without it.
//
// It may crash on bad input (it did in tests with damaged models), so production code calls it only
// in a child process. Objects: one thread at a time; the library outlives matrices and boosters.
// Errors carry XGBoost's own message.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sluice::ml {

class XgboostLibrary {
 public:
  // Unavailable, naming the Debian package, when it is not installed.
  static Result<std::unique_ptr<XgboostLibrary>> open();
  ~XgboostLibrary();
  XgboostLibrary(const XgboostLibrary&) = delete;
  XgboostLibrary& operator=(const XgboostLibrary&) = delete;

  const std::string& version() const;  // "1.7.4"

  struct Functions;
  const Functions& functions() const { return *functions_; }

 private:
  XgboostLibrary();
  void* handle_ = nullptr;
  std::unique_ptr<Functions> functions_;
  std::string version_;
};

// Rows of features with labels: what boosters learn from and are measured on.
class XgboostMatrix {
 public:
  // `rows` row after row; NaN is missing.
  static Result<std::unique_ptr<XgboostMatrix>> create(const XgboostLibrary& library,
                                                       std::span<const float> rows,
                                                       std::size_t columns);
  ~XgboostMatrix();
  XgboostMatrix(const XgboostMatrix&) = delete;
  XgboostMatrix& operator=(const XgboostMatrix&) = delete;

  Result<void> set_labels(std::span<const float> labels);
  Result<void> set_weights(std::span<const float> weights);
  Result<void> set_feature_names(const std::vector<std::string>& names);
  void* handle() const { return handle_; }

 private:
  explicit XgboostMatrix(const XgboostLibrary& library) : library_(library) {}
  Result<void> set_floats(const char* field, std::span<const float> values);

  const XgboostLibrary& library_;
  void* handle_ = nullptr;
};

class XgboostBooster {
 public:
  // `matrices` are those it will be trained on and measured on; they outlive it.
  static Result<std::unique_ptr<XgboostBooster>> create(
      const XgboostLibrary& library, const std::vector<const XgboostMatrix*>& matrices);
  ~XgboostBooster();
  XgboostBooster(const XgboostBooster&) = delete;
  XgboostBooster& operator=(const XgboostBooster&) = delete;

  Result<void> set(std::string_view name, std::string_view value);
  Result<void> set_feature_names(const std::vector<std::string>& names);
  Result<void> update(int round, const XgboostMatrix& train);
  // "[12]\ttrain-rmse:0.123456\tvalidation-rmse:0.234567".
  Result<std::string> evaluate(int round, const std::vector<const XgboostMatrix*>& matrices,
                               const std::vector<std::string>& names);
  // Only the first `rounds` rounds.
  Result<std::unique_ptr<XgboostBooster>> first_rounds(int rounds) const;
  Result<std::string> to_json() const;
  Result<void> load_json(std::string_view json);
  Result<std::vector<float>> predict(const XgboostMatrix& matrix) const;

 private:
  explicit XgboostBooster(const XgboostLibrary& library) : library_(library) {}

  const XgboostLibrary& library_;
  void* handle_ = nullptr;
};

}  // namespace sluice::ml
