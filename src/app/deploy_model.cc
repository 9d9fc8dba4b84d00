#include "app/deploy_model.h"

#include "app/deployed_models.h"
#include "base/strings.h"
#include "ml/registry/model_reference.h"

namespace sluice::app {
namespace {

Result<void> check_approved(const ml::ModelVersion& version) {
  if (version.state == ml::ApprovalState::Approved) return success();
  return failed_precondition(cat(version.name, "/", version.version, " is ",
                                 ml::to_string(version.state),
                                 ": only an approved version is deployed (sluice model approve ",
                                 version.name, "/", version.version, ")"));
}

// The files are used as they are: the very request and answer of the model's maker.
Result<delivery::SmokeCheck> smoke_check(const os::FileReader& files, const os::Path& folder) {
  const auto read = [&](std::string_view name) -> Result<Json> {
    const os::Path path = folder / name;
    const auto text = files.read(path, 16u << 20);
    if (!text.ok() && text.error().code() == ErrorCode::NotFound)
      return failed_precondition(cat(path.string(),
                                     " is missing: without an input example and its recorded "
                                     "output a new revision cannot be checked"));
    if (!text.ok()) return text.error();
    return TRY_CONTEXT(parse_json(text.value()), path.string());
  };
  delivery::SmokeCheck smoke;
  smoke.path = "/invocations";
  Json example = TRY(read("input_example.json"));
  smoke.body = to_text(JsonObject{{"dataframe_split", std::move(example)}});
  smoke.expected = TRY(read("input_example_output.json"));
  return smoke;
}

}  // namespace

Result<delivery::Revision> revision_for_model(const os::World& world, const os::Path& home,
                                              ml::RegistryReader& registry,
                                              const std::string& reference,
                                              const os::Path& executable) {
  const ml::ResolvedModel model = TRY(ml::resolve_model(registry, world.files, reference));
  if (model.version) TRY(check_approved(*model.version));
  os::Path folder = TRY(world.files.resolve(model.folder));
  const std::string name = model.version ? model.version->name : folder.filename().string();
  TRY(smoke_check(world.files, folder));
  if (!model.version) folder = TRY(keep_deployed_model(world, home, folder, model.digest));
  const std::string version = model.version ? std::to_string(model.version->version) : "";
  delivery::Revision revision;
  revision.command = {executable, "serve", folder, "--port", "{port}", "--name", name};
  if (model.version) {
    revision.command.insert(revision.command.end(), {"--version", version});
    revision.labels["version"] = version;
  }
  revision.command.insert(revision.command.end(), {"--digest", model.digest.to_string()});
  revision.labels["model"] = name;
  revision.labels["model_digest"] = model.digest.to_string();
  revision.smoke = TRY(smoke_check(world.files, folder));
  return revision;
}

Result<void> check_still_approved(ml::RegistryReader& registry,
                                  const std::map<std::string, std::string>& labels) {
  const auto name = labels.find("model");
  const auto version = labels.find("version");
  if (name == labels.end() || version == labels.end()) return success();
  const auto reference = TRY(ml::parse_model_reference(cat(name->second, "/", version->second)));
  const auto* number = std::get_if<ml::VersionReference>(&reference);
  if (number == nullptr) return success();
  return check_approved(TRY(registry.find_version(number->name, number->version)));
}

}  // namespace sluice::app
