#include "pipeline/github/lint/declared_types.h"

#include "base/strings.h"
#include "pipeline/expression/template.h"
#include "pipeline/github/lint/context_types.h"
#include "pipeline/github/lint/interfaces.h"
#include "pipeline/github/lint/value_rules.h"

namespace sluice::pipeline::github {
namespace {

ExpressionType type_named(std::string_view name) {
  if (name == "string" || name == "choice" || name == "environment") return ExpressionType::text();
  if (name == "boolean") return ExpressionType::boolean();
  if (name == "number") return ExpressionType::number();
  return {};
}

// What an input is when it says no type.
enum class Untyped { Text, Anything };

void add_inputs(const YamlNode& settings, Untyped untyped, ExpressionType::Members& inputs) {
  const YamlNode* declared = settings.find("inputs");
  if (declared == nullptr) return;
  for (const auto& [name, definition] : declared->members) {
    const YamlNode* written = definition.find("type");
    ExpressionType type = written != nullptr         ? type_named(written->text)
                          : untyped == Untyped::Text ? ExpressionType::text()
                                                     : ExpressionType::any();
    const auto [same, fresh] = inputs.emplace(to_lower(name.text), type);
    if (!fresh) same->second = merge(same->second, type);
  }
}

// The secrets that a called workflow declares are all that it has, unless it starts in other ways
// too or takes whatever is inherited.
void set_secrets(const YamlNode& call, ExpressionTexts& texts) {
  const YamlNode* declared = call.find("secrets");
  if (declared == nullptr || declared->members.empty()) return;
  ExpressionType::Members members = {{"github_token", ExpressionType::text()},
                                     {"actions_step_debug", ExpressionType::text()},
                                     {"actions_runner_debug", ExpressionType::text()}};
  for (const auto& [name, definition] : declared->members)
    members.emplace(to_lower(name.text), ExpressionType::text());
  texts.set_context("secrets", ExpressionType::strict(std::move(members)));
}

ExpressionType type_of_value(const YamlNode& node, ExpressionTexts& texts) {
  if (node.is_scalar()) return texts.type_of_scalar(node, Place::Strategy);
  if (node.is_sequence()) {
    if (node.items.empty()) return ExpressionType::array(ExpressionType::any());
    ExpressionType element = type_of_value(node.items.front(), texts);
    for (std::size_t i = 1; i < node.items.size(); ++i)
      element = merge(element, type_of_value(node.items[i], texts));
    return ExpressionType::array(std::move(element));
  }
  ExpressionType::Members members;
  bool open = false;
  for (const auto& [name, value] : node.members) {
    open = open || contains_expression(name.text);
    members.insert_or_assign(to_lower(name.text), type_of_value(value, texts));
  }
  return open ? ExpressionType::open(ExpressionType::any(), std::move(members))
              : ExpressionType::strict(std::move(members));
}

ExpressionType type_of_row(const YamlNode& name, const YamlNode& values, ExpressionTexts& texts) {
  const ExpressionType type = type_of_value(values, texts);
  if (values.is_scalar()) texts.expect(values, name.text, type, TypeKind::Array);
  return type.is(TypeKind::Array) ? *type.rest() : ExpressionType::any();
}

// Members of one entry of `include` beside those that the matrix has.
ExpressionType with_included(const ExpressionType& matrix, const ExpressionType& entry) {
  if (!entry.is(TypeKind::Object))
    return ExpressionType::open(ExpressionType::any(), matrix.members());
  ExpressionType result = matrix;
  for (const auto& [name, type] : entry.members()) {
    const auto same = matrix.members().find(name);
    result = result.with(name, same == matrix.members().end() ? type : merge(same->second, type));
  }
  if (entry.rest() == nullptr) return result;
  return ExpressionType::open(ExpressionType::any(), result.members());
}

ExpressionType with_include(ExpressionType matrix, const YamlNode& include,
                            ExpressionTexts& texts) {
  if (include.is_scalar()) {
    const ExpressionType type = texts.type_of_scalar(include, Place::Strategy);
    texts.expect(include, "include", type, TypeKind::Array);
    return with_included(matrix, type.is(TypeKind::Array) ? *type.rest() : ExpressionType::any());
  }
  for (const YamlNode& entry : include.items)
    matrix = with_included(matrix, type_of_value(entry, texts));
  return matrix;
}

ExpressionType matrix_of_object(const ExpressionType& object) {
  if (!object.is(TypeKind::Object) || object.rest() != nullptr)
    return ExpressionType::open(ExpressionType::any());
  ExpressionType matrix = ExpressionType::strict();
  for (const auto& [name, values] : object.members())
    if (name != "include" && name != "exclude")
      matrix =
          matrix.with(name, values.is(TypeKind::Array) ? *values.rest() : ExpressionType::any());
  const auto include = object.member("include");
  if (!include) return matrix;
  return with_included(matrix,
                       include->is(TypeKind::Array) ? *include->rest() : ExpressionType::any());
}

}  // namespace

void set_event_contexts(const YamlNode& root, ExpressionTexts& texts) {
  ExpressionType::Members inputs;
  std::size_t events = 0;
  const YamlNode* on = root.find("on");
  if (on != nullptr && on->is_mapping()) events = on->members.size();
  for_each_event(root, [&](const YamlNode& event, const YamlNode& settings) {
    if (event.text == "workflow_dispatch") {
      ExpressionType::Members own;
      add_inputs(settings, Untyped::Text, own);
      for (auto& [name, type] : own) type = ExpressionType::text();
      const ExpressionType github = texts.context("github");
      const auto payload = github.member("event");
      texts.set_context(
          "github",
          github.with("event", payload->with("inputs", ExpressionType::strict(std::move(own)))));
      add_inputs(settings, Untyped::Text, inputs);
    }
    if (event.text != "workflow_call") return;
    add_inputs(settings, Untyped::Anything, inputs);
    if (events == 1) set_secrets(settings, texts);
  });
  texts.set_context("inputs", ExpressionType::strict(std::move(inputs)));
}

ExpressionType matrix_type(const YamlNode& matrix, ExpressionTexts& texts) {
  if (matrix.is_scalar()) {
    const ExpressionType type = texts.type_of_scalar(matrix, Place::Strategy);
    texts.expect(matrix, "matrix", type, TypeKind::Object);
    return matrix_of_object(type);
  }
  ExpressionType type = ExpressionType::strict();
  const YamlNode* include = nullptr;
  for (const auto& [name, values] : matrix.members) {
    if (equal_ignoring_case(name.text, "include"))
      include = &values;
    else if (equal_ignoring_case(name.text, "exclude"))
      type_of_value(values, texts);
    else if (contains_expression(name.text))
      type = ExpressionType::open(ExpressionType::any(), type.members());
    else
      type = type.with(name.text, type_of_row(name, values, texts));
  }
  return include == nullptr ? type : with_include(std::move(type), *include, texts);
}

ExpressionType job_outputs(const YamlNode& job, const SourceFile& file) {
  if (const YamlNode* uses = job.find("uses")) {
    const auto called = workflow_interface(file, uses->text);
    return called ? called->outputs : ExpressionType::open(ExpressionType::any());
  }
  const YamlNode* outputs = job.find("outputs");
  ExpressionType::Members members;
  if (outputs == nullptr) return ExpressionType::strict();
  if (!outputs->is_mapping()) return ExpressionType::open(ExpressionType::text());
  for (const auto& [name, value] : outputs->members) {
    if (contains_expression(name.text)) return ExpressionType::open(ExpressionType::text());
    members.emplace(to_lower(name.text), ExpressionType::text());
  }
  return ExpressionType::strict(std::move(members));
}

JobNodes job_nodes(const YamlNode& root) {
  JobNodes nodes;
  if (const YamlNode* jobs = root.find("jobs"))
    for (const auto& [id, job] : jobs->members) nodes.emplace(to_lower(id.text), &job);
  return nodes;
}

ExpressionType needs_type(const JobNodes& jobs, const YamlNode& job, const SourceFile& file) {
  ExpressionType::Members members;
  for_each_text(job.find("needs"), [&](const YamlNode& need) {
    const auto [first, last] = jobs.equal_range(to_lower(need.text));
    for (auto found = first; found != last; ++found)
      members.insert_or_assign(found->first, job_type(job_outputs(*found->second, file)));
  });
  return ExpressionType::strict(std::move(members));
}

ExpressionType step_outputs(const YamlNode& step, const SourceFile& file) {
  const YamlNode* uses = step.find("uses");
  const auto action = uses == nullptr ? std::nullopt : action_interface(file, uses->text);
  return action ? action->outputs : text_map();
}

}  // namespace sluice::pipeline::github
