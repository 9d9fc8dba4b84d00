// Which character separates the fields of a CSV file, found out from its first rows. Pure.
#pragma once

#include <string_view>

#include "ml/data/csv.h"

namespace sluice::ml {

// Comma, semicolon, tab or bar: the one with which most of the first rows have as many fields as
// the first, and of these the one with most fields; a comma where none makes more than one field.
char sniff_delimiter(std::string_view beginning, const CsvOptions& options);

}  // namespace sluice::ml
