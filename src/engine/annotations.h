// What steps said with the commands ::error, ::warning and ::notice: people look for it first, so
// it is kept beside the log. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "pipeline/ports/job_program.h"

namespace sluice::engine {

struct Annotation {
  std::string kind;  // "error", "warning", "notice"
  std::string file;
  int line = 0;  // 0: not said
  int end_line = 0;
  int column = 0;
  int end_column = 0;
  std::string title;
  std::string message;
};

struct StepAnnotations {
  static constexpr int kMostOfAKind = 10;  // as GitHub keeps of one step

  std::vector<Annotation> list;  // in order
  int more = 0;                  // that were left out
};

// `masks`: what must not be shown, in all its encodings; what this very result masks is added.
StepAnnotations annotations_of(const pipeline::StepResult& result,
                               const std::vector<std::string>& masks);

// "train.py:3:7"; empty where no file was said.
std::string place_of(const Annotation& annotation);

// {"annotations": […], "more": n}; members that say nothing are left out.
JsonObject to_json(const StepAnnotations& annotations);
StepAnnotations step_annotations_from(const JsonObject& body);

}  // namespace sluice::engine
