#include "pipeline/github/json_schema.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "pipeline/github/schema.h"

namespace sluice::pipeline::github {
namespace {

const Json& at(const Json& schema, std::string_view path) {
  const Json* here = &schema;
  for (const std::string_view name : split(path, '/')) here = &here->as_object().at(name);
  return *here;
}

std::string described(const Json& schema, std::string_view path) {
  return std::string(view(at(schema, path).as_object().at("description").as_string()));
}

TEST(JsonSchema, HasEveryKeyOfAJobAndAStepWithItsLine) {
  const Json schema = json_schema();
  const Json& job = at(schema, "definitions/job/else/properties");
  for (const KeyRule& key : job_keys())
    EXPECT_TRUE(described(job, key.name).starts_with(key.summary)) << key.name;
  for (const KeyRule& key : step_keys())
    EXPECT_TRUE(
        described(schema, cat("definitions/step/properties/", key.name)).starts_with(key.summary))
        << key.name;
}

TEST(JsonSchema, SaysWhatIsNotHonoured) {
  const Json schema = json_schema();
  EXPECT_EQ(described(schema, "properties/permissions"),
            "What the tokens of its jobs may do. Without effect in sluice: the job's token is not "
            "restricted");
  EXPECT_EQ(described(schema, "definitions/job/else/properties/snapshot"),
            "An image of the runner to make. Refused by sluice: images of runners cannot be made");
}

TEST(JsonSchema, RefusesUnknownKeysWhereTheReaderDoes) {
  const Json schema = json_schema();
  EXPECT_EQ(at(schema, "additionalProperties"), Json(false));
  EXPECT_EQ(at(schema, "definitions/step/additionalProperties"), Json(false));
  EXPECT_EQ(at(schema, "properties/jobs/additionalProperties/$ref"), Json("#/definitions/job"));
  EXPECT_EQ(at(schema, "required"), Json({"on", "jobs"}));
}

}  // namespace
}  // namespace sluice::pipeline::github
