// A picture as shapes: what charts are made of, written as SVG (here) or PNG (png.h). Values; pure.
//
// Lengths are in pixels, y grows downwards. Colours are "#rrggbb".
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice::ml {

struct Point {
  double x = 0;
  double y = 0;
};

struct RectShape {
  Point at;
  double width = 0;
  double height = 0;
  std::string fill;
};

struct LineShape {
  std::vector<Point> points;
  std::string color;
  double width = 1.5;
  double dash = 0;  // length of dashes and gaps; 0: solid
};

struct DotShape {
  Point at;
  double radius = 3;
  std::string fill;
  double opacity = 1;
};

enum class Anchor { Start, Middle, End };
enum class Turn { None, Upwards };  // a quarter to the left
enum class Weight { Normal, Bold };

struct TextShape {
  Point at;  // of the base line
  std::string text;
  double size = 12;
  std::string color;
  Anchor anchor = Anchor::Start;
  Turn turn = Turn::None;
  Weight weight = Weight::Normal;
};

using Shape = std::variant<RectShape, LineShape, DotShape, TextShape>;

struct Drawing {
  double width = 640;
  double height = 420;
  std::string title;  // said aloud instead of the picture
  std::vector<Shape> shapes;
};

// Self-contained: no script, no link, fonts of the reader.
std::string to_svg(const Drawing& drawing);

// &, <, > and quotes as XML and HTML want them.
std::string escape_markup(std::string_view text);

}  // namespace sluice::ml
