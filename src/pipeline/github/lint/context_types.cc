#include "pipeline/github/lint/context_types.h"

#include "base/strings.h"

namespace sluice::pipeline::github {
namespace {

ExpressionType::Members texts(std::string_view names) {
  ExpressionType::Members members;
  for (const std::string_view name : split(names, ' '))
    members.emplace(std::string(name), ExpressionType::text());
  return members;
}

ExpressionType github_type() {
  ExpressionType::Members members = texts(
      "action action_path action_ref action_repository action_status actor actor_id api_url "
      "base_ref env event_name event_path graphql_url head_ref job job_workflow_sha output path "
      "ref ref_name ref_type repository repository_id repository_owner repository_owner_id "
      "repository_visibility repositoryurl run_attempt run_id run_number secret_source server_url "
      "sha state step_summary token triggering_actor workflow workflow_ref workflow_sha workspace");
  members.emplace("ref_protected", ExpressionType::boolean());
  members.emplace("retention_days", ExpressionType::number());
  members.emplace("artifact_cache_size_limit", ExpressionType::number());
  members.emplace("event", ExpressionType::open(ExpressionType::any()));
  return ExpressionType::strict(std::move(members));
}

ExpressionType job_context_type() {
  const ExpressionType ports = text_map();
  ExpressionType::Members service = texts("id network");
  service.emplace("ports", ports);
  ExpressionType::Members members =
      texts("status workflow_ref workflow_sha workflow_repository workflow_file_path");
  members.emplace("check_run_id", ExpressionType::number());
  members.emplace("container", ExpressionType::strict(service));
  members.emplace("services", ExpressionType::open(ExpressionType::strict(service)));
  return ExpressionType::strict(std::move(members));
}

ExpressionType strategy_type() {
  return ExpressionType::strict({{"fail-fast", ExpressionType::boolean()},
                                 {"job-index", ExpressionType::number()},
                                 {"job-total", ExpressionType::number()},
                                 {"max-parallel", ExpressionType::number()}});
}

}  // namespace

ExpressionType text_map() {
  return ExpressionType::open(ExpressionType::text());
}

ExpressionType step_type(ExpressionType outputs) {
  return ExpressionType::strict({{"outputs", std::move(outputs)},
                                 {"conclusion", ExpressionType::text()},
                                 {"outcome", ExpressionType::text()}});
}

ExpressionType job_type(ExpressionType outputs) {
  return ExpressionType::strict(
      {{"outputs", std::move(outputs)}, {"result", ExpressionType::text()}});
}

ExpressionType::Members context_types() {
  return {
      {"github", github_type()},
      {"env", text_map()},
      {"job", job_context_type()},
      {"steps", ExpressionType::strict()},
      {"runner",
       ExpressionType::strict(texts("name os arch temp tool_cache debug environment workspace"))},
      {"secrets", text_map()},
      {"strategy", strategy_type()},
      {"matrix", ExpressionType::strict()},
      {"needs", ExpressionType::strict()},
      {"inputs", ExpressionType::strict()},
      {"vars", text_map()},
  };
}

}  // namespace sluice::pipeline::github
