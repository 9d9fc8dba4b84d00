#include "pipeline/github/lint/runner_labels.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/strings.h"
#include "pipeline/expression/template.h"
#include "pipeline/github/lint/expression_texts.h"
#include "pipeline/github/lint/value_rules.h"
#include "pipeline/github/schema.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::string_view kHosted =
    "ubuntu-latest ubuntu-24.04 ubuntu-22.04 ubuntu-26.04 ubuntu-24.04-arm ubuntu-22.04-arm "
    "ubuntu-26.04-arm ubuntu-slim ubuntu-latest-4-cores ubuntu-latest-8-cores "
    "ubuntu-latest-16-cores windows-latest windows-2025 windows-2025-vs2026 windows-2022 "
    "windows-11-arm windows-latest-8-cores macos-latest macos-26 macos-15 macos-14 macos-26-intel "
    "macos-15-intel macos-latest-large macos-26-large macos-15-large macos-14-large "
    "macos-latest-xlarge macos-26-xlarge macos-15-xlarge macos-14-xlarge";
constexpr std::string_view kRemoved =
    "ubuntu-20.04 ubuntu-18.04 ubuntu-16.04 windows-2019 windows-2016 macos-13 macos-13-large "
    "macos-13-xlarge macos-12 macos-12-large macos-12-xl macos-11 macos-11.0 macos-10.15 "
    "macos-10.14";
constexpr std::string_view kSelfHosted = "self-hosted linux macos windows x64 arm arm64 gpu";

std::vector<std::string> words(std::string_view list) {
  std::vector<std::string> result;
  for (const std::string_view word : split(list, ' ')) result.emplace_back(word);
  return result;
}

// The name in `matrix.NAME`, when the text is that expression and nothing else.
std::string matrix_key(std::string_view text) {
  if (!is_one_expression(text)) return {};
  text = trim(text);
  text = trim(text.substr(3, text.size() - 5));
  if (!text.starts_with("matrix.")) return {};
  const std::string_view name = text.substr(7);
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return c == '-' || c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
  });
  return plain ? std::string(name) : std::string();
}

void visit_values(const YamlNode& mapping, std::string_view name,
                  const std::function<void(const YamlNode&)>& visit) {
  for (const auto& [key, value] : mapping.members) {
    if (!equal_ignoring_case(key.text, name)) continue;
    if (value.is_scalar()) visit(value);
    for (const YamlNode& item : value.items) for_each_text(&item, visit);
  }
}

void visit_matrix(const YamlNode& job, std::string_view name,
                  const std::function<void(const YamlNode&)>& visit) {
  const YamlNode* strategy = job.find("strategy");
  const YamlNode* matrix = strategy == nullptr ? nullptr : strategy->find("matrix");
  if (matrix == nullptr) return;
  visit_values(*matrix, name, visit);
  if (const YamlNode* include = matrix->find("include"))
    for (const YamlNode& combination : include->items) visit_values(combination, name, visit);
}

const YamlNode* labels_of(const YamlNode& job) {
  const YamlNode* runs_on = job.find("runs-on");
  return runs_on != nullptr && runs_on->is_mapping() ? runs_on->find("labels") : runs_on;
}

bool is_self_hosted(const YamlNode& job) {
  const YamlNode* runs_on = job.find("runs-on");
  bool found = runs_on != nullptr && runs_on->find("group") != nullptr;
  for_each_label(job, [&](const YamlNode& label) {
    found = found || equal_ignoring_case(label.text, "self-hosted");
  });
  return found;
}

void check_known(const YamlNode& label, Mistakes& out) {
  const std::string name = to_lower(label.text);
  if (has_word(kHosted, name) || has_word(kSelfHosted, name) || name.empty()) return;
  if (has_word(kRemoved, name)) {
    out.warning(label.position, "unknown-runner",
                cat("GitHub has removed the runners '", label.text,
                    "': a job that asks for one waits forever"));
    return;
  }
  out.warning(
      label.position, "unknown-runner",
      cat("'", label.text, "' is no label of GitHub's runners", did_you_mean(name, words(kHosted)),
          "; a label of your own runners stands beside 'self-hosted'"));
}

// The image that a label names, so that two different ones are told apart; empty: any of its
// system.
std::string_view image_of(std::string_view label) {
  if (label == "ubuntu-latest") return "ubuntu-24.04";
  if (label == "windows-latest") return "windows-2025";
  if (label == "macos-latest") return "macos-15";
  return has_word(kHosted, label) ? label : std::string_view{};
}

bool are_compatible(std::string_view a, std::string_view b) {
  const RunnerSystem one = system_of_label(a);
  const RunnerSystem other = system_of_label(b);
  if (one == RunnerSystem::Unknown || other == RunnerSystem::Unknown) return true;
  if (one != other) return false;
  const std::string_view image = image_of(a);
  const std::string_view second = image_of(b);
  return image.empty() || second.empty() || image == second;
}

// Labels that stand beside each other in `runs-on` must fit one machine; those that a matrix gives
// in place of one of them must fit the others.
void check_conflicts(const YamlNode& job, Mistakes& out) {
  const YamlNode* labels = labels_of(job);
  if (labels == nullptr || !labels->is_sequence()) return;
  const auto compare = [&](const YamlNode& label, const YamlNode& first) {
    if (are_compatible(to_lower(first.text), to_lower(label.text))) return;
    out.warning(label.position, "runner-conflict",
                cat("no machine has both labels '", first.text, "' (line ", first.position.line,
                    ", column ", first.position.column, ") and '", label.text,
                    "'; to run on each, use a matrix"));
  };
  std::vector<const YamlNode*> fixed;
  for (const YamlNode& label : labels->items) {
    if (!label.is_scalar()) continue;
    const std::string name = matrix_key(label.text);
    if (!name.empty())
      visit_matrix(job, name, [&](const YamlNode& value) {
        for (const YamlNode* first : fixed) compare(value, *first);
      });
    if (contains_expression(label.text)) continue;
    for (const YamlNode* first : fixed) compare(label, *first);
    fixed.push_back(&label);
  }
}

}  // namespace

RunnerSystem system_of_label(std::string_view label) {
  const std::string name = to_lower(label);
  if (name == "linux" || name.starts_with("ubuntu")) return RunnerSystem::Linux;
  if (name.starts_with("macos")) return RunnerSystem::MacOs;
  if (name.starts_with("windows")) return RunnerSystem::Windows;
  return RunnerSystem::Unknown;
}

void for_each_label(const YamlNode& job, const std::function<void(const YamlNode&)>& visit) {
  for_each_text(labels_of(job), [&](const YamlNode& label) {
    const std::string name = matrix_key(label.text);
    if (!name.empty())
      visit_matrix(job, name, [&](const YamlNode& value) {
        if (!contains_expression(value.text)) visit(value);
      });
    else if (!contains_expression(label.text))
      visit(label);
  });
}

RunnerSystem system_of_job(const YamlNode& job) {
  std::optional<RunnerSystem> system;
  const YamlNode* labels = labels_of(job);
  for_each_text(labels, [&](const YamlNode& label) {
    if (contains_expression(label.text)) {
      system = RunnerSystem::Unknown;
      return;
    }
    const RunnerSystem one = system_of_label(label.text);
    if (one == RunnerSystem::Unknown) return;
    system = system && *system != one ? RunnerSystem::Unknown : one;
  });
  return system.value_or(RunnerSystem::Unknown);
}

void check_runner_labels(const YamlNode& root, Mistakes& out) {
  for_each_job(root, [&](const YamlNode&, const YamlNode& job) {
    check_conflicts(job, out);
    if (is_self_hosted(job)) return;
    for_each_label(job, [&](const YamlNode& label) { check_known(label, out); });
  });
}

}  // namespace sluice::pipeline::github
