// The tables of the registry in `ml.db`, as migrations.
//
//   registered_models  one row for each name
//   model_versions     name, version, digest, state, lineage; (name, digest) is unique
//   model_aliases      (name, alias) -> version
//   documents          JSON texts (verdicts, evaluations, data profiles) by their SHA-256
//   audit              who did what when, chained by hashes (audit.h)
#pragma once

#include <span>

#include "store/migrations.h"

namespace sluice::ml {

std::span<const store::Migration> registry_migrations();

}  // namespace sluice::ml
