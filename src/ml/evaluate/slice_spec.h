// How rows are cut into slices, as people write it. Pure.
//
//   store              the values of a column
//   price:5            five buckets of equal counts (quantiles; equal values stay together)
//   price<2.5          a condition (< <= > >= = !=) and its opposite
//   store*brand        crossed; × instead of * is fine
#pragma once

#include <string_view>

#include "base/result.h"
#include "ml/evaluate/labelled_rows.h"

namespace sluice::ml {

// InvalidInput for a text that does not read so; NotFound for a column that is not there.
Result<Groups> slice_rows(const Table& table, std::string_view spec);

}  // namespace sluice::ml
