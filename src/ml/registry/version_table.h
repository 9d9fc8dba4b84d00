// The rows of model_versions and model_aliases as values. One transaction at a time.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "ml/ports/registry.h"
#include "store/ports/database.h"

namespace sluice::ml {

// "demand/3": how a version is called in the audit and in messages.
std::string label_of(std::string_view name, std::int64_t version);

// `models` is the folder that holds models/<name>/<version>.
Result<std::vector<ModelVersion>> select_versions(store::Reader& reader,
                                                  const std::filesystem::path& models,
                                                  std::string_view name);  // newest first
// NotFound, naming what there is instead.
Result<ModelVersion> select_version(store::Reader& reader, const std::filesystem::path& models,
                                    std::string_view name, std::int64_t version);
Result<ModelVersion> select_alias(store::Reader& reader, const std::filesystem::path& models,
                                  std::string_view name, std::string_view alias);
Result<std::optional<std::int64_t>> version_with_digest(store::Reader& reader,
                                                        std::string_view name,
                                                        const Digest& digest);
Result<std::int64_t> next_version(store::Reader& reader, std::string_view name);
Result<std::vector<RegisteredModel>> select_models(store::Reader& reader);

// Inserts the row, and the model's own row for its first version.
Result<void> insert_version(store::Transaction& transaction, const ModelVersion& version);
Result<void> update_state(store::Transaction& transaction, const ModelVersion& version,
                          ApprovalState state);
// Replaces the digests of `lineage` that are set.
Result<void> update_documents(store::Transaction& transaction, const ModelVersion& version,
                              const Lineage& lineage);
Result<void> upsert_alias(store::Transaction& transaction, std::string_view name,
                          std::string_view alias, std::int64_t version);
Result<void> delete_alias(store::Transaction& transaction, std::string_view name,
                          std::string_view alias);

Result<Digest> insert_document(store::Transaction& transaction, const std::string& body);
Result<std::string> select_document(store::Reader& reader, const Digest& digest);

}  // namespace sluice::ml
