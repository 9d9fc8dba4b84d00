#include "cli/annotation_view.h"

#include "base/strings.h"
#include "cli/style.h"

namespace sluice::cli {
namespace {

Colour colour_of(std::string_view kind) {
  if (kind == "error") return Colour::Red;
  return kind == "warning" ? Colour::Yellow : Colour::Blue;
}

}  // namespace

std::string annotation_text(TerminalKind kind, const engine::Annotation& annotation,
                            std::size_t indent) {
  const std::string place = engine::place_of(annotation);
  const std::string message =
      replace_all(annotation.message, "\n", "\n" + std::string(indent, ' '));
  return cat(paint(kind, colour_of(annotation.kind), annotation.kind), " ",
             place.empty() ? "" : place + " ",
             annotation.title.empty() ? "" : annotation.title + ": ", message);
}

std::string annotations_text(TerminalKind kind, const engine::StepAnnotations& annotations,
                             std::size_t indent) {
  const std::string before(indent, ' ');
  std::string text;
  for (const engine::Annotation& annotation : annotations.list)
    text += cat(before, annotation_text(kind, annotation, indent + 2), "\n");
  if (annotations.more > 0) text += cat(before, "and ", annotations.more, " more\n");
  return text;
}

}  // namespace sluice::cli
