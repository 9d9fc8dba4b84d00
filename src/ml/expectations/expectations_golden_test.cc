// Ours against what Great Expectations itself said: tests/expectations/golden.json, written by
// tests/expectations/cases.py.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "base/strings.h"
#include "ml/expectations/frame.h"
#include "ml/expectations/python_json.h"
#include "ml/expectations/session.h"

namespace sluice::ml::expectations {
namespace {

std::string file_text(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

bool agree(const Json& ours, const Json& theirs) {
  if (ours.is_number() && theirs.is_number()) {
    const double a = cell_of(ours).number;
    const double b = cell_of(theirs).number;
    return a == b || std::abs(a - b) <= 1e-9 * std::max(1.0, std::abs(b));
  }
  if (ours.is_array() && theirs.is_array())
    return std::equal(ours.get_array().begin(), ours.get_array().end(), theirs.get_array().begin(),
                      theirs.get_array().end(), agree);
  if (!ours.is_object() || !theirs.is_object()) return ours == theirs;
  return std::all_of(theirs.get_object().begin(), theirs.get_object().end(),
                     [&](const auto& member) {
                       const Json* other = find(ours.get_object(), member.key());
                       return other != nullptr && agree(*other, member.value());
                     });
}

std::string kind_of(const Json& value) {
  const std::string text(view(value.get_string()));
  return text.substr(0, text.find_first_of(" ("));
}

void check(const std::string& type, const Frame& frame, const JsonObject& test) {
  const JsonObject& arguments = test.at("in").get_object();
  SessionOptions options;
  options.format.detail = Detail::Complete;
  Session session(frame.header(), options);
  session.add({type, arguments});
  do session.feed(frame.batch());
  while (session.again());
  const Judgement ours = session.judgements().front();
  const std::string what = cat(type, " ", sluice::to_text(Json(arguments)));
  const JsonObject& theirs = test.at("out").get_object();
  if (find(theirs, "traceback_substring") != nullptr) {
    EXPECT_FALSE(ours.exception.empty()) << what << ": they raised " << kind_of(test.at("title"));
    return;
  }
  EXPECT_EQ(ours.exception, "") << what;
  EXPECT_EQ(Json(ours.success), theirs.at("success")) << what;
  const Json* details = find(ours.result, "details");
  for (const auto& member : theirs) {
    if (member.key() == "success") continue;
    const bool partition = std::string_view(member.key()).ends_with("_partition");
    const JsonObject& place = partition && details != nullptr ? details->get_object() : ours.result;
    const Json* value = find(place, member.key());
    if (value == nullptr) {
      ADD_FAILURE() << what << ": no " << member.key();
      continue;
    }
    EXPECT_TRUE(agree(*value, member.value()))
        << what << ": " << member.key() << " " << sluice::to_text(*value) << " instead of "
        << sluice::to_text(member.value());
  }
}

TEST(Expectations, AnswerAsGreatExpectationsDoes) {
  const std::string text = file_text(SLUICE_SOURCE_DIR "/tests/expectations/golden.json");
  const Json golden = parse_python_json(text).value();
  std::size_t cases = 0;
  for (const Json& suite : golden.get_array()) {
    const std::string type = get_string(suite.get_object(), "expectation_type").value();
    for (const Json& dataset : suite.get_object().at("datasets").get_array()) {
      std::map<std::string, std::string> types;
      for (const auto& column :
           dataset.get_object().at("schemas").get_object().at("pandas").get_object())
        types.emplace(column.key(), view(column.value().get_string()));
      const Frame frame =
          Frame::create(dataset.get_object().at("data").get_object(), types).value();
      for (const Json& test : dataset.get_object().at("tests").get_array()) {
        check(type, frame, test.get_object());
        ++cases;
      }
    }
  }
  EXPECT_GT(cases, 1500u);
}

}  // namespace
}  // namespace sluice::ml::expectations
