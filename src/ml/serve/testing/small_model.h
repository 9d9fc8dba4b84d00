// A model small enough to compute by hand: 0.5 + tree 0 (price < 2: 10 else -10, missing left)
// + tree 1 (deal < 0.5: 0.25 else 0.75, missing right).
#pragma once

#include <string>

#include "ml/model/model_folder.h"

namespace sluice::ml {

std::string small_model_json();

// The same as a whole model with its input example: (1, 0), (3, 1) and (missing, missing).
NewModel small_model();

}  // namespace sluice::ml
