// What a target serves: a command to start, how to see that it works, and labels for people.
//
// Delivery knows nothing of what the command does (a model server today). Values; the digest covers
// everything, so two revisions with one digest behave alike. docs/formats/target.md has the JSON.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/json.h"
#include "base/time.h"

namespace sluice::delivery {

// A request whose answer is known. The answer must have status 200 and be the same JSON value.
struct SmokeCheck {
  std::string method = "POST";
  std::string path = "/invocations";
  std::string content_type = "application/json";
  std::string body;
  Json expected;
  double tolerance = 0;  // largest |expected - actual| of any number; 0: exactly equal
};

struct Revision {
  // "{port}" inside an argument becomes the port to listen on (127.0.0.1).
  std::vector<std::string> command;
  std::map<std::string, std::string> environment;  // added to the keeper's own
  std::string working_directory;                   // empty: the target's folder
  std::map<std::string, std::string> labels;       // e.g. model, version, model_digest
  std::string ready_path = "/healthz";             // 200 means ready
  std::optional<SmokeCheck> smoke;
  Duration startup_deadline = std::chrono::seconds(60);  // from start to ready
  Duration drain_deadline = std::chrono::seconds(30);    // for requests in flight
  Duration stop_grace = std::chrono::seconds(10);        // between SIGTERM and SIGKILL

  Digest digest() const;
};

Json to_json(const Revision& revision);
// InvalidInput naming the key.
Result<Revision> revision_from_json(const Json& json);

// "demand 3 (sha256:12ab…)" of the labels, or the digest where there are none.
std::string describe(const Revision& revision);

}  // namespace sluice::delivery
