// Expectations that judge the values of one column one by one, whatever came before.
#pragma once

#include <functional>
#include <string>

#include "ml/expectations/setup.h"

namespace sluice::ml::expectations {

enum class CellVerdict { Expected, Unexpected, Impossible };

struct CellTest {
  std::function<CellVerdict(const Cell&)> judge;
  std::string impossible = {};  // the error when a cell was Impossible: "TypeError: …"
};

// Makes the test from the arguments.
using CellTestMaker = Result<CellTest> (*)(const Setup&);

// Missing values are left out.
MadeExpectation make_map(const Setup& setup, CellTestMaker maker);
// Missing values are judged too.
MadeExpectation make_null_map(const Setup& setup, CellTestMaker maker);

inline CellVerdict verdict_of(bool expected) {  // style: bool because it is a value
  return expected ? CellVerdict::Expected : CellVerdict::Unexpected;
}

}  // namespace sluice::ml::expectations
