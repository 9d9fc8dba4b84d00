#include "engine/annotations.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "base/encoding.h"
#include "base/strings.h"
#include "pipeline/mask.h"

namespace sluice::engine {
namespace {

constexpr std::size_t kLongest = 4096;  // bytes of a message

struct NumberMember {
  std::string_view key;       // in JSON
  std::string_view property;  // of the command
  int Annotation::*member;
};
constexpr NumberMember kNumbers[] = {
    {"line", "line", &Annotation::line},
    {"end_line", "endLine", &Annotation::end_line},
    {"column", "col", &Annotation::column},
    {"end_column", "endColumn", &Annotation::end_column},
};

std::string property(const pipeline::LogCommand& command, std::string_view name) {
  for (const auto& [key, value] : command.properties)
    if (equal_ignoring_case(key, name)) return value;
  return {};
}

int number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value > 0 ? value : 0;
}

bool is_annotation(const pipeline::LogCommand& command) {
  return command.name == "error" || command.name == "warning" || command.name == "notice";
}

std::string cut(std::string text) {
  if (text.size() <= kLongest) return text;
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text + "…";
}

Annotation annotation_of(const pipeline::LogCommand& command,
                         const std::vector<std::string>& masks) {
  const auto shown = [&masks](const std::string& text) {
    return cut(pipeline::masked(masks, to_valid_utf8(text)));
  };
  Annotation annotation;
  annotation.kind = command.name;
  annotation.file = shown(property(command, "file"));
  annotation.title = shown(property(command, "title"));
  annotation.message = shown(command.data);
  for (const NumberMember& known : kNumbers)
    annotation.*known.member = number(property(command, known.property));
  return annotation;
}

}  // namespace

StepAnnotations annotations_of(const pipeline::StepResult& result,
                               const std::vector<std::string>& masks) {
  StepAnnotations annotations;
  std::vector<std::string> fresh;
  for (const pipeline::LogCommand& command : result.commands)
    if (command.name == "add-mask") fresh.push_back(command.data);
  std::vector<std::string> all = masks;
  for (std::string& variant : pipeline::mask_variants(fresh)) all.push_back(std::move(variant));
  std::map<std::string, int> of_kind;
  for (const pipeline::LogCommand& command : result.commands) {
    if (!is_annotation(command)) continue;
    if (++of_kind[command.name] > StepAnnotations::kMostOfAKind)
      ++annotations.more;
    else
      annotations.list.push_back(annotation_of(command, all));
  }
  return annotations;
}

std::string place_of(const Annotation& annotation) {
  if (annotation.file.empty()) return {};
  if (annotation.line == 0) return annotation.file;
  return cat(annotation.file, ":", annotation.line,
             annotation.column > 0 ? cat(":", annotation.column) : "");
}

JsonObject to_json(const StepAnnotations& annotations) {
  JsonArray list;
  for (const Annotation& annotation : annotations.list) {
    JsonObject item{{"kind", annotation.kind}, {"message", annotation.message}};
    if (!annotation.file.empty()) item["file"] = annotation.file;
    if (!annotation.title.empty()) item["title"] = annotation.title;
    for (const NumberMember& known : kNumbers)
      if (annotation.*known.member > 0) item[known.key] = annotation.*known.member;
    list.push_back(std::move(item));
  }
  return {{"annotations", std::move(list)}, {"more", annotations.more}};
}

StepAnnotations step_annotations_from(const JsonObject& body) {
  StepAnnotations annotations;
  const auto int_of = [](const JsonObject& object, std::string_view key) {
    const Json* member = find(object, key);
    return member != nullptr && member->is_int64() ? static_cast<int>(member->get_int64()) : 0;
  };
  annotations.more = int_of(body, "more");
  const Json* list = find(body, "annotations");
  if (list == nullptr || !list->is_array()) return annotations;
  for (const Json& item : list->get_array()) {
    const auto* object = item.if_object();
    if (object == nullptr) continue;
    Annotation annotation;
    annotation.kind = string_or(*object, "kind", "");
    annotation.file = string_or(*object, "file", "");
    annotation.title = string_or(*object, "title", "");
    annotation.message = string_or(*object, "message", "");
    for (const NumberMember& known : kNumbers)
      annotation.*known.member = int_of(*object, known.key);
    annotations.list.push_back(std::move(annotation));
  }
  return annotations;
}

}  // namespace sluice::engine
