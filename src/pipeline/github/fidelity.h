// What of a workflow is honoured here: every key, action and runner label that it, and the called
// workflows and local actions it refers to, use. Rated by the tables of schema.h, which the
// reader's notes come from too. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/yaml.h"
#include "pipeline/github/schema.h"
#include "pipeline/ports/language.h"

namespace sluice::pipeline::github {

enum class Rating { Honoured, Approximated, NotHonoured };
std::string_view to_string(Rating rating);  // "honoured", "approximated", "not honoured"
Rating rating_of(KeyUse use);
// What a table shows beside the rating: how it is approximated, or what happens instead of it.
std::string rating_remark(KeyUse use, std::string_view remark);

// What becomes of what a step, and a job, says under `uses`.
Treatment use_of_action(std::string_view uses);
Treatment use_of_call(std::string_view uses);

enum class FeatureKind { Key, Action, Runner };
std::string_view to_string(FeatureKind kind);  // "key", "action", "runner"

struct FeaturePlace {
  std::string file;
  TextPosition position;

  bool operator==(const FeaturePlace&) const = default;
};

// Something that is used, and is rated alike wherever it is.
struct Feature {
  FeatureKind kind = FeatureKind::Key;
  // Key: "jobs.<job_id>.steps[*].run"; of the file of an action: "action: runs.using".
  // Action: what `uses` says; "actions/checkout@v4 with: lfs" for an input that is not just
  // honoured. Runner: the label.
  std::string name;
  Rating rating = Rating::Honoured;
  std::string remark;                // empty when honoured
  std::vector<FeaturePlace> places;  // in the order of the files

  bool operator==(const Feature&) const = default;
};

struct Fidelity {
  std::vector<Feature> features;   // keys, actions, runners; each in the order of its first use
  std::vector<std::string> files;  // what was looked at
  std::vector<Diagnostic> errors;  // mistakes: with one of them a file is not run at all

  std::size_t count(FeatureKind kind) const;
  std::size_t count(FeatureKind kind, Rating rating) const;
  std::size_t count(Rating rating) const;
};

// What all of them use, a file that several of them refer to being looked at once. InvalidInput,
// naming the place, when one is no YAML.
Result<Fidelity> rate_workflows(const std::vector<SourceFile>& files);

// docs/formats/fidelity.md
Json to_json(const Fidelity& fidelity);

}  // namespace sluice::pipeline::github
