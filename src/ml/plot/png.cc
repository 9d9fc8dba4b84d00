#include "ml/plot/png.h"

#include <dlfcn.h>

#include <charconv>
#include <cmath>
#include <numbers>

#include "base/strings.h"

namespace sluice::ml {
namespace {

// What is needed of cairo.h, whose ABI has been the same since 1.0 (2005).
using Context = struct CairoContext;
using Surface = struct CairoSurface;
using Write = int (*)(void* closure, const unsigned char* data, unsigned length);
constexpr int kFormatRgb24 = 1;
constexpr int kStatusSuccess = 0;
constexpr int kBold = 1;

struct TextExtents {
  double x_bearing, y_bearing, width, height, x_advance, y_advance;
};

}  // namespace

struct CairoLibrary::Functions {
  Surface* (*image_surface_create)(int format, int width, int height);
  void (*surface_destroy)(Surface*);
  int (*surface_write_to_png_stream)(Surface*, Write, void* closure);
  Context* (*create)(Surface*);
  void (*destroy)(Context*);
  int (*status)(Context*);
  void (*scale)(Context*, double, double);
  void (*set_source_rgba)(Context*, double, double, double, double);
  void (*set_line_width)(Context*, double);
  void (*set_dash)(Context*, const double*, int, double);
  void (*rectangle)(Context*, double, double, double, double);
  void (*arc)(Context*, double, double, double, double, double);
  void (*move_to)(Context*, double, double);
  void (*line_to)(Context*, double, double);
  void (*new_path)(Context*);
  void (*fill)(Context*);
  void (*stroke)(Context*);
  void (*save)(Context*);
  void (*restore)(Context*);
  void (*translate)(Context*, double, double);
  void (*rotate)(Context*, double);
  void (*select_font_face)(Context*, const char*, int slant, int weight);
  void (*set_font_size)(Context*, double);
  void (*text_extents)(Context*, const char*, TextExtents*);
  void (*show_text)(Context*, const char*);
};

namespace {

using Functions = CairoLibrary::Functions;

template <class Function>
bool find_symbol(void* library, const char* name, Function* out) {
  *out = reinterpret_cast<Function>(dlsym(library, name));
  return *out != nullptr;
}

bool find_all(void* library, Functions* f) {
  return find_symbol(library, "cairo_image_surface_create", &f->image_surface_create) &&
         find_symbol(library, "cairo_surface_destroy", &f->surface_destroy) &&
         find_symbol(library, "cairo_surface_write_to_png_stream",
                     &f->surface_write_to_png_stream) &&
         find_symbol(library, "cairo_create", &f->create) &&
         find_symbol(library, "cairo_destroy", &f->destroy) &&
         find_symbol(library, "cairo_status", &f->status) &&
         find_symbol(library, "cairo_scale", &f->scale) &&
         find_symbol(library, "cairo_set_source_rgba", &f->set_source_rgba) &&
         find_symbol(library, "cairo_set_line_width", &f->set_line_width) &&
         find_symbol(library, "cairo_set_dash", &f->set_dash) &&
         find_symbol(library, "cairo_rectangle", &f->rectangle) &&
         find_symbol(library, "cairo_arc", &f->arc) &&
         find_symbol(library, "cairo_move_to", &f->move_to) &&
         find_symbol(library, "cairo_line_to", &f->line_to) &&
         find_symbol(library, "cairo_new_path", &f->new_path) &&
         find_symbol(library, "cairo_fill", &f->fill) &&
         find_symbol(library, "cairo_stroke", &f->stroke) &&
         find_symbol(library, "cairo_save", &f->save) &&
         find_symbol(library, "cairo_restore", &f->restore) &&
         find_symbol(library, "cairo_translate", &f->translate) &&
         find_symbol(library, "cairo_rotate", &f->rotate) &&
         find_symbol(library, "cairo_select_font_face", &f->select_font_face) &&
         find_symbol(library, "cairo_set_font_size", &f->set_font_size) &&
         find_symbol(library, "cairo_text_extents", &f->text_extents) &&
         find_symbol(library, "cairo_show_text", &f->show_text);
}

// Two digits of a colour that we chose ourselves.
double hex_byte(const std::string& hex, std::size_t at) {
  int value = 0;
  std::from_chars(hex.data() + at, hex.data() + at + 2, value, 16);
  return value;
}

// Draws shapes one after another.
class Painter {
 public:
  Painter(const Functions& functions, Context* context) : f_(functions), c_(context) {}

  void operator()(const RectShape& shape) const {
    color(shape.fill, 1);
    f_.rectangle(c_, shape.at.x, shape.at.y, shape.width, shape.height);
    f_.fill(c_);
  }
  void operator()(const LineShape& shape) const {
    color(shape.color, 1);
    f_.set_line_width(c_, shape.width);
    f_.set_dash(c_, &shape.dash, shape.dash > 0 ? 1 : 0, 0);
    f_.new_path(c_);
    for (const Point& point : shape.points) f_.line_to(c_, point.x, point.y);
    f_.stroke(c_);
  }
  void operator()(const DotShape& shape) const {
    color(shape.fill, shape.opacity);
    f_.new_path(c_);
    f_.arc(c_, shape.at.x, shape.at.y, shape.radius, 0, 2 * std::numbers::pi);
    f_.fill(c_);
  }
  void operator()(const TextShape& shape) const {
    color(shape.color, 1);
    f_.select_font_face(c_, "DejaVu Sans", 0, shape.weight == Weight::Bold ? kBold : 0);
    f_.set_font_size(c_, shape.size);
    TextExtents extents{};
    f_.text_extents(c_, shape.text.c_str(), &extents);
    const double part = shape.anchor == Anchor::Start    ? 0
                        : shape.anchor == Anchor::Middle ? 0.5
                                                         : 1;
    f_.save(c_);
    f_.translate(c_, shape.at.x, shape.at.y);
    if (shape.turn == Turn::Upwards) f_.rotate(c_, -std::numbers::pi / 2);
    f_.move_to(c_, -part * extents.x_advance, 0);
    f_.show_text(c_, shape.text.c_str());
    f_.restore(c_);
  }

 private:
  void color(const std::string& hex, double opacity) const {
    const auto part = [&](std::size_t at) { return hex_byte(hex, at) / 255.0; };
    f_.set_source_rgba(c_, part(1), part(3), part(5), opacity);
  }

  const Functions& f_;
  Context* c_;
};

int append_bytes(void* closure, const unsigned char* data, unsigned length) {
  static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
  return kStatusSuccess;
}

}  // namespace

CairoLibrary::CairoLibrary(void* library, std::unique_ptr<Functions> functions)
    : library_(library), functions_(std::move(functions)) {}

CairoLibrary::~CairoLibrary() {
  dlclose(library_);
}

Result<std::unique_ptr<CairoLibrary>> CairoLibrary::open() {
  // It is never unloaded: what its fonts keep for the process would be lost with each loading.
  void* library = dlopen("libcairo.so.2", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr)
    return unsupported(
        "PNG needs the library cairo, which is not on this machine: "
        "`apt install libcairo2`; SVG needs nothing");
  auto functions = std::make_unique<Functions>();
  if (!find_all(library, functions.get())) {
    dlclose(library);
    return unsupported("the library cairo on this machine lacks functions that PNG needs");
  }
  return std::unique_ptr<CairoLibrary>(new CairoLibrary(library, std::move(functions)));
}

Result<std::string> CairoLibrary::to_png(const Drawing& drawing, double scale) const {
  const Functions& f = *functions_;
  Surface* surface =
      f.image_surface_create(kFormatRgb24, static_cast<int>(std::lround(drawing.width * scale)),
                             static_cast<int>(std::lround(drawing.height * scale)));
  Context* context = f.create(surface);
  f.scale(context, scale, scale);
  const Painter painter(f, context);
  painter(RectShape{{0, 0}, drawing.width, drawing.height, "#ffffff"});
  for (const Shape& shape : drawing.shapes) std::visit(painter, shape);
  std::string bytes;
  const bool drawn = f.status(context) == kStatusSuccess &&
                     f.surface_write_to_png_stream(surface, append_bytes, &bytes) == kStatusSuccess;
  f.destroy(context);
  f.surface_destroy(surface);
  if (!drawn) return Error(ErrorCode::ResourceExhausted, "cairo could not draw the picture");
  return bytes;
}

}  // namespace sluice::ml
