#include "pipeline/github/call_checks.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "pipeline/github/workflow_reader.h"

namespace sluice::pipeline::github {
namespace {

class CallChecker {
 public:
  CallChecker(const Workflow& caller, const Job& job, const Trigger& trigger,
              std::vector<Diagnostic>& out)
      : file_(caller.file), call_(*job.call), wanted_(trigger.call), out_(out) {}

  void check() {
    check_inputs();
    if (call_.inherit_secrets) return;
    check_secrets();
  }

 private:
  void fail(TextPosition position, std::string_view rule, std::string message) {
    out_.push_back({Severity::Error, std::string(rule), file_, position, std::move(message)});
  }

  // An expression may stand for anything.
  static bool is_open(const Token& passed) {
    return passed.has_expression() ||
           std::any_of(passed.entries.begin(), passed.entries.end(), [](const TokenEntry& entry) {
             return entry.insert || entry.key.has_expression();
           });
  }

  static const Token* find_passed(const Token& passed, std::string_view name) {
    for (const TokenEntry& entry : passed.entries)
      if (equal_ignoring_case(entry.key.literal_text(), name)) return &entry.value;
    return nullptr;
  }

  void check_inputs() {
    for (const CallInput& input : wanted_.inputs) {
      const Token* value = find_passed(call_.with, input.name);
      if (value == nullptr) {
        if (input.required && !is_open(call_.with))
          fail(call_.target.position, "call-arguments",
               cat("input '", input.name, "' is required by ", call_.target.name,
                   " and is not passed; add it under 'with'"));
        continue;
      }
      if (const auto wrong = wrong_input_value(input.type, *value))
        fail(value->position, "call-arguments",
             cat("input '", input.name, "' of ", call_.target.name, " must be ", *wrong, ", got '",
                 value->literal_text(), "'"));
    }
    std::vector<std::string> known;
    for (const CallInput& input : wanted_.inputs) known.push_back(input.name);
    report_unknown(call_.with, known, "input");
  }

  void check_secrets() {
    for (const CallSecret& secret : wanted_.secrets)
      if (secret.required && !is_open(call_.secrets) &&
          find_passed(call_.secrets, secret.name) == nullptr)
        fail(call_.target.position, "call-arguments",
             cat("secret '", secret.name, "' is required by ", call_.target.name,
                 " and is not passed; add it under 'secrets' or write 'secrets: inherit'"));
    std::vector<std::string> known;
    for (const CallSecret& secret : wanted_.secrets) known.push_back(secret.name);
    report_unknown(call_.secrets, known, "secret");
  }

  void report_unknown(const Token& passed, const std::vector<std::string>& known,
                      std::string_view what) {
    for (const TokenEntry& entry : passed.entries) {
      if (entry.insert || entry.key.has_expression()) continue;
      const std::string name = entry.key.literal_text();
      const bool found = std::any_of(known.begin(), known.end(), [&name](const std::string& k) {
        return equal_ignoring_case(k, name);
      });
      if (!found)
        fail(
            entry.value.position, "call-arguments",
            cat(call_.target.name, " takes no ", what, " '", name, "'", did_you_mean(name, known)));
    }
  }

  const std::string& file_;
  const Call& call_;
  const CallInterface& wanted_;
  std::vector<Diagnostic>& out_;
};

std::string excess_text(const std::vector<PermissionExcess>& excess,
                        PermissionLevel PermissionExcess::*level) {
  std::vector<std::string> parts;
  for (const PermissionExcess& one : excess)
    parts.push_back(cat(one.name, ": ", to_string(one.*level)));
  return join(parts, ", ");
}

// Follows the calls of one job of the root, where its mistakes are reported.
class PermissionWalk {
 public:
  PermissionWalk(const Workflow& root, const Job& top, const Permissions& base,
                 std::vector<Diagnostic>& out)
      : root_(root), top_(top), base_(base), out_(out) {}

  // `allowed` is what the calling job may, null when nobody has said it.
  void follow(const Job& job, const Permissions* allowed) {
    const Workflow* called = job.call ? job.call->workflow.get() : nullptr;
    if (called == nullptr || !seen_.insert({called, allowed}).second) return;
    const Permissions& most = allowed != nullptr ? *allowed : base_;
    const std::string& name = job.call->target.name;
    if (called->permissions) check(cat("the workflow '", name, "'"), *called->permissions, most);
    for (const Job& inner : called->jobs) {
      if (inner.permissions)
        check(cat("job '", inner.id, "' of '", name, "'"), *inner.permissions, most);
      const Permissions* own = inner.permissions     ? &*inner.permissions
                               : called->permissions ? &*called->permissions
                                                     : allowed;
      follow(inner, own);
    }
  }

 private:
  void check(const std::string& who, const Permissions& asked, const Permissions& allowed) {
    const std::vector<PermissionExcess> more = excess(asked, allowed);
    if (more.empty()) return;
    out_.push_back({Severity::Error, "call-permissions", root_.file, top_.position,
                    cat("job '", top_.id, "' cannot make this call: ", who, " asks for '",
                        excess_text(more, &PermissionExcess::asked), "' and is allowed '",
                        excess_text(more, &PermissionExcess::allowed),
                        "'; a called workflow may do no more than its caller")});
  }

  const Workflow& root_;
  const Job& top_;
  const Permissions& base_;
  std::vector<Diagnostic>& out_;
  std::set<std::pair<const Workflow*, const Permissions*>> seen_;
};

}  // namespace

void check_call(const Workflow& caller, const Job& job, std::vector<Diagnostic>& out) {
  const Call& call = *job.call;
  const Trigger* trigger = call.workflow->find_trigger("workflow_call");
  if (trigger != nullptr) {
    CallChecker(caller, job, *trigger, out).check();
    return;
  }
  out.push_back({Severity::Error, "unusable-call", caller.file, call.target.position,
                 cat(call.target.name, " cannot be called: it has no 'on: workflow_call'")});
}

void check_permissions(const Workflow& root, const Permissions& base,
                       std::vector<Diagnostic>& out) {
  for (const Job& job : root.jobs) {
    const Permissions* allowed = job.permissions    ? &*job.permissions
                                 : root.permissions ? &*root.permissions
                                                    : nullptr;
    PermissionWalk(root, job, base, out).follow(job, allowed);
  }
}

}  // namespace sluice::pipeline::github
