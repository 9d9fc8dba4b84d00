#include "base/strings.h"
#include "pipeline/github/workflow_reader.h"

namespace sluice::pipeline::github {
namespace {

enum class ContainerUse { Job, Service };

void check_list(Reading& reading, const YamlNode& container, std::string_view key) {
  const YamlNode* list = container.find(key);
  if (list == nullptr || list->kind == YamlKind::Null) return;
  if (list->is_string() && contains_expression(list->text)) return;
  if (!list->is_sequence()) {
    reading.error(list->position, "wrong-type", cat("'", key, "' must be a sequence"));
    return;
  }
  for (const YamlNode& item : list->items)
    if (!item.is_scalar() || item.kind == YamlKind::Null)
      reading.error(item.position, "wrong-type", cat("an entry of '", key, "' must be a text"));
}

Token read_credentials(Reading& reading, const YamlNode& node) {
  const ExpressionScope& scope = reading.scopes().container_credentials;
  if (node.is_mapping()) {
    reading.check_keys(node, credentials_keys(), "'credentials'");
    for (const std::string_view key : {"username", "password"})
      if (node.find(key) == nullptr)
        reading.error(node.position, "missing-key", cat("'credentials' need '", key, "'"));
  }
  return reading.token(node, scope);
}

Token read_part(Reading& reading, const YamlNode& container, const std::string& key) {
  const Scopes& scopes = reading.scopes();
  if (key == "env") return reading.texts_at(container, key, scopes.container_env);
  if (key == "credentials") return read_credentials(reading, *container.find(key));
  if (key == "ports" || key == "volumes") {
    check_list(reading, container, key);
    return reading.token(*container.find(key), scopes.job);
  }
  return reading.token_at(container, key, Shape::Scalar, scopes.job);
}

void check_image(Reading& reading, const YamlNode& node, const Token& container, ContainerUse use) {
  if (container.has_expression_inside()) return;
  constexpr std::string_view kDocker = "docker://";
  const bool mapping = container.kind == TokenKind::Mapping;
  const Token* image = mapping ? container.find("image") : &container;
  std::string text = image == nullptr ? std::string() : image->literal_text();
  const bool prefixed = text.starts_with(kDocker);
  if (prefixed) text.erase(0, kDocker.size());
  if (!text.empty()) return;
  // A job's own container may be switched off by an empty image.
  if (image != nullptr && !prefixed && use == ContainerUse::Job) return;
  reading.error(node.position, "container-image", "the image of a container cannot be empty");
}

Token read_one(Reading& reading, const YamlNode& parent, const std::string& name,
               ContainerUse use) {
  const YamlNode& node = *parent.find(name);
  const bool service = use == ContainerUse::Service;
  Token container;
  if (node.is_mapping()) {
    reading.check_keys(node, service ? service_keys() : container_keys(),
                       service ? cat("service '", name, "'") : std::string("'container'"));
    container = reading.mapping_of(node);
    for (const auto& [key, value] : node.members)
      reading.add_entry(container, key, read_part(reading, node, key.text));
  } else {
    container = reading.token_at(parent, name, Shape::Scalar, reading.scopes().job);
    if (!container.present()) return container;
  }
  check_image(reading, node, container, use);
  return container;
}

}  // namespace

Token read_container(Reading& reading, const YamlNode& job) {
  if (job.find("container") == nullptr) return {};
  return read_one(reading, job, "container", ContainerUse::Job);
}

Token read_services(Reading& reading, const YamlNode& job) {
  const YamlNode* node = job.find("services");
  if (node == nullptr || node->kind == YamlKind::Null) return {};
  if (node->is_string() && contains_expression(node->text))
    return reading.token(*node, reading.scopes().job);
  if (!reading.is_mapping(*node, "'services'")) return {};
  Token services = reading.mapping_of(*node);
  for (const auto& [key, value] : node->members)
    reading.add_entry(services, key, read_one(reading, *node, key.text, ContainerUse::Service));
  return services;
}

}  // namespace sluice::pipeline::github
