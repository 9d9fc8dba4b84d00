#include "pipeline/github/lint/allow.h"

#include <algorithm>
#include <optional>

#include "base/strings.h"
#include "pipeline/github/lint/rules.h"

namespace sluice::pipeline::github {
namespace {

struct AllowedRule {
  std::string id;
  TextPosition position;
  bool used = false;
};

struct Allow {
  TextPosition position;  // of its '#'
  int line = 0;           // whose findings it allows
  std::vector<AllowedRule> rules;
  std::string reason;
};

bool is_rule_id(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return c == '-' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
}

// The byte of '#' in a line that holds such a comment.
std::optional<std::size_t> find_comment(std::string_view line) {
  for (std::size_t at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1)) {
    if (at > 0 && line[at - 1] != ' ' && line[at - 1] != '\t') continue;
    const std::string_view rest = trim(line.substr(at + 1));
    if (!rest.starts_with("sluice:")) continue;
    if (trim(rest.substr(7)).starts_with("allow")) return at;
  }
  return std::nullopt;
}

Allow parse_allow(std::string_view line, std::size_t hash, int number) {
  Allow allow;
  allow.position = {number, static_cast<int>(hash) + 1};
  std::size_t at = line.find("allow", hash) + 5;
  // Rules end with the first word that no comma follows.
  for (bool more = true; more;) {
    while (at < line.size() && (line[at] == ' ' || line[at] == '\t')) ++at;
    const std::size_t begin = at;
    while (at < line.size() && line[at] != ' ' && line[at] != '\t' && line[at] != ',') ++at;
    const std::string_view word = line.substr(begin, at - begin);
    if (word.empty()) break;
    allow.rules.push_back({std::string(word), {number, static_cast<int>(begin) + 1}});
    more = at < line.size() && line[at] == ',';
    if (more) ++at;
  }
  const std::string_view rest = line.substr(std::min(at, line.size()));
  allow.reason = trim(rest.substr(0, rest.find('#')));
  return allow;
}

std::vector<Allow> find_allows(std::string_view text) {
  std::vector<Allow> allows;
  if (text.find("sluice:") == std::string_view::npos) return allows;
  const std::vector<std::string_view> lines = split_lines(text);
  std::size_t waiting = 0;  // those from here on stand alone and wait for a line
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const int number = static_cast<int>(i) + 1;
    const auto hash = find_comment(lines[i]);
    const bool alone = trim(lines[i]).starts_with('#');
    if (!alone && !trim(lines[i]).empty())
      for (; waiting < allows.size(); ++waiting) allows[waiting].line = number;
    if (!hash) continue;
    allows.push_back(parse_allow(lines[i], *hash, number));
    if (alone) continue;
    allows.back().line = number;
    waiting = allows.size();
  }
  return allows;
}

bool allows(std::vector<Allow>& all, const Diagnostic& finding) {
  bool allowed = false;
  for (Allow& allow : all) {
    if (allow.line != finding.position.line || allow.reason.empty()) continue;
    for (AllowedRule& rule : allow.rules)
      if (rule.id == finding.rule) allowed = rule.used = true;
  }
  return allowed;
}

class Remarks {
 public:
  Remarks(const std::string& file, std::vector<Diagnostic>& out) : file_(file), out_(out) {}

  void add(std::string_view rule, TextPosition position, std::string message) {
    out_.push_back({Severity::Warning, std::string(rule), file_, position, std::move(message)});
  }

 private:
  const std::string& file_;
  std::vector<Diagnostic>& out_;
};

std::string unused_message(const AllowedRule& rule, const std::vector<Diagnostic>& errors,
                           int line) {
  const bool is_error = std::any_of(errors.begin(), errors.end(), [&](const Diagnostic& error) {
    return error.rule == rule.id && error.position.line == line;
  });
  if (is_error)
    return cat("'", rule.id, "' keeps the file from running, so it cannot be allowed: mend it");
  return cat("there is no '", rule.id, "' to allow here; remove the comment");
}

void add_remarks(const Allow& allow, const std::vector<Diagnostic>& findings, Remarks& remarks) {
  if (allow.rules.empty())
    return remarks.add("allow-unknown-rule", allow.position,
                       "name the rule: '# sluice: allow RULE reason'");
  for (const AllowedRule& rule : allow.rules) {
    if (!is_rule_id(rule.id) || find_lint_rule(rule.id) == nullptr) {
      std::vector<std::string> known;
      for (const LintRule& candidate : lint_rules()) known.emplace_back(candidate.id);
      remarks.add("allow-unknown-rule", rule.position,
                  cat("there is no rule '", rule.id, "'", did_you_mean(rule.id, known)));
    } else if (!allow.reason.empty() && !rule.used) {
      remarks.add("unused-allow", rule.position, unused_message(rule, findings, allow.line));
    }
  }
  if (allow.reason.empty())
    remarks.add("allow-without-reason", allow.position,
                cat("say why: '# sluice: allow ", allow.rules.back().id,
                    " reason'; without a reason nothing is allowed"));
}

}  // namespace

void apply_allows(const SourceFile& file, std::vector<Diagnostic>& diagnostics) {
  std::vector<Allow> all = find_allows(file.text);
  if (all.empty()) return;
  std::erase_if(diagnostics, [&](const Diagnostic& finding) {
    // What is not honoured is refused before a run, whatever a comment says.
    const bool remark = finding.severity == Severity::Note || finding.severity == Severity::Warning;
    return remark && allows(all, finding);
  });
  std::vector<Diagnostic> added;
  Remarks remarks(file.path, added);
  for (const Allow& allow : all) add_remarks(allow, diagnostics, remarks);
  diagnostics.insert(diagnostics.end(), added.begin(), added.end());
}

}  // namespace sluice::pipeline::github
