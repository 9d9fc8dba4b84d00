// What is known of a condition before the workflow runs, from `on` alone: whether it can be true.
// Pure.
#pragma once

#include <string>

#include "pipeline/github/lint/subject.h"

namespace sluice::pipeline::github {

enum class Truth { True, False, Unknown };

class EventFacts {
 public:
  explicit EventFacts(const Subject& subject);

  struct Verdict {
    Truth truth = Truth::Unknown;
    std::string reason;  // names the part of `on` that decides; empty for constants
  };
  Verdict judge(const ExpressionNode& node) const;

 private:
  Verdict judge_equal(const ExpressionNode& node) const;
  Verdict judge_event_name(std::string_view name) const;
  Verdict judge_ref(std::string_view ref) const;
  Verdict judge_ref_prefix(const ExpressionNode& call) const;
  bool has_branches() const;
  bool has_tags() const;

  const Workflow& workflow_;
  bool callable_ = false;  // the event is that of a caller, which is not known
};

}  // namespace sluice::pipeline::github
