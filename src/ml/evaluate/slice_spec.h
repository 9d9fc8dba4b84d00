// How rows are cut into slices, as people write it. Pure.
//
//   store              the values of a column
//   price:5            five buckets of equal counts (quantiles; equal values stay together)
//   price<2.5          a condition (< <= > >= = !=) and its opposite
//   store*brand        crossed; × instead of * is fine
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "ml/evaluate/labelled_rows.h"

namespace sluice::ml {

// InvalidInput for a text that does not read so; NotFound for a column that is not there.
Result<Groups> slice_rows(const Table& table, std::string_view spec);

// The name of a group for people: "store 5", "price up to 2.5", "brand 10, deal=1".
std::string slice_title(std::string_view column, std::string_view value);

}  // namespace sluice::ml
