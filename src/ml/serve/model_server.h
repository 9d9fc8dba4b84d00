// One model on one address. start() loads, verifies and self-checks the model before it listens, so
// a server that listens knows whether it may answer (prediction_api.h).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/log.h"
#include "http/server.h"
#include "ml/serve/prediction_api.h"
#include "ml/serve/scorer.h"

namespace sluice::ml {

// A model that somebody has found: in the registry, or just a folder.
struct ModelLocation {
  os::Path folder;
  std::string name;              // as clients see it
  std::string version;           // "3"; empty for a plain folder
  std::optional<Digest> digest;  // what the folder must have
};

class ModelServer {
 public:
  // Logs "Model loaded name=… version=… digest=…". Errors of Scorer::load() and
  // http::Server::start(); a failed self-check is none, it makes the server answer 503. `clock` and
  // `log` outlive it.
  static Result<std::unique_ptr<ModelServer>> start(const os::FileReader& files,
                                                    const os::Clock& clock, Log& log,
                                                    const ModelLocation& model,
                                                    const http::Address& address);

  http::Address address() const { return server_->address(); }
  const Result<void>& readiness() const { return readiness_; }
  // As http::Server::drain().
  bool drain(std::chrono::milliseconds deadline) { return server_->drain(deadline); }

 private:
  ModelServer(std::unique_ptr<Scorer> scorer, const ModelLocation& model, const os::Clock& clock);

  std::unique_ptr<Scorer> scorer_;
  Result<void> readiness_;
  PredictionApi api_;
  std::unique_ptr<http::Server> server_;  // last: it uses all of the above until it is gone
};

}  // namespace sluice::ml
