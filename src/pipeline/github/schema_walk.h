// Walks a YAML tree along the rules of schema.h, or the rules alone. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"
#include "pipeline/github/schema.h"

namespace sluice::pipeline::github {

// A key by its path from the root, in the manner of GitHub's documentation:
// "jobs.<job_id>.steps[*].run". One that stands under a key that is not honoured is not either.
struct KeyVisit {
  std::string path;
  KeyUse use = KeyUse::Honoured;
  std::string remark;
  std::string_view summary;
  bool inherited = false;  // use and remark are those of a key above it
};

// Every key of the rules once. Keys below an event stand under "on.<event>".
std::vector<KeyVisit> all_keys(const ValueRule& rule);

// Every key of the tree that a rule speaks of, and every key that should not be there
// (Unsupported), with its value. Borrowed for the time of the call.
using VisitKey =
    std::function<void(const KeyVisit& visit, const YamlNode& key, const YamlNode& value)>;
void visit_keys(const YamlNode& root, const ValueRule& rule, const VisitKey& visit);

}  // namespace sluice::pipeline::github
