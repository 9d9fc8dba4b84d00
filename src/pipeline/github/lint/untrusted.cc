#include "pipeline/github/lint/untrusted.h"

#include <algorithm>

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::string_view kUntrusted[] = {
    "github.event.comment.body",
    "github.event.commits.*.author.email",
    "github.event.commits.*.author.name",
    "github.event.commits.*.message",
    "github.event.discussion.body",
    "github.event.discussion.title",
    "github.event.head_commit.author.email",
    "github.event.head_commit.author.name",
    "github.event.head_commit.message",
    "github.event.issue.body",
    "github.event.issue.title",
    "github.event.pages.*.page_name",
    "github.event.pull_request.body",
    "github.event.pull_request.head.label",
    "github.event.pull_request.head.ref",
    "github.event.pull_request.head.repo.default_branch",
    "github.event.pull_request.title",
    "github.event.review.body",
    "github.event.review_comment.body",
    "github.event.workflow_run.display_title",
    "github.event.workflow_run.head_branch",
    "github.event.workflow_run.head_commit.author.email",
    "github.event.workflow_run.head_commit.author.name",
    "github.event.workflow_run.head_commit.message",
    "github.head_ref",
};

constexpr std::string_view kAnyElement = "*";

bool is_name(const ExpressionNode& index) {
  return index.kind == NodeKind::Literal && index.literal.kind() == ValueKind::String;
}

// The names from the context on; anything that is no fixed name is "*".
std::vector<std::string> path_of(const ExpressionNode& node) {
  if (node.kind == NodeKind::Context) return {to_lower(node.name)};
  if (node.kind != NodeKind::Index) return {};
  std::vector<std::string> path = path_of(node.children[0]);
  if (path.empty()) return path;
  const ExpressionNode& index = node.children[1];
  path.push_back(is_name(index) ? to_lower(index.literal.as_string()) : std::string(kAnyElement));
  return path;
}

bool is_safe_call(const ExpressionNode& node) {
  return node.kind == NodeKind::Call &&
         (node.function == FunctionId::Contains || node.function == FunctionId::StartsWith ||
          node.function == FunctionId::EndsWith || node.function == FunctionId::HashFiles);
}

bool is_comparison(NodeKind kind) {
  return kind >= NodeKind::Not && kind <= NodeKind::GreaterOrEqual;
}

bool covers(const std::vector<std::string>& path, std::string_view untrusted) {
  const auto names = split(untrusted, '.');
  if (names.size() != path.size()) return false;
  return std::equal(
      path.begin(), path.end(), names.begin(),
      [](std::string_view a, std::string_view b) { return a == b || a == kAnyElement; });
}

void visit(const ExpressionNode& node, std::vector<UntrustedRead>& found);

// The indexes inside a path are expressions of their own.
void visit_indexes(const ExpressionNode& node, std::vector<UntrustedRead>& found) {
  if (node.kind != NodeKind::Index) return;
  visit_indexes(node.children[0], found);
  visit(node.children[1], found);
}

void visit(const ExpressionNode& node, std::vector<UntrustedRead>& found) {
  if (is_safe_call(node) || is_comparison(node.kind)) return;
  const std::vector<std::string> path = path_of(node);
  if (path.empty()) {
    for (const ExpressionNode& child : node.children) visit(child, found);
    return;
  }
  UntrustedRead read;
  read.offset = node.begin;
  for (const std::string_view untrusted : kUntrusted)
    if (covers(path, untrusted)) read.paths.emplace_back(untrusted);
  if (!read.paths.empty()) found.push_back(std::move(read));
  visit_indexes(node, found);
}

}  // namespace

std::vector<UntrustedRead> untrusted_reads(const ExpressionNode& root) {
  std::vector<UntrustedRead> found;
  visit(root, found);
  return found;
}

}  // namespace sluice::pipeline::github
