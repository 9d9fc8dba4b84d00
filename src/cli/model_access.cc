#include "cli/model_access.h"

#include "store/home.h"

namespace sluice::cli {

Result<os::Path> home_of(const Context& context) {
  return store::find_home(context.world, TRY(context.world.files.resolve(".")));
}

Result<std::unique_ptr<ml::LocalRegistry>> open_registry(const Context& context) {
  return ml::LocalRegistry::open(context.world, TRY(home_of(context)));
}

Result<ml::ModelToJudge> model_to_judge(const Context& context, const std::string& text) {
  const ml::ModelReference reference = TRY(ml::parse_model_reference(text));
  ml::ResolvedModel model;
  if (const auto* path = std::get_if<ml::PathReference>(&reference)) {
    model = TRY(ml::resolve_folder(context.world.files, path->path));
  } else {
    const auto registry = TRY(open_registry(context));
    model = TRY(ml::resolve_model(*registry, context.world.files, text));
  }
  return ml::ModelToJudge{model.label, model.folder, model.digest};
}

Result<app::WorkPlace> work_place_of(const Context& context) {
  const os::Path folder = TRY(context.world.files.resolve("."));
  const os::Path home = TRY(home_of(context));
  return app::WorkPlace{context.world, home, context.executable, folder,
                        or_environment(context, "", "SLUICE_RUN_ID")};
}

Result<std::optional<ml::RequiredGate>> demanded_gate(const Context& context,
                                                      const std::string& model) {
  const app::WorkPlace place = TRY(work_place_of(context));
  auto named = TRY(app::find_required_gate(place, model));
  const auto registry = TRY(open_registry(context));
  auto kept = TRY(registry->required_gate(model));
  // Another repository may not name another one.
  const bool kept_counts = kept && (!named || kept->repository != named->repository);
  return kept_counts ? kept : named;
}

std::string actor_of(const Context& context) {
  for (const auto* variable : {"SLUICE_ACTOR", "GITHUB_ACTOR", "USER"})
    if (const auto name = context.world.environment.get(variable); name && !name->empty())
      return *name;
  return "unknown";
}

std::string or_environment(const Context& context, const std::string& given,
                           std::string_view variable) {
  if (!given.empty()) return given;
  return context.world.environment.get(variable).value_or("");
}

}  // namespace sluice::cli
