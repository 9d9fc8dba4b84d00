// One expectation at work: fed with the rows of a table once or twice, then asked what came out.
// One thread; a new one for each table.
#pragma once

#include <memory>

#include "base/json.h"
#include "base/result.h"
#include "ml/expectations/batch.h"

namespace sluice::ml::expectations {

struct Outcome {
  bool success = false;
  JsonObject result = {};                   // "result" of the result's JSON
  std::vector<CsvPosition> positions = {};  // of the first unexpected values, in a file
};

enum class Pass { Last, Again };

class Expectation {
 public:
  virtual ~Expectation() = default;

  // Cells are borrowed for the time of the call.
  virtual void add(const Batch& batch, RowIndexes rows) = 0;
  // After the last row. Again: all rows are to be fed once more.
  virtual Pass end_of_pass() { return Pass::Last; }
  // After the last pass. An error is an exception of Great Expectations: the data or the arguments
  // were not what the expectation can judge.
  virtual Result<Outcome> outcome() = 0;
};

using MadeExpectation = Result<std::unique_ptr<Expectation>>;

}  // namespace sluice::ml::expectations
