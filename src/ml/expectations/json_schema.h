// JSON Schema as far as data checks use it: type, enum, const, properties, required,
// additionalProperties, patternProperties, items, contains, number and length limits, pattern,
// uniqueItems, dependencies of keys, anyOf, allOf, oneOf, not, if/then/else, $ref inside the
// document. Other words inform only. Immutable; thread-safe.
#pragma once

#include "base/json.h"
#include "base/result.h"

namespace sluice::ml::expectations {

class JsonSchema {
 public:
  // InvalidInput for a schema that is none: an unknown type, a bad pattern, a reference that leads
  // nowhere.
  static Result<JsonSchema> open(const Json& schema);

  bool accepts(const Json& value) const;

 private:
  explicit JsonSchema(Json schema) : schema_(std::move(schema)) {}

  Json schema_;
};

}  // namespace sluice::ml::expectations
