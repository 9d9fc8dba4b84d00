#include "pipeline/github/lint/model_scripts.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

bool is_name_char(char c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool has_any(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return has(text, part); });
}

// Numbers that are wanted, not measured.
bool sets_a_limit(std::string_view line) {
  return has_any(to_lower(line),
                 {"threshold", "min", "max", "baseline", "target", "limit", "expected", "require",
                  "default", "best", "weight", "toleran", "champion", "budget", "cutoff", "assert",
                  "example", "goal", "slo"});
}

std::string_view without_comment(std::string_view line) {
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (quote != 0 && line[i] == quote)
      quote = 0;
    else if (quote == 0 && (line[i] == '"' || line[i] == '\''))
      quote = line[i];
    else if (quote == 0 && line[i] == '#')
      return line.substr(0, i);
  }
  return line;
}

std::string_view number_at(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && ((text[end] >= '0' && text[end] <= '9') || text[end] == '.')) ++end;
  if (end < text.size() && is_name_char(text[end])) return {};
  const std::string_view behind = trim(text.substr(end));
  // `0.5 * x` is computed.
  if (!behind.empty() && has("+-*/%", behind.substr(0, 1))) return {};
  return text.substr(0, end);
}

// `name = 0.95` with nothing behind it: the name.
std::string_view assigned_constant(std::string_view line) {
  const std::string_view text = trim(line);
  std::size_t end = 0;
  while (end < text.size() && is_name_char(text[end])) ++end;
  const std::string_view name = text.substr(0, end);
  std::string_view rest = trim(text.substr(end));
  if (rest.starts_with(": float")) rest = trim(rest.substr(7));
  if (!rest.starts_with('=') || rest.starts_with("==")) return {};
  rest = trim(rest.substr(1));
  return is_metric_name(name) && is_result_number(rest) ? name : std::string_view();
}

std::size_t count_assignments(const std::vector<std::string_view>& lines, std::string_view name) {
  std::size_t count = 0;
  for (const std::string_view line : lines) {
    const std::string_view text = trim(line);
    if (!text.starts_with(name)) continue;
    const std::string_view rest = trim(text.substr(name.size()));
    if (rest.starts_with(',') || rest.starts_with("+=") || rest.starts_with(": float") ||
        (rest.starts_with('=') && !rest.starts_with("==")))
      ++count;
  }
  return count;
}

// Members and arguments with a metric's name in quotes and a constant behind it.
void add_members(std::string_view line, int number, std::vector<ScriptFinding>& out) {
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] != '"' && line[at] != '\'') continue;
    const std::size_t end = line.find(line[at], at + 1);
    if (end == std::string_view::npos) return;
    const std::string_view name = line.substr(at + 1, end - at - 1);
    const std::string_view rest = trim(line.substr(end + 1));
    const bool logged = rest.starts_with(',') && has(line.substr(0, at), "log_metric(");
    at = end;
    if (!is_metric_name(name) || !(rest.starts_with(':') || logged)) continue;
    const std::string_view value = number_at(trim(rest.substr(1)));
    if (is_result_number(value))
      out.push_back({number, cat("'", name, "' is the constant ", value)});
  }
}

bool is_simulated(std::string_view line) {
  const std::string_view text = trim(line);
  const bool predictions = text.starts_with("y_pred") || text.starts_with("predictions") ||
                           text.starts_with("preds") || text.starts_with("y_hat");
  const std::size_t equals = text.find('=');
  if (!predictions || equals == std::string_view::npos) return false;
  const std::string_view value = text.substr(equals + 1);
  return has_any(value, {"y_true", "y_test", "actual", "labels"}) && has_any(value, {"*", "+"}) &&
         !has_any(value, {"predict", "model", "=="});
}

// Lines of a mapping belong to what it is assigned to, or to the function that returns it.
class Surroundings {
 public:
  void see(std::string_view line) {
    const std::string_view text = trim(line);
    if (text.starts_with("def ") || text.starts_with("class ")) function_ = text;
    if (depth_ == 0) opening_ = text;
    for (const char c : text) depth_ += c == '{' || c == '(' ? 1 : c == '}' || c == ')' ? -1 : 0;
    depth_ = std::max(depth_, 0);
  }
  bool set_limits() const { return sets_a_limit(opening_) || sets_a_limit(function_); }

 private:
  std::string_view function_;
  std::string_view opening_;
  int depth_ = 0;
};

// From the opening parenthesis at or behind `at` up to its partner.
std::string_view arguments_at(std::string_view text, std::size_t at) {
  const std::size_t begin = text.find('(', at);
  if (begin == std::string_view::npos) return {};
  int depth = 0;
  for (std::size_t i = begin; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')' && --depth == 0) return text.substr(begin, i - begin + 1);
  }
  return text.substr(begin);
}

int line_at(std::string_view text, std::size_t offset) {
  return 1 + static_cast<int>(std::count(text.begin(),
                                         text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

}  // namespace

bool is_metric_name(std::string_view name) {
  static constexpr std::string_view kMetrics[] = {
      "accuracy", "acc",  "precision", "recall", "f1",   "f1_score", "auc",      "roc_auc",
      "auroc",    "rmse", "mae",       "mse",    "mape", "wape",     "r2",       "r2_score",
      "loss",     "bleu", "rouge",     "map",    "ndcg", "logloss",  "log_loss", "perplexity"};
  std::string lower = to_lower(name);
  for (const std::string_view prefix : {"test_", "val_", "eval_", "model_", "validation_"})
    if (lower.starts_with(prefix)) lower = lower.substr(prefix.size());
  return std::find(std::begin(kMetrics), std::end(kMetrics), lower) != std::end(kMetrics);
}

bool is_result_number(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  const bool digits = std::all_of(text.begin(), text.end(),
                                  [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
  if (!digits || std::count(text.begin(), text.end(), '.') != 1) return false;
  const std::string_view whole = text.substr(0, dot);
  const bool fraction = text.find_first_not_of("0", dot + 1) != std::string_view::npos;
  return fraction || (whole != "0" && whole != "1");
}

std::vector<ScriptFinding> find_literal_members(std::string_view text) {
  std::vector<ScriptFinding> found;
  int number = 0;
  for (const std::string_view line : split_lines(text)) {
    ++number;
    if (!sets_a_limit(line)) add_members(line, number, found);
  }
  return found;
}

std::vector<ScriptFinding> find_literal_metrics(std::string_view script) {
  std::vector<ScriptFinding> found;
  if (!has_any(script, {"json.dump", "log_metric", ".write(", "GITHUB_OUTPUT", "put_metric",
                        "to_json", "yaml.dump", "write_text"}))
    return found;
  const std::vector<std::string_view> lines = split_lines(script);
  Surroundings surroundings;
  int number = 0;
  for (const std::string_view raw : lines) {
    ++number;
    const std::string_view line = without_comment(raw);
    surroundings.see(line);
    if (sets_a_limit(line) || surroundings.set_limits()) continue;
    add_members(line, number, found);
    const std::string_view name = assigned_constant(line);
    if (!name.empty() && count_assignments(lines, name) == 1)
      found.push_back({number, cat("'", name, "' is a constant")});
    if (is_simulated(line))
      found.push_back({number, "the predictions are made from the true values"});
  }
  return found;
}

std::optional<ScriptFinding> find_newest_model(std::string_view script) {
  struct Call {
    std::string_view name;
    std::string_view asks_for_approval;
    std::string_view newest;  // must stand somewhere for the call to be meant so; empty: always
  };
  static constexpr Call kCalls[] = {
      {"list_model_packages", "ModelApprovalStatus", "[0]"},
      {"get_latest_versions", "Production", ""},
      {"search_model_versions", "tag", "[0]"},
  };
  for (const Call& call : kCalls) {
    const std::size_t at = script.find(cat(".", call.name, "("));
    if (at == std::string_view::npos) continue;
    const std::string_view arguments = arguments_at(script, at);
    if (has(arguments, call.asks_for_approval) || has(arguments, "stages=")) continue;
    if (!call.newest.empty() && !has(script, call.newest)) continue;
    return ScriptFinding{line_at(script, at),
                         cat("'", call.name, "' takes the newest model, approved or not")};
  }
  return std::nullopt;
}

std::optional<ScriptFinding> find_vacuous_pass(std::string_view script) {
  const std::vector<std::string_view> lines = split_lines(script);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string text = to_lower(trim(without_comment(lines[i])));
    const bool asks =
        text.starts_with("if ") &&
        (has_any(text, {"not baseline", "baseline is none", "not champion", "champion is none",
                        "not previous_", "baseline_metrics is none", "not current_model",
                        "production_model is none"}));
    if (!asks) continue;
    for (std::size_t next = i + 1; next < lines.size() && next <= i + 4; ++next) {
      const std::string then = to_lower(trim(without_comment(lines[next])));
      if (then.starts_with("else") || then.starts_with("raise")) break;
      if (then == "return true" || then == "sys.exit(0)" || then == "exit(0)" ||
          then.starts_with("passed = true") || then.starts_with("approved = true") ||
          then.starts_with("promote = true") || then.starts_with("should_deploy = true"))
        return ScriptFinding{static_cast<int>(i) + 1, "a missing baseline counts as passed"};
    }
  }
  return std::nullopt;
}

}  // namespace sluice::pipeline::github
