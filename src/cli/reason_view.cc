#include "cli/reason_view.h"

#include <algorithm>
#include <vector>

#include "base/strings.h"
#include "cli/style.h"

namespace sluice::cli {
namespace {

constexpr std::size_t kWidestPart = 72;  // a longer one is cut where its own parts follow

struct Line {
  std::string part;
  std::string value;
  Colour colour = Colour::Plain;
  std::string remark;
};

Line line_of(const JsonObject& node, std::size_t level) {
  Line line;
  line.part = std::string(level * 2, ' ') +
              replace_all(replace_all(string_or(node, "source", ""), "\r", ""), "\n", " ");
  line.remark = string_or(node, "message", "");
  const std::string state = string_or(node, "state", "");
  const Json* value = find(node, "value");
  if (value != nullptr && value->is_string()) {
    line.value = cat("'", replace_all(std::string(view(value->get_string())), "\n", "\\n"), "'");
  } else if (value != nullptr) {
    line.value = to_text(*value);
    if (value->is_bool()) line.colour = value->get_bool() ? Colour::Green : Colour::Red;
  } else if (state == "unknown") {
    line.value = "unknown";
    line.colour = Colour::Yellow;
  } else if (state == "failed") {
    line.value = "error";
    line.colour = Colour::Red;
  } else {
    line.value = state == "waiting" ? "waits for the hash of files" : "not evaluated";
    line.colour = Colour::Dim;
  }
  return line;
}

void collect(const Json& node, std::size_t level, std::vector<Line>& lines) {
  const auto* object = node.if_object();
  if (object == nullptr) return;
  lines.push_back(line_of(*object, level));
  const Json* children = find(*object, "children");
  const bool evaluated = string_or(*object, "state", "") != "not_evaluated";
  if (!evaluated || children == nullptr || !children->is_array()) return;
  if (!children->get_array().empty()) lines.back().part = shorten(lines.back().part, kWidestPart);
  for (const Json& child : children->get_array()) collect(child, level + 1, lines);
}

std::string tree_text(TerminalKind kind, const Json& tree, std::size_t indent) {
  std::vector<Line> lines;
  collect(tree, 0, lines);
  std::size_t column = 0;
  for (const Line& line : lines)
    column = std::max(column, std::min(display_width(line.part), kWidestPart));
  std::string text;
  for (const Line& line : lines) {
    const std::size_t width = display_width(line.part);
    text += cat(std::string(indent, ' '), line.part,
                std::string(width < column ? column - width : 0, ' '), "  ",
                paint(kind, line.colour, line.value));
    if (!line.remark.empty()) text += paint(kind, Colour::Dim, cat("  (", line.remark, ")"));
    text += "\n";
  }
  return text;
}

// The condition itself stands in the tree, with its values.
std::string short_sentence(const JsonObject& reason) {
  const std::string sentence = string_or(reason, "summary", "");
  const bool condition = string_or(reason, "decided_by", "") == "condition";
  return condition ? sentence.substr(0, sentence.find(": ")) : sentence;
}

int line_number(const JsonObject& reason) {
  const Json* position = find(reason, "position");
  const auto* object = position != nullptr ? position->if_object() : nullptr;
  if (object == nullptr) return 0;
  const auto line = get_int(*object, "line");
  return line.ok() ? static_cast<int>(*line) : 0;
}

}  // namespace

std::string reason_sentence(const Json& reason) {
  const auto* object = reason.if_object();
  return object == nullptr ? std::string() : string_or(*object, "summary", "");
}

bool decides_something(const Json& reason) {
  const auto* object = reason.if_object();
  return object != nullptr && string_or(*object, "decided_by", "default") != "default";
}

std::string reason_text(TerminalKind kind, const Json& reason, std::size_t indent) {
  const auto* object = reason.if_object();
  if (object == nullptr) return {};
  const Json* tree = find(*object, "tree");
  const bool has_tree = tree != nullptr && tree->is_object();
  std::string text(indent, ' ');
  text += has_tree ? short_sentence(*object) : string_or(*object, "summary", "");
  if (const int line = line_number(*object); line > 0 && decides_something(reason))
    text += paint(kind, Colour::Dim, cat("  (line ", line, ")"));
  text += "\n";
  if (has_tree) text += tree_text(kind, *tree, indent + 2);
  return text;
}

}  // namespace sluice::cli
