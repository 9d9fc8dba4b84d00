#include "pipeline/github/calls.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/strings.h"
#include "pipeline/github/call_checks.h"
#include "pipeline/github/lint/lint.h"
#include "pipeline/github/lint/mistakes.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::string_view kFolder = ".github/workflows/";

bool is_local(std::string_view uses) {
  return uses.starts_with("./") || uses.starts_with("$/");
}

bool is_workflow_file(std::string_view path) {
  return path.ends_with(".yml") || path.ends_with(".yaml");
}

// "{owner}/{repository}/{path}@{ref}".
bool is_remote_reference(std::string_view uses) {
  const std::size_t at = uses.rfind('@');
  if (at == std::string_view::npos || at + 1 == uses.size()) return false;
  const std::string_view path = uses.substr(0, at);
  const auto parts = split(path, '/');
  return parts.size() > 2 && !parts[0].empty() && !parts[1].empty() && is_workflow_file(path);
}

// A called file and what it comes to with all that it calls.
struct CalledFile {
  std::shared_ptr<const Workflow> workflow;
  std::vector<Diagnostic> mistakes;  // errors only
  std::size_t height = 0;            // levels of calls below it
  std::size_t jobs = 0;
  std::size_t size = 0;  // bytes
};

class Loader {
 public:
  Loader(const SourceFile& file, const ReaderLimits& limits)
      : file_(file), limits_(limits), walk_{file.path} {
    for (const auto& [path, text] : file.others)
      if (path.ends_with("action.yml") || path.ends_with("action.yaml"))
        actions_.emplace(path, text);
  }

  // The root counts as a file of its own.
  CalledFile load(Workflow& workflow, std::vector<Diagnostic>& out) {
    CalledFile sum;
    sum.jobs = workflow.jobs.size();
    sum.size = workflow.text.size();
    for (Job& job : workflow.jobs) {
      if (!job.call || job.call->target.name.empty()) continue;
      const CalledFile* called = find(workflow, job, out);
      if (called == nullptr) continue;
      job.call->workflow = called->workflow;
      check_groups(workflow, job, *called->workflow, out);
      report_mistakes(workflow, job, *called, out);
      check_call(workflow, job, out);
      sum.height = std::max(sum.height, called->height + 1);
      sum.jobs = sum.jobs + called->jobs;
      sum.size = sum.size + called->size;
      if (!check_limits(workflow, job, sum, out)) break;
    }
    return sum;
  }

  const std::vector<Diagnostic>& notes() const { return notes_; }

 private:
  void fail(const Workflow& workflow, const Job& job, std::string_view rule, std::string message,
            std::vector<Diagnostic>& out) const {
    out.push_back({Severity::Error, std::string(rule), workflow.file, job.call->target.position,
                   std::move(message)});
  }

  // Well formed, and cannot be had here.
  static void not_honoured(const Workflow& workflow, Job& job, std::string message,
                           std::vector<Diagnostic>& out) {
    Diagnostic diagnostic{Severity::Unsupported, "unsupported-call", workflow.file,
                          job.call->target.position, std::move(message)};
    job.not_honoured.push_back(diagnostic);
    out.push_back(std::move(diagnostic));
  }

  const CalledFile* find(const Workflow& workflow, Job& job, std::vector<Diagnostic>& out) {
    const std::string& uses = job.call->target.name;
    const auto path = local_workflow_path(uses);
    const std::string key = path.value_or(uses);
    if (contains_expression(uses)) {
      not_honoured(workflow, job,
                   cat("'", uses, "' is an expression, which GitHub does not evaluate here"), out);
      return nullptr;
    }
    if (!path && (is_local(uses) || !is_remote_reference(uses))) {
      fail(workflow, job, "invalid-uses",
           cat("'", uses, "' names no workflow; expected ./", kFolder,
               "FILE.yml or OWNER/REPOSITORY/", kFolder, "FILE.yml@REF"),
           out);
      return nullptr;
    }
    const auto text = file_.others.find(key);
    const bool is_root = key == file_.path;
    if (!is_root && (text == file_.others.end() || !text->second)) {
      report_absent(workflow, job, path, text != file_.others.end(), out);
      return nullptr;
    }
    if (const auto same = std::find(walk_.begin(), walk_.end(), key); same != walk_.end()) {
      const std::vector<std::string> round(same, walk_.end());
      fail(workflow, job, "call-cycle",
           cat("the workflow calls itself: ", join(round, " -> "), " -> ", key), out);
      return nullptr;
    }
    return read(workflow, job, key, *text->second, out);
  }

  void report_absent(const Workflow& workflow, Job& job, const std::optional<std::string>& path,
                     bool looked_for, std::vector<Diagnostic>& out) const {
    if (!path)
      not_honoured(workflow, job,
                   cat("the workflow '", job.call->target.name,
                       "' is of another repository and is not honoured here"),
                   out);
    else if (looked_for)
      fail(workflow, job, "unusable-call", cat("there is no file ", *path, " to call"), out);
  }

  const CalledFile* read(const Workflow& workflow, const Job& job, const std::string& key,
                         const std::string& text, std::vector<Diagnostic>& out) {
    if (const auto known = files_.find(key); known != files_.end()) return &known->second;
    if (limits_.max_files > 0 && files_.size() + walk_.size() + 1 > limits_.max_files) {
      fail(workflow, job, "unusable-call",
           cat("more than ", limits_.max_files - 1, " workflows are called"), out);
      return nullptr;
    }
    const SourceFile called_file{key, text, actions_};
    ReadWorkflow inner = read_one_workflow(called_file, limits_);
    walk_.push_back(key);
    CalledFile called = load(inner.workflow, inner.diagnostics);
    walk_.pop_back();
    const std::vector<Diagnostic> found = merge_findings(
        std::move(inner.diagnostics), lint({inner.workflow, inner.root, called_file}));
    for (const Diagnostic& diagnostic : found)
      if (diagnostic.severity == Severity::Error) called.mistakes.push_back(diagnostic);
    const auto& notes = inner.workflow.not_enforced;
    notes_.insert(notes_.end(), notes.begin(), notes.end());
    called.workflow = std::make_shared<const Workflow>(std::move(inner.workflow));
    return &files_.emplace(key, std::move(called)).first->second;
  }

  // A call holds one group.
  static void check_groups(const Workflow& workflow, Job& job, const Workflow& called,
                           std::vector<Diagnostic>& out) {
    if (!job.concurrency.present() || !called.concurrency.present()) return;
    const std::string group = job.concurrency.group.source();
    if (equal_ignoring_case(group, called.concurrency.group.source())) return;
    not_honoured(workflow, job,
                 cat("job '", job.id, "' is in the concurrency group '", group,
                     "' and what it calls in '", called.concurrency.group.source(),
                     "'; a call holds one group here: leave one of them out, or give both the "
                     "same name"),
                 out);
  }

  void report_mistakes(const Workflow& workflow, const Job& job, const CalledFile& called,
                       std::vector<Diagnostic>& out) const {
    if (called.mistakes.empty()) return;
    const Diagnostic& first = called.mistakes.front();
    const std::size_t more = called.mistakes.size() - 1;
    fail(workflow, job, first.rule == "call-cycle" ? first.rule : "unusable-call",
         cat("the called workflow cannot be used: ", first.file, ":", first.position.line, ":",
             first.position.column, ": ", first.message,
             more > 0 ? cat(" (and ", plural(more, "more mistake"), ")") : std::string()),
         out);
  }

  bool check_limits(const Workflow& workflow, const Job& job, const CalledFile& sum,
                    std::vector<Diagnostic>& out) const {
    const bool root = walk_.size() == 1;
    if (root && sum.height > limits_.max_nested_calls)
      fail(workflow, job, "unusable-call",
           cat("workflows call each other more than ", limits_.max_nested_calls, " levels deep"),
           out);
    else if (sum.size > limits_.max_result_size)
      fail(workflow, job, "unusable-call",
           cat("with the workflows that are called there are more than ", limits_.max_result_size,
               " bytes"),
           out);
    else
      return true;
    return false;
  }

  const SourceFile& file_;
  const ReaderLimits& limits_;
  std::map<std::string, std::optional<std::string>> actions_;  // of the repository
  std::vector<std::string> walk_;            // from the root to the file that is looked at
  std::map<std::string, CalledFile> files_;  // by path; nodes stay where they are
  std::vector<Diagnostic> notes_;
};

}  // namespace

std::optional<std::string> local_workflow_path(std::string_view uses) {
  if (!is_local(uses)) return std::nullopt;
  const std::string_view path = uses.substr(2);
  if (!is_workflow_file(path) || path.starts_with('/')) return std::nullopt;
  return std::string(path);
}

std::vector<std::string> called_workflows(const YamlParse& parse) {
  std::vector<std::string> paths;
  const YamlNode* jobs = parse.is_readable() ? parse.root.find("jobs") : nullptr;
  if (jobs == nullptr) return paths;
  for (const auto& [id, job] : jobs->members)
    if (const YamlNode* uses = job.find("uses"))
      if (auto path = local_workflow_path(uses->text)) paths.push_back(*std::move(path));
  return paths;
}

void load_calls(Workflow& workflow, const SourceFile& file, const ReaderLimits& limits,
                std::vector<Diagnostic>& diagnostics) {
  Loader loader(file, limits);
  const CalledFile sum = loader.load(workflow, diagnostics);
  if (limits.max_jobs > 0 && sum.jobs > limits.max_jobs)
    diagnostics.push_back(
        {Severity::Error, "unusable-call", workflow.file, workflow.jobs.back().position,
         cat("the workflow has ", sum.jobs, " jobs with those that it calls; at most ",
             limits.max_jobs, " are allowed")});
  check_permissions(workflow, permissions_of(limits.permissions), diagnostics);
  workflow.not_enforced.insert(workflow.not_enforced.end(), loader.notes().begin(),
                               loader.notes().end());
}

}  // namespace sluice::pipeline::github
