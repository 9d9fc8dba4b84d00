#include "ml/evaluate/task.h"

#include <string>
#include <vector>

#include "base/check.h"
#include "base/strings.h"

namespace sluice::ml {

std::string_view to_string(Task task) {
  switch (task) {
    case Task::Regression:
      return "regression";
    case Task::Forecast:
      return "forecast";
    case Task::Classification:
      return "classification";
    case Task::Ranking:
      return "ranking";
  }
  UNREACHABLE();
}

Result<Task> parse_task(std::string_view word) {
  std::vector<std::string> words;
  for (const Task task : {Task::Regression, Task::Forecast, Task::Classification, Task::Ranking}) {
    if (word == to_string(task)) return task;
    words.emplace_back(to_string(task));
  }
  return invalid_input(cat("there is no task '", word, "'; the tasks are ", join(words, ", "),
                           did_you_mean(word, words)));
}

}  // namespace sluice::ml
