#include "cli/serve_command.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "base/strings.h"
#include "cli/model_access.h"
#include "ml/registry/model_reference.h"
#include "ml/serve/model_server.h"
#include "os/pause.h"

namespace sluice::cli {
namespace {

// Less than the 30 s after which platforms kill what does not end.
constexpr std::chrono::milliseconds kDrain{10'000};

struct ServeOptions {
  std::string model;
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  std::string name;
  std::string version;
  std::string digest;
};

// The registry is opened only where the reference is not plainly a path.
Result<ml::ResolvedModel> resolve(Context& context, const std::string& reference) {
  const ml::ModelReference parsed = TRY(ml::parse_model_reference(reference));
  if (const auto* path = std::get_if<ml::PathReference>(&parsed))
    return ml::resolve_folder(context.world.files, path->path);
  const auto registry = TRY(open_registry(context));
  return ml::resolve_model(*registry, context.world.files, reference);
}

Result<ml::ModelLocation> locate(Context& context, const ServeOptions& options) {
  const ml::ResolvedModel model = TRY(resolve(context, options.model));
  ml::ModelLocation location;
  location.folder = TRY_CONTEXT(context.world.files.resolve(model.folder), "model");
  location.name = model.version ? model.version->name : location.folder.filename().string();
  location.digest = model.digest;
  if (model.version) location.version = std::to_string(model.version->version);
  if (!options.name.empty()) location.name = options.name;
  if (!options.version.empty()) location.version = options.version;
  if (!options.digest.empty())
    location.digest = TRY_CONTEXT(Digest::parse(options.digest), "--digest");
  return location;
}

Result<int> serve(Context& context, const ServeOptions& options) {
  const ml::ModelLocation location = TRY(locate(context, options));
  const auto server =
      TRY(ml::ModelServer::start(context.world.files, context.world.clock, context.log, location,
                                 http::TcpAddress{options.host, options.port}));
  context.terminal.out(cat("listening on http://", http::to_string(server->address()), "\n"));
  os::pause(context.interrupt);
  context.terminal.error("draining\n");
  if (!server->drain(kDrain))
    context.terminal.error("some requests did not end in time and are cut off\n");
  return 0;
}

}  // namespace

void add_serve_command(CLI::App& root, Chosen& chosen) {
  const auto options = std::make_shared<ServeOptions>();  // shared by parser and action
  CLI::App& command = *root.add_subcommand("serve", "Serve a model over HTTP");
  command.add_option("model", options->model, "NAME, NAME/3, NAME@alias or a model folder")
      ->required();
  command.add_option("--host", options->host, "Numeric address to listen on")
      ->capture_default_str();
  command.add_option("--port", options->port, "Port; 0 lets the system pick one")
      ->check(CLI::Range(0, 65535).description("PORT"))
      ->capture_default_str();
  command.add_option("--name", options->name, "The model's name in answers and metrics");
  command.add_option("--version", options->version, "Its version in answers and metrics");
  command.add_option("--digest", options->digest, "Refuse a model of another digest");
  command.callback([options, &chosen] {
    chosen.action = [options](Context& context) { return serve(context, *options); };
  });
}

}  // namespace sluice::cli
