// What a prediction is: it decides which metrics make sense. Pure.
#pragma once

#include <string_view>

#include "base/result.h"

namespace sluice::ml {

enum class Task { Regression, Forecast, Classification, Ranking };

std::string_view to_string(Task task);  // "regression" …
// InvalidInput with the nearest word.
Result<Task> parse_task(std::string_view word);

}  // namespace sluice::ml
