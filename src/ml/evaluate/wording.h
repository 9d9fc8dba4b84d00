// Numbers as people read them in reports: three significant digits, grouped thousands, percent.
#pragma once

#include <string>

namespace sluice::ml {

std::string short_number(double value);  // "0.312", "12.4", "9 130", "-0.05", "not defined" for NaN
std::string row_count(std::size_t rows);       // "1 row", "9 649 rows"
std::string query_count(std::size_t queries);  // "1 query", "200 queries"
std::string short_percent(double share);       // 0.3716 -> "37.2 %"
// Why so few rows prove nothing to a check.
std::string too_few_rows(std::size_t rows, std::size_t least);

}  // namespace sluice::ml
