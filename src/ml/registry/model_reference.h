// How people name a model: `NAME` (its champion), `NAME/3`, `NAME@alias`, `models:/NAME/3`,
// `models:/NAME@alias`, or a path to a model folder.
//
// A text is a path when it starts with `/`, `./`, `../` or `~/` or does not have one of the other
// forms. Where a bare NAME is not registered but a folder of that name exists, the folder is meant.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "ml/ports/registry.h"
#include "os/ports/files.h"

namespace sluice::ml {

struct VersionReference {
  std::string name;
  std::int64_t version = 0;
  bool operator==(const VersionReference&) const = default;
};
struct AliasReference {
  std::string name;
  std::string alias;
  bool operator==(const AliasReference&) const = default;
};
struct PathReference {
  os::Path path;
  bool operator==(const PathReference&) const = default;
};
using ModelReference = std::variant<VersionReference, AliasReference, PathReference>;

// InvalidInput for what can be none of the forms (empty, version 0, a bad name after `models:/`).
Result<ModelReference> parse_model_reference(std::string_view text);

// Letters, digits, `_`, `-` and `.`, starting with a letter or digit, at most 128 characters.
bool is_model_name(std::string_view text);

struct ResolvedModel {
  os::Path folder;
  Digest digest;                        // computed from the files for a path
  std::optional<ModelVersion> version;  // unset for a path
  std::string label;                    // "demand/3" or the path, for people
};

// NotFound where the folder has no MLmodel file.
Result<ResolvedModel> resolve_folder(const os::FileReader& files, const os::Path& folder);

// Verifies that the files of the version still have its digest (Corrupt otherwise).
Result<ResolvedModel> resolve_registered(const os::FileReader& files, const ModelVersion& version);

Result<ResolvedModel> resolve_model(RegistryReader& registry, const os::FileReader& files,
                                    std::string_view reference);

}  // namespace sluice::ml
