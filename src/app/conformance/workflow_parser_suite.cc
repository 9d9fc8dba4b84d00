#include <algorithm>
#include <map>

#include "app/conformance/suite_files.h"
#include "app/conformance/suites.h"
#include "app/conformance/workflow_json.h"
#include "base/strings.h"
#include "pipeline/github/lint/lint.h"
#include "pipeline/github/workflow_reader.h"

namespace sluice::app::conformance {
namespace {

using pipeline::Diagnostic;
using pipeline::Severity;
using pipeline::SourceFile;
using pipeline::github::ReaderLimits;
using pipeline::github::ReadWorkflow;

constexpr std::uint64_t kLargestFile = 16u << 20;

struct ParserCase {
  YamlNode options;
  SourceFile source;
  Json expected;
};

std::vector<std::string> documents_of(std::string_view text) {
  std::vector<std::string> documents{""};
  for (const std::string_view line : split_lines(text)) {
    if (line.starts_with("---") && trim(line) == "---")
      documents.emplace_back();
    else
      documents.back() += cat(line, "\n");
  }
  return documents;
}

// The suite ends a workflow's text before the line break that ends its last line.
std::string workflow_text(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

Result<ParserCase> read_case(std::string_view file, std::string_view text) {
  std::vector<std::string> documents = documents_of(text);
  if (documents.size() < 3 || documents.size() % 2 == 0)
    return invalid_input("documents are options, workflow, [name, content]*, expected");
  ParserCase test;
  test.options = TRY(load_yaml(documents.front(), file));
  test.source = {cat(".github/workflows/", file), workflow_text(std::move(documents[1]))};
  for (std::size_t i = 2; i + 1 < documents.size(); i += 2) {
    std::string_view name = trim(documents[i]);
    if (name.starts_with("./")) name.remove_prefix(2);
    test.source.others[std::string(name)] = workflow_text(std::move(documents[i + 1]));
  }
  test.expected = TRY(parse_json(documents.back()));
  return test;
}

// Skipped for both implementations of GitHub's services: a form of the TypeScript parser alone.
bool is_for_others_only(const YamlNode& options) {
  const YamlNode* skip = options.find("skip");
  if (skip == nullptr) return false;
  const auto names = [skip](std::string_view name) {
    return std::any_of(skip->items.begin(), skip->items.end(), [name](const YamlNode& item) {
      return equal_ignoring_case(item.text, name);
    });
  };
  return names("Go") && names("C#");
}

bool is_mistake(const Diagnostic& diagnostic) {
  return diagnostic.severity == Severity::Error;
}

std::size_t number_or(const YamlNode& options, std::string_view key, std::size_t fallback) {
  const YamlNode* node = options.find(key);
  const bool given = node != nullptr && node->kind == YamlKind::Number && node->number >= 0;
  return given ? static_cast<std::size_t>(node->number) : fallback;
}

ReaderLimits limits_of(const YamlNode& options) {
  ReaderLimits limits;
  limits.max_file_size = number_or(options, "max-file-size", limits.max_file_size);
  limits.max_depth = number_or(options, "max-depth", limits.max_depth);
  limits.max_result_size = number_or(options, "max-result-size", limits.max_result_size);
  limits.max_jobs = number_or(options, "max-job-limit", limits.max_jobs);
  limits.max_nested_calls =
      number_or(options, "max-nested-reusable-workflows-depth", limits.max_nested_calls);
  const YamlNode* policy = options.find("permissions-policy");
  if (policy != nullptr && policy->text == "LimitedRead")
    limits.permissions = pipeline::github::PermissionsPolicy::LimitedRead;
  return limits;
}

// A message of the suite: "FILE (Line: L, Col: C): …", "FILE: …" or a text alone.
struct ExpectedError {
  std::string message;
  std::string file;       // empty: none is named
  TextPosition position;  // line 0: none is named
};

int number_after(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return 0;
  int number = 0;
  for (const char c : text.substr(at + mark.size())) {
    if (c < '0' || c > '9' || number > 100'000'000) break;
    number = number * 10 + (c - '0');
  }
  return number;
}

ExpectedError expected_error(const Json& error) {
  ExpectedError expected;
  if (const JsonObject* object = error.if_object())
    expected.message = string_or(*object, "Message", "");
  const std::string_view text = expected.message;
  const std::size_t place = text.find(" (Line: ");
  if (place != std::string_view::npos) {
    expected.file = text.substr(0, place);
    expected.position = {number_after(text.substr(place), "Line: "),
                         number_after(text.substr(place), "Col: ")};
  } else if (text.starts_with(".github/")) {
    expected.file = text.substr(0, text.find(": "));
  }
  return expected;
}

// GitHub's places for ours: of a mistake inside a scalar it names where the scalar begins, of a key
// that is missing the first line of the mapping, for which we name its key.
class Places {
 public:
  explicit Places(std::string_view text) {
    collect(parse_yaml(text).root);
    std::sort(scalars_.begin(), scalars_.end());
  }
  bool same(TextPosition theirs, TextPosition ours) const {
    if (theirs == ours) return true;
    if (const auto value = values_.find(ours); value != values_.end() && value->second == theirs)
      return true;
    const auto after = std::upper_bound(scalars_.begin(), scalars_.end(), ours);
    return after != scalars_.begin() && *(after - 1) == theirs;
  }

 private:
  void collect(const YamlNode& node) {
    if (node.is_scalar()) scalars_.push_back(node.position);
    for (const YamlNode& item : node.items) collect(item);
    for (const auto& [key, value] : node.members) {
      if (value.is_mapping()) values_.emplace(key.position, value.position);
      collect(key);
      collect(value);
    }
  }

  std::vector<TextPosition> scalars_;
  std::map<TextPosition, TextPosition> values_;  // of the mappings under keys
};

bool names_file(const ExpectedError& expected, const std::string& file) {
  return expected.file.empty() || expected.file == file;
}

bool is_reported(const ExpectedError& expected, const SourceFile& source,
                 const std::vector<Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(), [&](const Diagnostic& diagnostic) {
    if (!is_mistake(diagnostic) || !names_file(expected, diagnostic.file)) return false;
    if (expected.position.line == 0) return true;
    const auto other = source.others.find(diagnostic.file);
    const bool elsewhere = other != source.others.end() && other->second;
    const Places places(elsewhere ? *other->second : source.text);
    return places.same(expected.position, diagnostic.position);
  });
}

std::string mistakes_text(const std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string> lines;
  for (const Diagnostic& diagnostic : diagnostics)
    if (diagnostic.severity == Severity::Error) lines.push_back(to_string(diagnostic));
  return lines.empty() ? "no error" : join(lines, "\n");
}

// All errors that the suite names must be found; the first that is not is shown.
void judge_errors(const JsonArray& errors, const ParserCase& test,
                  const std::vector<Diagnostic>& diagnostics, CaseResult& judged) {
  judged.verdict = Verdict::Passed;
  for (const Json& error : errors) {
    const ExpectedError expected = expected_error(error);
    if (is_reported(expected, test.source, diagnostics)) continue;
    judged.verdict = Verdict::Failed;
    judged.expected += cat(judged.expected.empty() ? "" : "\n", expected.message);
  }
  if (judged.verdict == Verdict::Failed) judged.got = mistakes_text(diagnostics);
}

void judge_workflow(const ParserCase& test, const ReadWorkflow& read,
                    const std::vector<Diagnostic>& diagnostics, CaseResult& judged) {
  judged.expected = to_canonical_text(test.expected);
  if (std::any_of(diagnostics.begin(), diagnostics.end(), is_mistake)) {
    judged.got = mistakes_text(diagnostics);
    return;
  }
  const YamlNode* include = test.options.find("include-source");
  const auto sources = include != nullptr && include->kind == YamlKind::Boolean && include->boolean
                           ? pipeline::github::Sources::Include
                           : pipeline::github::Sources::Omit;
  judged.got = to_canonical_text(pipeline::github::workflow_json(read.workflow, sources));
  if (judged.got == judged.expected) judged.verdict = Verdict::Passed;
}

}  // namespace

CaseResult judge_parser_case(std::string_view file, std::string_view text) {
  CaseResult judged{std::string(file), "", Verdict::Failed, "", ""};
  const Result<ParserCase> test = read_case(file, text);
  if (!test.ok()) {
    judged.expected = "a case of this suite";
    judged.got = test.error().describe();
    return judged;
  }
  if (is_for_others_only(test->options)) {
    judged.verdict = Verdict::NotApplicable;
    judged.expected = "skipped by the suite for C# and Go";
    return judged;
  }
  const ReadWorkflow read = read_workflow(test->source, limits_of(test->options));
  std::vector<Diagnostic> diagnostics = read.diagnostics;
  for (Diagnostic& found : pipeline::github::lint({read.workflow, read.root, test->source}))
    diagnostics.push_back(std::move(found));
  const JsonObject* expected = test->expected.if_object();
  const Json* errors = expected == nullptr ? nullptr : find(*expected, "errors");
  if (errors != nullptr && errors->is_array())
    judge_errors(errors->get_array(), *test, diagnostics, judged);
  else
    judge_workflow(*test, read, diagnostics, judged);
  return judged;
}

Result<SuiteReport> run_workflow_parser(const os::World& world, const os::Path& folder) {
  SuiteReport report;
  const auto names = TRY(files_in(world.files, folder, workflow_endings()));
  for (const std::string& name : names) {
    const std::string text = TRY(world.files.read(folder / name, kLargestFile));
    report.cases.push_back(judge_parser_case(name, text));
  }
  return report;
}

}  // namespace sluice::app::conformance
