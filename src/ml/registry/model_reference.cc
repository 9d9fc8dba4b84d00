#include "ml/registry/model_reference.h"

#include <algorithm>
#include <charconv>

#include "base/strings.h"
#include "ml/model/model_folder.h"
#include "ml/registry/version_table.h"

namespace sluice::ml {
namespace {

constexpr std::string_view kScheme = "models:/";
constexpr std::size_t kMaxName = 128;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::optional<std::int64_t> parse_version(std::string_view text) {
  std::int64_t version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc() || end != text.data() + text.size() || version < 1) return std::nullopt;
  return version;
}

// NAME, NAME/3 or NAME@alias; unset for anything else.
std::optional<ModelReference> parse_registered(std::string_view text) {
  const std::size_t mark = text.find_first_of("/@");
  const std::string name(text.substr(0, mark));
  if (!is_model_name(name)) return std::nullopt;
  if (mark == std::string_view::npos) return AliasReference{name, std::string(kChampionAlias)};
  const std::string_view rest = text.substr(mark + 1);
  if (text[mark] == '@') {
    if (!is_model_name(rest)) return std::nullopt;
    return AliasReference{name, std::string(rest)};
  }
  const auto version = parse_version(rest);
  if (!version) return std::nullopt;
  return VersionReference{name, *version};
}

bool looks_like_path(std::string_view text) {
  return text.starts_with('/') || text.starts_with("./") || text.starts_with("../") ||
         text.starts_with("~/") || text == "." || text == "..";
}

}  // namespace

bool is_model_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxName && is_letter_or_digit(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_letter_or_digit(c) || c == '_' || c == '-' || c == '.';
         });
}

Result<ModelReference> parse_model_reference(std::string_view text) {
  if (text.empty()) return invalid_input("a model reference is empty");
  if (text.starts_with(kScheme)) {
    if (auto reference = parse_registered(text.substr(kScheme.size()))) return *reference;
    return invalid_input(cat("'", text, "' is no model reference: after ", kScheme,
                             " comes NAME/VERSION or NAME@ALIAS, with a version from 1 on"));
  }
  if (looks_like_path(text)) return ModelReference(PathReference{os::Path(text)});
  if (auto reference = parse_registered(text)) return *reference;
  if (text.find('@') != std::string_view::npos && text.find('/') == std::string_view::npos)
    return invalid_input(cat("'", text,
                             "' is no model reference: NAME@ALIAS has a name and an "
                             "alias of letters, digits, '_', '-' and '.'"));
  return ModelReference(PathReference{os::Path(text)});
}

Result<ResolvedModel> resolve_folder(const os::FileReader& files, const os::Path& path) {
  const auto info = files.stat(path / "MLmodel");
  if (!info.ok()) {
    if (info.error().code() != ErrorCode::NotFound) return info.error();
    return not_found(cat(path.string(), " is no model folder: it has no file MLmodel"));
  }
  const Digest digest = TRY(model_digest(files, path));
  return ResolvedModel{path, digest, std::nullopt, path.string()};
}

Result<ResolvedModel> resolve_registered(const os::FileReader& files, const ModelVersion& version) {
  const std::string label = label_of(version.name, version.version);
  const Digest found = TRY_CONTEXT(model_digest(files, version.folder), label);
  if (found != version.digest)
    return corrupt(cat("the files of ", label, " in ", version.folder.string(),
                       " were changed: they are ", found.to_string(), ", registered was ",
                       version.digest.to_string()));
  return ResolvedModel{version.folder, version.digest, version, label};
}

Result<ResolvedModel> resolve_model(RegistryReader& registry, const os::FileReader& files,
                                    std::string_view text) {
  const ModelReference reference = TRY(parse_model_reference(text));
  if (const auto* path = std::get_if<PathReference>(&reference))
    return resolve_folder(files, path->path);
  const auto* alias = std::get_if<AliasReference>(&reference);
  const auto* number = std::get_if<VersionReference>(&reference);
  const auto version = alias != nullptr ? registry.find_alias(alias->name, alias->alias)
                                        : registry.find_version(number->name, number->version);
  if (version.ok()) return resolve_registered(files, version.value());
  // A folder `model`, `out.d/3` is meant where nothing of that name is registered.
  const os::Path folder(text);
  if (version.error().code() == ErrorCode::NotFound && files.stat(folder / "MLmodel").ok())
    return resolve_folder(files, folder);
  return version.error();
}

}  // namespace sluice::ml
