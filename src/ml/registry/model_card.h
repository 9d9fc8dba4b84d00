// The model card of a version: what it is, where it came from, how it was judged, who let it
// through (Mitchell et al., Model Cards for Model Reporting, 2019), made from what the registry
// knows. Pure.
//
// JSON: docs/formats/model_card.md. What nobody recorded is null there and "not recorded" for
// people; nothing is guessed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "ml/ports/registry.h"

namespace sluice::ml {

struct ModelFacts {
  std::string objective;
  std::size_t trees = 0;
  std::vector<std::string> features;
  std::string framework;     // "xgboost 1.7.4"
  std::string requirements;  // requirements.txt
  std::string created;       // as the model folder says
};

struct CardSources {
  ModelVersion version;
  std::vector<HistoryEntry> history;     // oldest first
  std::optional<JsonObject> evaluation;  // documents as they were presented
  std::optional<JsonObject> verdict;
  std::optional<ModelFacts> model;  // unset: its files cannot be read
};

JsonObject model_card(const CardSources& sources);

// Of a card that model_card() made.
std::string card_markdown(const JsonObject& card);

}  // namespace sluice::ml
