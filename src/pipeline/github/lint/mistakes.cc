#include "pipeline/github/lint/mistakes.h"

#include <algorithm>
#include <map>

namespace sluice::pipeline::github {
namespace {

bool by_position(const Diagnostic& a, const Diagnostic& b) {
  return a.position < b.position;
}

// Rules that speak of what sluice does or of the steps before, not of what is written there: they
// stand beside any mistake.
bool is_about_support(const Diagnostic& diagnostic) {
  return diagnostic.severity == Severity::Note || diagnostic.rule.starts_with("unsupported-") ||
         diagnostic.rule == "action-before-checkout";
}

}  // namespace

void Mistakes::add(Severity severity, TextPosition position, std::string_view rule,
                   std::string message) {
  if (!seen_.emplace(position, rule, message).second) return;
  found_.push_back({severity, std::string(rule), file_, position, std::move(message)});
}

void Mistakes::error(TextPosition position, std::string_view rule, std::string message) {
  add(Severity::Error, position, rule, std::move(message));
}

void Mistakes::warning(TextPosition position, std::string_view rule, std::string message) {
  add(Severity::Warning, position, rule, std::move(message));
}

std::vector<Diagnostic> Mistakes::take() {
  std::stable_sort(found_.begin(), found_.end(), by_position);
  seen_.clear();
  return std::move(found_);
}

std::vector<Diagnostic> merge_findings(std::vector<Diagnostic> preferred,
                                       std::vector<Diagnostic> others) {
  std::map<std::pair<std::string, TextPosition>, std::size_t> taken;  // the last mistake there
  for (std::size_t i = 0; i < preferred.size(); ++i)
    if (!is_about_support(preferred[i])) taken[{preferred[i].file, preferred[i].position}] = i;
  for (Diagnostic& diagnostic : others) {
    const auto same = taken.find({diagnostic.file, diagnostic.position});
    if (is_about_support(diagnostic) || same == taken.end())
      preferred.push_back(std::move(diagnostic));
    else if (diagnostic.severity > preferred[same->second].severity)
      preferred[same->second] = std::move(diagnostic);
  }
  std::stable_sort(preferred.begin(), preferred.end(), by_position);
  return preferred;
}

}  // namespace sluice::pipeline::github
