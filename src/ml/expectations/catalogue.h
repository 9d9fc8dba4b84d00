// Every expectation there is, by name: a row each.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "ml/expectations/map_expectation.h"
#include "ml/expectations/setup.h"

namespace sluice::ml::expectations {

enum class Domain { Column, ColumnPair, Columns, Table };

std::string_view to_string(Domain domain);

// What it costs on a file of any size.
enum class Cost {
  OnePass,
  TwoPasses,  // the file is read again
  Values,     // keeps the column's numbers up to Budget::values
  Distinct,   // keeps the column's different values up to Budget::distinct
  Keys,       // hashes of all rows up to Budget::key_slots, and a second pass where some repeat
};

std::string_view to_string(Cost cost);

struct ExpectationType {
  std::string_view name;
  Domain domain = Domain::Column;
  Cost cost = Cost::OnePass;
  MadeExpectation (*make)(const Setup&) = nullptr;  // one of the two
  CellTestMaker test = nullptr;

  MadeExpectation create(const Setup& setup) const;
};

std::span<const ExpectationType> catalogue();
// By the name in a suite, "expect_column_max_to_be_between" or "ExpectColumnMaxToBeBetween"; null
// where there is none.
const ExpectationType* find_expectation(std::string_view name);
// ", did you mean '…'?" for a name that there is not; empty where none is near.
std::string near_expectation(std::string_view name);

}  // namespace sluice::ml::expectations
