// A drawing as PNG, by the cairo library of the machine. It is opened when first asked for, as
// libxgboost is: linking it would cost every command its start-up.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "ml/plot/drawing.h"

namespace sluice::ml {

// Thread-safe once it is open.
class CairoLibrary {
 public:
  struct Functions;

  // Unsupported, with what to install, where libcairo.so.2 is not there.
  static Result<std::unique_ptr<CairoLibrary>> open();
  ~CairoLibrary();

  // The bytes of a PNG file; `scale` pixels for each unit of the drawing.
  Result<std::string> to_png(const Drawing& drawing, double scale = 2) const;

 private:
  CairoLibrary(void* library, std::unique_ptr<Functions> functions);

  void* library_;
  std::unique_ptr<Functions> functions_;
};

}  // namespace sluice::ml
