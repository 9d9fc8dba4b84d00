// What jobs and steps hand on through files: artifacts, caches, the checkout.
#include <algorithm>
#include <map>

#include "base/strings.h"
#include "pipeline/github/graph.h"
#include "pipeline/github/lint/scripts.h"
#include "pipeline/github/lint/support.h"

namespace sluice::pipeline::github {
namespace {

bool uses(const Step& step, std::string_view action) {
  return step.uses && (equal_ignoring_case(step.uses->name, action) ||
                       to_lower(step.uses->name).starts_with(cat(action, "/")));
}

std::optional<std::string> literal_input(const Step& step, std::string_view name) {
  const Token* token = step.with.find(name);
  if (token == nullptr || token->has_expression()) return std::nullopt;
  return token->literal_text();
}

struct Upload {
  std::size_t job;
  const Step* step;
  std::string name;
};

struct Uploads {
  std::vector<Upload> named;
  bool complete = true;  // false: something else may upload, under names that are not written
};

// Steps and calls whose uploads cannot be seen.
bool may_upload_unseen(const Subject& subject, const Job& job) {
  const YamlNode* node = node_of(subject, job);
  if (node != nullptr && node->find("uses") != nullptr) return true;
  return std::any_of(job.steps.begin(), job.steps.end(), [](const Step& step) {
    return step.uses && !step.uses->name.starts_with("actions/");
  });
}

Uploads find_uploads(const Subject& subject) {
  Uploads uploads;
  for (std::size_t i = 0; i < subject.workflow.jobs.size(); ++i) {
    const Job& job = subject.workflow.jobs[i];
    if (may_upload_unseen(subject, job)) uploads.complete = false;
    for (const Step& step : job.steps) {
      if (!uses(step, "actions/upload-artifact")) continue;
      const Token* name = step.with.find("name");
      if (name != nullptr && name->has_expression())
        uploads.complete = false;
      else
        uploads.named.push_back({i, &step, name == nullptr ? "artifact" : name->literal_text()});
    }
  }
  return uploads;
}

void check_download(const Subject& subject, const JobGraph& graph, const Uploads& uploads,
                    std::size_t index, const Step& step, Findings& out) {
  const auto name = literal_input(step, "name");
  if (!name) return;
  for (const std::string_view elsewhere : {"run-id", "github-token", "repository", "run_id"})
    if (step.with.find(elsewhere) != nullptr) return;
  const Upload* found = nullptr;
  const std::vector<bool> ancestors = graph.ancestors(index);
  for (const Upload& upload : uploads.named) {
    if (upload.name != *name) continue;
    if (ancestors[upload.job] && (upload.job != index || upload.step < &step)) return;
    found = &upload;
  }
  const Job& job = subject.workflow.jobs[index];
  const TextPosition at = step.uses->position;
  if (found == nullptr) {
    if (uploads.complete)
      add_finding(subject.workflow, Severity::Warning, "artifact-without-producer", at,
                  cat("no job of this workflow uploads an artifact '", *name, "'"), out);
    return;
  }
  const Job& producer = subject.workflow.jobs[found->job];
  if (found->job == index)
    add_finding(subject.workflow, Severity::Warning, "artifact-without-producer", at,
                cat("the artifact '", *name, "' is downloaded before it is uploaded, at line ",
                    found->step->position.line),
                out);
  else
    add_finding(subject.workflow, Severity::Warning, "artifact-without-producer", at,
                cat("job '", job.id, "' downloads the artifact '", *name, "' of job '", producer.id,
                    "' and does not wait for it: add '", producer.id, "' to 'needs'"),
                out);
}

bool is_cache(const Step& step) {
  return uses(step, "actions/cache");
}

// A path in the key that differs from run to run, or may.
bool varies(const std::vector<std::string>& path) {
  if (path.empty()) return true;
  if (equal_ignoring_case(path[0], "runner") || equal_ignoring_case(path[0], "matrix") ||
      equal_ignoring_case(path[0], "env") || equal_ignoring_case(path[0], "vars") ||
      equal_ignoring_case(path[0], "strategy"))
    return false;
  static constexpr std::string_view kFixed[] = {"workflow",         "job", "repository",
                                                "repository_owner", "ref", "ref_name"};
  return !(path.size() == 2 && equal_ignoring_case(path[0], "github") &&
           std::find(std::begin(kFixed), std::end(kFixed), to_lower(path[1])) != std::end(kFixed));
}

// Nothing in the key follows what is cached.
bool is_fixed_key(const Token& key) {
  bool fixed = true;
  for_each_expression(key, [&](const Token&, const Expression& expression) {
    for_each_node(expression.root, [&](const ExpressionNode& node) {
      if (node.kind == NodeKind::Call && node.function == FunctionId::HashFiles) fixed = false;
    });
    for (const auto& path : referenced_paths(expression.root))
      if (varies(path)) fixed = false;
  });
  return fixed;
}

bool calls_hash_files(const ExpressionNode& root) {
  bool found = false;
  for_each_node(root, [&](const ExpressionNode& node) {
    found = found || (node.kind == NodeKind::Call && node.function == FunctionId::HashFiles);
  });
  return found;
}

bool calls_hash_files(const Step& step) {
  bool found =
      step.condition.present() && calls_hash_files(step.condition.condition.expression.root);
  for (const Token* token : {&step.run, &step.with, &step.env, &step.name})
    for_each_expression(*token, [&](const Token&, const Expression& expression) {
      found = found || calls_hash_files(expression.root);
    });
  return found;
}

// Steps after which the workspace may hold files.
bool brings_files(const Step& step) {
  if (step.uses)
    return to_lower(step.uses->name).find("checkout") != std::string::npos ||
           uses(step, "actions/download-artifact") || !step.uses->name.starts_with("actions/");
  const std::string script = step.run.source();
  for (const std::string_view word :
       {"git clone", "git fetch", "git pull", "curl", "wget", "unzip", "tar ", "checkout", "gh "})
    if (script.find(word) != std::string::npos) return true;
  return false;
}

void check_before_checkout(const Subject& subject, const Job& job, Findings& out) {
  for (const Step& step : job.steps) {
    const bool local = step.uses && step.uses->name.starts_with("./");
    if (local)
      add_finding(subject.workflow, Severity::Warning, "action-before-checkout",
                  step.uses->position,
                  cat("'", step.uses->name,
                      "' is not there yet: a local action is read from the workspace, and nothing "
                      "was checked out before"),
                  out);
    if (calls_hash_files(step))
      add_finding(subject.workflow, Severity::Warning, "hash-before-checkout", step.position,
                  "'hashFiles' is empty here: nothing was checked out before, so there are no "
                  "files to hash",
                  out);
    if (brings_files(step) || local) return;
  }
}

}  // namespace

void lint_artifact_without_producer(const Subject& subject, Findings& out) {
  const JobGraph graph(subject.workflow);
  if (!graph.find_cycle().empty()) return;
  const Uploads uploads = find_uploads(subject);
  for (std::size_t i = 0; i < subject.workflow.jobs.size(); ++i)
    for (const Step& step : subject.workflow.jobs[i].steps)
      if (uses(step, "actions/download-artifact"))
        check_download(subject, graph, uploads, i, step, out);
}

void lint_cache_key(const Subject& subject, Findings& out) {
  for (const Job& job : subject.workflow.jobs)
    for (const Step& step : job.steps) {
      if (!is_cache(step)) continue;
      const Token* key = step.with.find("key");
      if (key == nullptr || !is_fixed_key(*key)) continue;
      add_finding(subject.workflow, Severity::Warning, "cache-key-without-hash", key->position,
                  "the key never changes, and a cache is written once per key: what is cached "
                  "today stays for ever; put 'hashFiles' of the lock file into the key",
                  out);
    }
}

void lint_before_checkout(const Subject& subject, Findings& out) {
  for (const Job& job : subject.workflow.jobs) check_before_checkout(subject, job, out);
}

}  // namespace sluice::pipeline::github
