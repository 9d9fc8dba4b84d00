#include "ml/plot/drawing.h"

#include <fmt/format.h>

#include "base/strings.h"

namespace sluice::ml {
namespace {

// Tenths of a pixel; "-0" would differ from "0" in golden files.
std::string px(double value) {
  std::string text = fmt::format("{:.1f}", value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text == "-0" ? "0" : text;
}

std::string svg(const RectShape& shape) {
  return cat("<rect x=\"", px(shape.at.x), "\" y=\"", px(shape.at.y), "\" width=\"",
             px(shape.width), "\" height=\"", px(shape.height), "\" fill=\"", shape.fill, "\"/>\n");
}

std::string svg(const LineShape& shape) {
  std::string points;
  for (const Point& point : shape.points)
    points += cat(points.empty() ? "" : " ", px(point.x), ",", px(point.y));
  return cat("<polyline points=\"", points, "\" fill=\"none\" stroke=\"", shape.color,
             "\" stroke-width=\"", px(shape.width), "\"",
             shape.dash > 0 ? cat(" stroke-dasharray=\"", px(shape.dash), "\"") : "", "/>\n");
}

std::string svg(const DotShape& shape) {
  return cat("<circle cx=\"", px(shape.at.x), "\" cy=\"", px(shape.at.y), "\" r=\"",
             px(shape.radius), "\" fill=\"", shape.fill, "\"",
             shape.opacity < 1 ? fmt::format(" fill-opacity=\"{:.2f}\"", shape.opacity) : "",
             "/>\n");
}

std::string_view word(Anchor anchor) {
  return anchor == Anchor::Start ? "start" : anchor == Anchor::Middle ? "middle" : "end";
}

std::string svg(const TextShape& shape) {
  const std::string turn =
      shape.turn == Turn::Upwards
          ? cat(" transform=\"rotate(-90 ", px(shape.at.x), " ", px(shape.at.y), ")\"")
          : "";
  return cat("<text x=\"", px(shape.at.x), "\" y=\"", px(shape.at.y), "\" font-size=\"",
             px(shape.size), "\" fill=\"", shape.color, "\" text-anchor=\"", word(shape.anchor),
             "\"", shape.weight == Weight::Bold ? " font-weight=\"bold\"" : "", turn, ">",
             escape_markup(shape.text), "</text>\n");
}

}  // namespace

std::string escape_markup(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        // Control characters have no place in XML.
        escaped += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return escaped;
}

std::string to_svg(const Drawing& drawing) {
  std::string text =
      cat("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ", px(drawing.width), " ",
          px(drawing.height), "\" width=\"", px(drawing.width), "\" height=\"", px(drawing.height),
          "\" role=\"img\" font-family=\"DejaVu Sans, Helvetica, Arial, sans-serif\">\n<title>",
          escape_markup(drawing.title),
          "</title>\n<rect width=\"100%\" height=\"100%\" "
          "fill=\"#ffffff\"/>\n");
  for (const Shape& shape : drawing.shapes)
    text += std::visit([](const auto& one) { return svg(one); }, shape);
  return text + "</svg>\n";
}

}  // namespace sluice::ml
