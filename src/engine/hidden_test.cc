// What people read of an event holds no secret; what the machine works with stays as it is.
#include "engine/hidden.h"

#include <gtest/gtest.h>

#include "engine/run_events.h"
#include "pipeline/mask.h"

namespace sluice::engine {
namespace {

const std::vector<std::string> kMasks = pipeline::mask_variants(std::string_view("4711"));

JsonObject hidden(std::string_view kind, std::string_view body) {
  JsonObject object = parse_json(std::string(body)).value().as_object();
  hide_secrets(kind, object, kMasks);
  return object;
}

TEST(HideSecrets, NamesReasonsMessagesAndOutputsAreMasked) {
  constexpr std::string_view kBody = R"({"job":"a4711","leg":0,"step":4711,"id":"step-4711",
    "arguments":"4711","name":"say 4711","message":"no '4711'","outputs":{"x4711":"y4711"},
    "dropped_outputs":["z4711"],
    "reason":{"decided_by":"condition","summary":"4711","expression":"x == '4711'","subject":"4711",
      "tree":{"source":"4711","state":"evaluated","value":4711,
        "children":[{"source":"env.X","state":"evaluated","value":"a4711b","message":"4711"}]}}})";
  constexpr std::string_view kShown = R"({"job":"a4711","leg":0,"step":4711,"id":"step-4711",
    "arguments":"4711","name":"say ***","message":"no '***'","outputs":{"x***":"y***"},
    "dropped_outputs":["z***"],
    "reason":{"decided_by":"condition","summary":"***","expression":"x == '***'","subject":"***",
      "tree":{"source":"***","state":"evaluated","value":"***",
        "children":[{"source":"env.X","state":"evaluated","value":"a***b","message":"***"}]}}})";
  EXPECT_EQ(to_canonical_text(hidden(event_kind::kStepStarted, kBody)),
            to_canonical_text(parse_json(std::string(kShown)).value()));
}

TEST(HideSecrets, NamesOfJobsAndLegsStay) {
  const JsonObject body = hidden(
      event_kind::kLegStarted, R"json({"job":"t","leg":0,"name":"t (4711)","message":"4711"})json");
  EXPECT_EQ(body.at("name").as_string(), "t (4711)");
  EXPECT_EQ(body.at("message").as_string(), "***");
}

TEST(HideSecrets, ASecretIsFoundInTextsKeysAndNumbersWhereverTheyStand) {
  for (const char* text : {R"("a4711")", R"([1, {"x": ["4711"]}])", R"({"4711": null})", "47110"})
    EXPECT_TRUE(holds_secret(parse_json(text).value(), kMasks)) << text;
  for (const char* text : {R"("471")", R"([1, {"x": ["47", "11"]}])", "null", "true", "471"})
    EXPECT_FALSE(holds_secret(parse_json(text).value(), kMasks)) << text;
}

}  // namespace
}  // namespace sluice::engine
