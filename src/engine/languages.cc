#include "engine/languages.h"

namespace sluice::engine {

void Languages::add(std::unique_ptr<pipeline::Language> language) {
  languages_.push_back(std::move(language));
}

const pipeline::Language* Languages::find(std::string_view name) const {
  for (const auto& language : languages_)
    if (language->name() == name) return language.get();
  return nullptr;
}

const pipeline::Language* Languages::for_file(std::string_view path) const {
  for (const auto& language : languages_)
    if (language->reads(path)) return language.get();
  return nullptr;
}

}  // namespace sluice::engine
