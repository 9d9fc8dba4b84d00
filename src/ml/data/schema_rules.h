// The parts of a schema that go beyond the type and the bounds of a column: read here, kept in
// Schema. Errors read "FILE:LINE:COLUMN: …".
#pragma once

#include <string_view>

#include "base/yaml.h"
#include "ml/data/schema.h"

namespace sluice::ml {

// pattern, min_length, max_length, order, mostly, severity.
Result<void> read_column_extras(YamlReader& reader, ColumnRule& rule);
// rules, foreign_keys, series, freshness, history, mask. The columns have been read.
Result<void> read_schema_rules(YamlReader& reader, std::string_view file, Schema& schema);

}  // namespace sluice::ml
