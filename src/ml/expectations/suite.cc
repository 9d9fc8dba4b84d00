#include "ml/expectations/suite.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "ml/expectations/python_json.h"

namespace sluice::ml::expectations {
namespace {

constexpr std::size_t kMostExpectations = 100'000;
constexpr std::array<std::string_view, 10> kSuiteKeys = {"expectation_suite_name",
                                                         "name",
                                                         "id",
                                                         "expectations",
                                                         "meta",
                                                         "ge_cloud_id",
                                                         "notes",
                                                         "data_asset_type",
                                                         "evaluation_parameters",
                                                         "suite_parameters"};
constexpr std::array<std::string_view, 10> kExpectationKeys = {
    "expectation_type", "type",     "kwargs", "meta",        "id",
    "ge_cloud_id",      "severity", "notes",  "description", "rendered_content"};

template <std::size_t N>
void note_unknown(const JsonObject& object, const std::array<std::string_view, N>& known,
                  std::string_view where, std::vector<std::string>& notes) {
  for (const auto& member : object) {
    const std::string_view key = member.key();
    if (std::find(known.begin(), known.end(), key) == known.end())
      notes.push_back(cat(where, "'", key, "' has no effect"));
  }
}

class SuiteReader {
 public:
  explicit SuiteReader(std::string_view file) : file_(file) {}

  Result<Suite> read(const Json& document) {
    if (!document.is_object()) return mistake("", "a suite is a JSON object");
    const JsonObject& root = document.get_object();
    Suite suite;
    suite.name = string_or(root, "expectation_suite_name", string_or(root, "name", "suite"));
    note_unknown(root, kSuiteKeys, "", suite.notes);
    for (const std::string_view key : {"evaluation_parameters", "suite_parameters"})
      if (const Json* given = find(root, key); given != nullptr && given->is_object())
        suite.parameters = given->get_object();
    const Json* list = find(root, "expectations");
    if (list == nullptr || !list->is_array())
      return mistake("", "a suite has a list of 'expectations'");
    if (list->get_array().size() > kMostExpectations)
      return mistake("", cat("more than ", kMostExpectations, " expectations"));
    for (std::size_t i = 0; i < list->get_array().size(); ++i)
      suite.expectations.push_back(
          TRY(read_one(list->get_array()[i], cat("expectations[", i, "]"), suite.notes)));
    if (suite.expectations.empty())
      return mistake("", "the suite expects nothing: 'expectations' is empty");
    return suite;
  }

 private:
  Error mistake(std::string_view where, std::string_view what) const {
    return invalid_input(cat(file_, ": ", where, where.empty() ? "" : ": ", what));
  }

  Result<SuiteExpectation> read_one(const Json& value, const std::string& where,
                                    std::vector<std::string>& notes) const {
    if (!value.is_object()) return mistake(where, "an expectation is an object");
    const JsonObject& object = value.get_object();
    SuiteExpectation read;
    Configuration& configuration = read.configuration;
    configuration.type = string_or(object, "expectation_type", string_or(object, "type", ""));
    if (configuration.type.empty())
      return mistake(where, "an expectation has an 'expectation_type' or a 'type'");
    const Json* kwargs = find(object, "kwargs");
    if (kwargs != nullptr && !kwargs->is_object())
      return mistake(where, "'kwargs' must be an object");
    if (kwargs != nullptr) configuration.kwargs = kwargs->get_object();
    if (const Json* meta = find(object, "meta"); meta != nullptr && meta->is_object())
      configuration.meta = meta->get_object();
    configuration.id = string_or(object, "id", string_or(object, "ge_cloud_id", ""));
    read.severity = TRY(read_severity(object, where));
    note_unknown(object, kExpectationKeys, cat(where, ": "), notes);
    return read;
  }

  Result<Severity> read_severity(const JsonObject& object, const std::string& where) const {
    const std::string word = string_or(object, "severity", "critical");
    if (word == "critical") return Severity::Fail;
    if (word == "warning" || word == "info") return Severity::Warn;
    return mistake(where, cat("severity '", word, "' is none of critical, warning, info"));
  }

  std::string_view file_;
};

}  // namespace

Result<Suite> parse_suite(std::string_view text, std::string_view file_name) {
  const auto document = parse_python_json(text);
  if (!document.ok()) return invalid_input(cat(file_name, ": ", document.error().describe()));
  return SuiteReader(file_name).read(*document);
}

}  // namespace sluice::ml::expectations
