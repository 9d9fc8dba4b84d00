// Whatever answers "what does the model say for these rows?". Thread-safe.
#pragma once

#include <vector>

#include "base/result.h"
#include "ml/data/table.h"
#include "ml/serve/scorer.h"

namespace sluice::ml {

class Predictor {
 public:
  virtual ~Predictor() = default;
  // One finite number for each row. NotFound for a feature that the table lacks, InvalidInput for
  // one that holds text.
  virtual Result<std::vector<double>> predict(const Table& table) const = 0;
  // The columns that it looks at; empty: not known.
  virtual std::vector<std::string> features() const = 0;
};

// A model folder that our own scorer can read. Borrows the scorer.
class ScorerPredictor final : public Predictor {
 public:
  explicit ScorerPredictor(const Scorer& scorer) : scorer_(scorer) {}
  Result<std::vector<double>> predict(const Table& table) const override;
  std::vector<std::string> features() const override { return scorer_.feature_names(); }

 private:
  const Scorer& scorer_;
};

}  // namespace sluice::ml
