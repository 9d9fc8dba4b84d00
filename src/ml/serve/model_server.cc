#include "ml/serve/model_server.h"

#include "base/strings.h"

namespace sluice::ml {

ModelServer::ModelServer(std::unique_ptr<Scorer> scorer, const ModelLocation& model,
                         const os::Clock& clock)
    : scorer_(std::move(scorer)),
      readiness_(scorer_->self_check()),
      api_(*scorer_, model.name, model.version, readiness_, clock) {}

Result<std::unique_ptr<ModelServer>> ModelServer::start(const os::FileReader& files,
                                                        const os::Clock& clock, Log& log,
                                                        const ModelLocation& model,
                                                        const http::Address& address) {
  auto scorer = TRY(Scorer::load(files, model.folder, model.digest));
  std::unique_ptr<ModelServer> server(new ModelServer(std::move(scorer), model, clock));
  log.write(LogLevel::Info, "serve",
            cat("Model loaded name=", model.name, " version=", model.version,
                " digest=", server->scorer_->digest().to_string()));
  if (!server->readiness_.ok())
    log.write(LogLevel::Error, "serve",
              cat("the model failed its self-check and will not be used: ",
                  server->readiness_.error().describe()));
  server->server_ = TRY(http::Server::start(address, server->api_, log));
  return server;
}

}  // namespace sluice::ml
