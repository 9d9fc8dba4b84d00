// The whole language in one list, each part with what becomes of it here: `sluice fidelity --all`
// and docs/fidelity.md. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipeline/github/schema.h"

namespace sluice::pipeline::github {

enum class LanguagePart {
  Key,        // of a workflow
  ActionKey,  // of the file of an action
  Event,
  Context,
  Function,
  Command,      // in the log of a step
  CommandFile,  // GITHUB_ENV and its like
  Shell,
  Action,
  Runner,
};
std::string_view to_string(LanguagePart part);  // "Keys of a workflow"

struct LanguageFeature {
  LanguagePart part = LanguagePart::Key;
  std::string name;
  KeyUse use = KeyUse::Honoured;
  std::string remark;      // see Treatment
  std::string summary;     // what it is for; may be empty
  bool inherited = false;  // use and remark are those of the key above it
};

// Part by part, in the order of the language's tables.
std::vector<LanguageFeature> language_features();

}  // namespace sluice::pipeline::github
