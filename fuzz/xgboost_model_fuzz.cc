// Any bytes: refused with a reason, or a model that answers rows of its own width, missing values
// included, with its walks ending.
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "ml/serve/xgboost_model.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto model = sluice::ml::XgboostModel::parse(text);
  if (!model.ok()) {
    CHECK(!model.error().message().empty());
    return 0;
  }
  CHECK(model->feature_count() > 0);
  if (model->feature_count() > 100'000) return 0;
  for (const float value : {0.0f, -1e30f, 1e30f, std::numeric_limits<float>::quiet_NaN()})
    (void)model->predict(std::vector<float>(model->feature_count(), value));
  return 0;
}
