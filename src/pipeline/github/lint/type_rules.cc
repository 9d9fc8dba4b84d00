// Values that do not have the type that is expected of them: inputs compared with the wrong kind of
// constant, versions that YAML reads as numbers.
#include <algorithm>
#include <array>
#include <set>

#include "base/strings.h"
#include "pipeline/github/lint/support.h"

namespace sluice::pipeline::github {
namespace {

enum class InputKind { Boolean, Text, Unknown };

const YamlNode* find_event(const Subject& subject, std::string_view event) {
  const YamlNode* on = subject.root.find("on");
  return on == nullptr ? nullptr : on->find(event);
}

// The one kind that an input has in all events that declare it.
InputKind kind_of_input(const Subject& subject, std::string_view name) {
  InputKind kind = InputKind::Unknown;
  bool first = true;
  for (const std::string_view event : {"workflow_dispatch", "workflow_call"}) {
    const YamlNode* config = find_event(subject, event);
    const YamlNode* inputs = config == nullptr ? nullptr : config->find("inputs");
    if (inputs == nullptr) continue;
    for (const auto& [key, definition] : inputs->members) {
      if (!equal_ignoring_case(key.text, name)) continue;
      const YamlNode* type = definition.find("type");
      const std::string_view written = type == nullptr ? "string" : std::string_view(type->text);
      const InputKind here = written == "boolean"                         ? InputKind::Boolean
                             : written == "string" || written == "choice" ? InputKind::Text
                                                                          : InputKind::Unknown;
      if (!first && here != kind) return InputKind::Unknown;
      kind = here;
      first = false;
    }
  }
  return kind;
}

// Paths whose values are texts, whatever was put in.
bool is_always_text(const std::vector<std::string>& path) {
  const auto is = [&](std::size_t i, std::string_view name) {
    return equal_ignoring_case(path[i], name);
  };
  if (path.size() == 2) return is(0, "env") || is(0, "vars") || is(0, "secrets");
  if (path.size() == 4)
    return ((is(0, "steps") || is(0, "needs")) && is(2, "outputs")) ||
           (is(0, "github") && is(1, "event") && is(2, "inputs"));
  return false;
}

struct Place {
  TextPosition start;
  YamlStyle style;
  std::string_view text;
};

class Comparisons {
 public:
  Comparisons(const Subject& subject, Findings& out) : subject_(subject), out_(out) {}

  void check(const If& condition) {
    if (!condition.present() || condition.condition.always_true_text) return;
    const Place place{condition.position, condition.style, condition.source};
    check_comparisons(place, condition.condition.expression.root);
    check_truth(place, condition.condition.expression.root);
  }

  void check(const Token& token) {
    for_each_expression(token, [&](const Token& at, const Expression& expression) {
      check_comparisons({at.position, at.style, at.text.text}, expression.root);
    });
  }

 private:
  TextPosition place_of(const Place& place, std::size_t offset) const {
    return position_inside(place.start, place.style, place.text, offset, subject_.workflow.text);
  }

  void check_comparisons(const Place& place, const ExpressionNode& root) {
    for_each_node(root, [&](const ExpressionNode& node) {
      if (node.kind != NodeKind::Equal && node.kind != NodeKind::NotEqual) return;
      const ExpressionNode& a = node.children[0];
      const ExpressionNode& b = node.children[1];
      if (b.kind == NodeKind::Literal)
        check_pair(place, node, a, b);
      else if (a.kind == NodeKind::Literal)
        check_pair(place, node, b, a);
    });
  }

  void check_pair(const Place& place, const ExpressionNode& node, const ExpressionNode& value,
                  const ExpressionNode& constant) {
    const std::vector<std::string> path = constant_path(value);
    if (path.size() < 2) return;
    const std::string said = constant.literal.to_text();
    if (said != "true" && said != "false") return;
    const bool is_boolean = constant.literal.kind() == ValueKind::Boolean;
    const InputKind kind = path.size() == 2 && equal_ignoring_case(path[0], "inputs")
                               ? kind_of_input(subject_, path[1])
                           : is_always_text(path) ? InputKind::Text
                                                  : InputKind::Unknown;
    const bool wrong = is_boolean ? kind == InputKind::Text : kind == InputKind::Boolean;
    if (!wrong || constant.end <= constant.begin) return;
    const std::string right = is_boolean ? cat("'", said, "'") : said;
    const std::string_view always = node.kind == NodeKind::Equal ? "false" : "true";
    add(place, node,
        cat("always ", always, ": '", join(path, "."), "' is a ", is_boolean ? "text" : "boolean",
            ", and a text is never equal to a boolean; compare "
            "with ",
            right));
    const TextPosition begin = place_of(place, constant.begin);
    const TextPosition end = place_of(place, constant.end);
    // Quotes inside of a quoted scalar would need escapes.
    const bool plain = place.style != YamlStyle::SingleQuoted && begin.line == end.line &&
                       place.style != YamlStyle::Folded && begin > place.start;
    if (plain) out_.back().fix = Fix{cat("compare with ", right), {{begin, end, right}}};
  }

  // A text from `github.event.inputs` as a condition: 'false' is not empty.
  void check_truth(const Place& place, const ExpressionNode& node) {
    if (node.kind == NodeKind::And || node.kind == NodeKind::Or || node.kind == NodeKind::Not) {
      for (const ExpressionNode& child : node.children) check_truth(place, child);
      return;
    }
    const std::vector<std::string> path = constant_path(node);
    if (path.size() != 4 || !equal_ignoring_case(path[0], "github") ||
        !equal_ignoring_case(path[1], "event") || !equal_ignoring_case(path[2], "inputs") ||
        kind_of_input(subject_, path[3]) != InputKind::Boolean)
      return;
    add(place, node,
        cat("true for a false input too: 'github.event.inputs.", path[3],
            "' is the text 'false' then, which is not empty; use 'inputs.", path[3], "'"));
  }

  void add(const Place& place, const ExpressionNode& node, std::string message) {
    add_finding(subject_.workflow, Severity::Warning, "boolean-and-text",
                place_of(place, node.begin), std::move(message), out_);
    const TextPosition end = place_of(place, node.end);
    if (end.line == out_.back().position.line) out_.back().end = end;
  }

  const Subject& subject_;
  Findings& out_;
};

// "3.10": a number that loses its last digit.
bool loses_zero(const YamlNode& node) {
  if (node.kind != YamlKind::Number || node.style != YamlStyle::Plain) return false;
  const std::string& text = node.text;
  const std::size_t dot = text.find('.');
  if (dot == std::string::npos || dot == 0 || !text.ends_with('0')) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

bool names_version(std::string_view key) {
  static constexpr std::string_view kNames[] = {
      "version", "python", "node", "go",     "ruby",  "java", "php",   "rust", "perl",
      "julia",   "elixir", "otp",  "django", "torch", "jdk",  "scala", "pg",   "postgres"};
  const std::string lower = to_lower(key);
  return std::any_of(std::begin(kNames), std::end(kNames), [&](std::string_view name) {
    return lower == name || (name == "version" && lower.find(name) != std::string::npos) ||
           lower.starts_with(cat(name, "-")) || lower.starts_with(cat(name, "_"));
  });
}

void check_versions(const Workflow& workflow, const YamlNode& node, std::string_view key,
                    Findings& out) {
  for (const auto& [name, value] : node.members) check_versions(workflow, value, name.text, out);
  for (const YamlNode& item : node.items) check_versions(workflow, item, key, out);
  if (!loses_zero(node) || !names_version(key)) return;
  const std::string shown = Value::number(node.number).to_text();
  add_finding(workflow, Severity::Warning, "unquoted-version", node.position,
              cat("'", node.text, "' is the number ", shown, " to YAML, so the version is '", shown,
                  "'; quote it"),
              out);
  const TextPosition end{node.position.line,
                         node.position.column + static_cast<int>(node.text.size())};
  out.back().end = end;
  out.back().fix = Fix{"quote it", {{node.position, end, cat("'", node.text, "'")}}};
}

// Whether the key holds texts or numbers of the user's own: there a version may stand.
void check_version_places(const Workflow& workflow, const YamlNode& node, Findings& out) {
  for (const auto& [name, value] : node.members) {
    if (name.text == "with" || name.text == "matrix" || name.text == "env" || name.text == "inputs")
      check_versions(workflow, value, name.text, out);
    else
      check_version_places(workflow, value, out);
  }
  for (const YamlNode& item : node.items) check_version_places(workflow, item, out);
}

// X of "${{ matrix.X }}"; else empty.
std::string_view whole_matrix_read(std::string_view text) {
  text = trim(text);
  if (!text.starts_with("${{") || !text.ends_with("}}")) return {};
  text = trim(text.substr(3, text.size() - 5));
  constexpr std::string_view kContext = "matrix.";
  if (!text.starts_with(kContext)) return {};
  text.remove_prefix(kContext.size());
  const bool name = std::all_of(text.begin(), text.end(), [](char c) {
    return c == '-' || c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
  });
  return name ? text : std::string_view();
}

// A vector of the matrix holds versions when an input that names one takes it.
void check_vectors_of_versions(const Workflow& workflow, const YamlNode& job, Findings& out) {
  const YamlNode* strategy = job.find("strategy");
  const YamlNode* matrix = strategy == nullptr ? nullptr : strategy->find("matrix");
  const YamlNode* steps = job.find("steps");
  if (matrix == nullptr || steps == nullptr) return;
  std::set<std::string_view> vectors;
  for (const YamlNode& step : steps->items)
    if (const YamlNode* with = step.find("with"); with != nullptr)
      for (const auto& [name, value] : with->members)
        if (names_version(name.text) && value.is_scalar())
          vectors.insert(whole_matrix_read(value.text));
  for (const auto& [name, values] : matrix->members)
    if (vectors.contains(name.text) && !names_version(name.text))
      check_versions(workflow, values, "version", out);
}

}  // namespace

void lint_boolean_and_text(const Subject& subject, Findings& out) {
  Comparisons comparisons(subject, out);
  for (const Job& job : subject.workflow.jobs) {
    comparisons.check(job.condition);
    for (const Token* token : {&job.env, &job.outputs, &job.strategy.matrix, &job.runs_on})
      comparisons.check(*token);
    for (const Step& step : job.steps) {
      comparisons.check(step.condition);
      for (const Token* token : {&step.run, &step.env, &step.with, &step.name})
        comparisons.check(*token);
    }
  }
}

void lint_unquoted_version(const Subject& subject, Findings& out) {
  check_version_places(subject.workflow, subject.root, out);
  const YamlNode* jobs = subject.root.find("jobs");
  if (jobs == nullptr) return;
  for (const auto& [id, job] : jobs->members) check_vectors_of_versions(subject.workflow, job, out);
}

}  // namespace sluice::pipeline::github
