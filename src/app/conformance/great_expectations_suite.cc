// Great Expectations' own definitions of its expectations: JSON files with data, arguments and the
// result that must come out. We speak for its pandas backend, so cases that are marked for others
// alone do not apply, nor do types that we do not have; both are counted apart.
//
// A case is judged as the suite's own runner does it (great_expectations/self_check/util.py): the
// results named in "out", lists of unexpected values in any order, fractions nearly equal.
#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "app/conformance/suite_files.h"
#include "app/conformance/suites.h"
#include "base/strings.h"
#include "ml/expectations/catalogue.h"
#include "ml/expectations/frame.h"
#include "ml/expectations/python_json.h"
#include "ml/expectations/session.h"

namespace sluice::app::conformance {
namespace {

namespace gx = ml::expectations;

constexpr std::array<std::string_view, 3> kOurs = {"pandas", "pandas_v3_api", "pandas>=024"};
constexpr std::string_view kRowColumn = "pk_index";

bool names_us(const Json& list) {
  const auto ours = [](const Json& item) {
    return item.is_string() &&
           std::find(kOurs.begin(), kOurs.end(), view(item.get_string())) != kOurs.end();
  };
  if (!list.is_array()) return ours(list);
  return std::any_of(list.get_array().begin(), list.get_array().end(), ours);
}

// Of a case or of a whole data set.
bool is_for_others(const JsonObject& object) {
  const Json* only = find(object, "only_for");
  if (only != nullptr && !only->is_null() && !names_us(*only)) return true;
  const Json* suppressed = find(object, "suppress_test_for");
  return suppressed != nullptr && names_us(*suppressed);
}

struct Tolerance {
  double relative = 1e-7;
  double absolute = 5e-8;
};

bool near(double a, double b, Tolerance tolerance) {
  if (a == b) return true;
  return std::abs(a - b) <= tolerance.absolute + tolerance.relative * std::abs(b);
}

bool is_whole(const Json& value) {
  return value.is_int64() || value.is_uint64();
}

bool agree(const Json& got, const Json& wanted, Tolerance tolerance) {
  if (got.is_number() && wanted.is_number()) {
    const double a = gx::cell_of(got).number;
    const double b = gx::cell_of(wanted).number;
    return is_whole(got) && is_whole(wanted) ? a == b : near(a, b, tolerance);
  }
  if (got.is_array() && wanted.is_array()) {
    const JsonArray& a = got.get_array();
    const JsonArray& b = wanted.get_array();
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](const Json& x, const Json& y) { return agree(x, y, tolerance); });
  }
  if (got.is_object() && wanted.is_object()) {
    const JsonObject& a = got.get_object();
    const JsonObject& b = wanted.get_object();
    if (a.size() != b.size()) return false;
    return std::all_of(a.begin(), a.end(), [&](const auto& member) {
      const Json* other = find(b, member.key());
      return other != nullptr && agree(member.value(), *other, tolerance);
    });
  }
  return got == wanted;
}

// Numbers written one way, so that lists can be brought into one order.
Json plain(const Json& value) {
  if (value.is_number()) return gx::cell_of(value).number;
  if (value.is_array()) {
    JsonArray list;
    for (const Json& item : value.get_array()) list.push_back(plain(item));
    return list;
  }
  if (!value.is_object()) return value;
  JsonObject object;
  for (const auto& member : value.get_object()) object[member.key()] = plain(member.value());
  return object;
}

Json sorted(const Json& value) {
  Json list = plain(value);
  if (!list.is_array()) return list;
  std::sort(list.get_array().begin(), list.get_array().end(), [](const Json& a, const Json& b) {
    return to_canonical_text(a) < to_canonical_text(b);
  });
  return list;
}

const Json& member(const JsonObject& object, std::initializer_list<std::string_view> path) {
  static const Json kNull;
  const JsonObject* at = &object;
  const Json* found = &kNull;
  for (const std::string_view key : path) {
    if (at == nullptr) return kNull;
    found = find(*at, key);
    if (found == nullptr) return kNull;
    at = found->is_object() ? &found->get_object() : nullptr;
  }
  return *found;
}

// The places where the result is not as the case wants it.
class Judge {
 public:
  Judge(const JsonObject& test, const gx::Judgement& judgement)
      : test_(test), judgement_(judgement) {
    if (const Json* tolerance = find(test, "tolerance"); tolerance != nullptr)
      observed_tolerance_ = {gx::cell_of(*tolerance).number, 1e-8};
  }

  std::vector<std::string> mistakes() {
    const Json* out = find(test_, "out");
    if (out != nullptr && out->is_object()) {
      const Json* exact = find(test_, "exact_match_out");
      if (exact != nullptr && *exact == Json(true))
        exactly(out->get_object());
      else
        for (const auto& entry : out->get_object()) one(entry.key(), entry.value());
    }
    const Json* error = find(test_, "error");
    if (error != nullptr && error->is_object())
      for (const auto& entry : error->get_object()) one(entry.key(), entry.value());
    return mistakes_;
  }

 private:
  void wrong(std::string_view key, std::string_view got) {
    mistakes_.push_back(cat(key, ": ", got));
  }

  void compare(std::string_view key, const Json& got, const Json& wanted, Tolerance tolerance) {
    if (!agree(got, wanted, tolerance)) wrong(key, to_text(got));
  }

  void raised(const Json& wanted) {
    if (judgement_.exception.empty()) {
      wrong("exception", "none");
      return;
    }
    const auto has = [this](const Json& text) {
      return text.is_string() &&
             judgement_.exception.find(view(text.get_string())) != std::string::npos;
    };
    const bool found = wanted.is_array()
                           ? std::any_of(wanted.get_array().begin(), wanted.get_array().end(), has)
                           : has(wanted);
    if (!found) wrong("exception", judgement_.exception);
  }

  // "observed_cdf_x_0_lt" and its like: the first or last x of the observed distribution.
  void observed_cdf(std::string_view key, const Json& wanted) {
    const Json& x = member(judgement_.result, {"details", "observed_cdf", "x"});
    if (!x.is_array() || x.get_array().empty()) return wrong(key, "none");
    const bool last = key.find("x_-1") != std::string_view::npos;
    const double got = gx::cell_of(last ? x.get_array().back() : x.get_array().front()).number;
    const double limit = gx::cell_of(wanted).number;
    const bool holds = key.ends_with("_gt")   ? got > limit
                       : key.ends_with("_lt") ? got < limit
                                              : got == limit;
    if (!holds) wrong(key, cat(got));
  }

  void value_counts(const Json& wanted) {
    const Json& got = member(judgement_.result, {"details", "value_counts"});
    for (const Json& count : wanted.get_array()) {
      const bool found =
          got.is_array() && std::any_of(got.get_array().begin(), got.get_array().end(),
                                        [&](const Json& one) { return agree(one, count, {}); });
      if (!found) wrong("value_counts", to_text(got));
    }
  }

  void partition(std::string_view key, const Json& wanted) {
    if (!wanted.is_object()) return wrong(key, "no object wanted");
    for (const auto& part : wanted.get_object())
      compare(cat(key, ".", std::string_view(part.key())),
              member(judgement_.result, {"details", key, part.key()}), part.value(),
              observed_tolerance_);
  }

  void one(std::string_view key, const Json& wanted) {
    const JsonObject& result = judgement_.result;
    if (key == "success") {
      if (!judgement_.exception.empty()) return wrong("exception", judgement_.exception);
      compare(key, judgement_.success, wanted, {});
    } else if (key == "traceback_substring") {
      raised(wanted);
    } else if (key == "unexpected_list" || key == "partial_unexpected_list") {
      compare(key, sorted(member(result, {key})), sorted(wanted), {});
    } else if (key == "observed_value") {
      compare(key, member(result, {key}), wanted, observed_tolerance_);
    } else if (key == "observed_value_list") {
      const Json& got = member(result, {"observed_value"});
      const bool among = wanted.is_array() &&
                         std::any_of(wanted.get_array().begin(), wanted.get_array().end(),
                                     [&](const Json& value) { return agree(got, value, {}); });
      if (!among) wrong(key, to_text(got));
    } else if (key == "value_counts" && wanted.is_array()) {
      value_counts(wanted);
    } else if (key.starts_with("observed_cdf")) {
      observed_cdf(key, wanted);
    } else if (key == "expected_partition" || key == "observed_partition") {
      partition(key, wanted);
    } else if (key == "weights") {
      compare(key, member(result, {"details", "observed_partition", "weights"}), wanted,
              observed_tolerance_);
    } else if (key == "details" || key == "result") {
      common(cat(key), key == "result" ? Json(result) : member(result, {"details"}), wanted);
    } else {
      compare(key, member(result, {key}), wanted, {});
    }
  }

  // Keys that both have; what one of them lacks is not judged.
  void common(const std::string& path, const Json& got, const Json& wanted) {
    if (!got.is_object() || !wanted.is_object()) return compare(path, got, wanted, {});
    for (const auto& entry : wanted.get_object()) {
      const Json* other = find(got.get_object(), entry.key());
      if (other == nullptr || entry.value().is_null()) continue;
      const std::string_view key = entry.key();
      const bool list = key.ends_with("unexpected_list");
      compare(cat(path, ".", key), list ? sorted(*other) : *other,
              list ? sorted(entry.value()) : entry.value(), {});
    }
  }

  void exactly(const JsonObject& out) {
    one("success", member(out, {"success"}));
    const Json& wanted = member(out, {"result"});
    const Json& observed = member(out, {"result", "observed_value"});
    // A fraction: the runner looks at nothing else.
    if (observed.is_double()) return one("observed_value", observed);
    if (wanted.is_object()) common("result", judgement_.result, wanted);
  }

  const JsonObject& test_;
  const gx::Judgement& judgement_;
  Tolerance observed_tolerance_;
  std::vector<std::string> mistakes_;
};

class SuiteFile {
 public:
  SuiteFile(std::string_view file, const os::World& world) : file_(file), world_(world) {}

  std::vector<CaseResult> judge(std::string_view text) {
    const auto document = gx::parse_python_json(text);
    if (!document.ok()) return failed("", document.error().describe());
    if (!document->is_object()) return failed("", "not a JSON object");
    const JsonObject& root = document->get_object();
    const std::string type = string_or(root, "expectation_type", "");
    const Json* datasets = find(root, "datasets");
    if (type.empty() || datasets == nullptr || !datasets->is_array()) return {};
    for (const Json& dataset : datasets->get_array())
      if (dataset.is_object()) judge_dataset(type, dataset.get_object());
    return std::move(results_);
  }

 private:
  std::vector<CaseResult> failed(std::string_view name, std::string_view why) {
    results_.push_back(
        {file_, std::string(name), Verdict::Failed, "a suite file", std::string(why)});
    return std::move(results_);
  }

  void judge_dataset(const std::string& type, const JsonObject& dataset) {
    const Json* tests = find(dataset, "tests");
    if (tests == nullptr || !tests->is_array()) return;
    for (const Json& test : tests->get_array()) {
      if (!test.is_object()) continue;
      CaseResult result{
          file_, string_or(test.get_object(), "title", "a case"), Verdict::Passed, {}, {}};
      if (gx::find_expectation(type) == nullptr) {
        result.verdict = Verdict::NotApplicable;
        result.expected = cat("unsupported type: ", type);
      } else if (is_for_others(dataset) || is_for_others(test.get_object())) {
        result.verdict = Verdict::NotApplicable;
        result.expected = "for other backends than pandas";
      } else {
        judge_test(type, dataset, test.get_object(), result);
      }
      results_.push_back(std::move(result));
    }
  }

  static std::map<std::string, std::string> types_of(const JsonObject& dataset) {
    std::map<std::string, std::string> types;
    const Json& schema = member(dataset, {"schemas", "pandas"});
    if (!schema.is_object()) return types;
    for (const auto& column : schema.get_object())
      if (column.value().is_string())
        types.emplace(std::string(column.key()), view(column.value().get_string()));
    return types;
  }

  void judge_test(const std::string& type, const JsonObject& dataset, const JsonObject& test,
                  CaseResult& result) {
    const Json& data = member(dataset, {"data"});
    const Json& arguments = member(test, {"in"});
    const auto fail = [&](std::string_view why) {
      result.verdict = Verdict::Failed;
      result.expected = to_text(member(test, {"out"}));
      result.got = why;
    };
    if (!data.is_object() || !arguments.is_object()) return fail("'data' and 'in' must be objects");
    auto frame = gx::Frame::create(data.get_object(), types_of(dataset));
    if (!frame.ok()) return fail(frame.error().describe());
    const bool by_row = gx::find_expectation(type)->domain != gx::Domain::Table;
    if (by_row) frame->number_rows(std::string(kRowColumn));
    gx::SessionOptions options;
    options.format.detail = gx::Detail::Complete;
    if (by_row && find(arguments.get_object(), "result_format") == nullptr)
      options.format.index_columns = {std::string(kRowColumn)};
    options.parameters.now =
        static_cast<double>(world_.clock.now().time_since_epoch().count()) / 1e6;
    gx::Session session(frame->header(), options);
    session.add({type, arguments.get_object()});
    do session.feed(frame->batch());
    while (session.again());
    const auto judgement = session.judgements().front();
    const auto mistakes = Judge(test, judgement).mistakes();
    if (mistakes.empty()) return;
    const Json* error = find(test, "error");
    fail(join(mistakes, "; "));
    if (error != nullptr) result.expected += cat(" ", to_text(*error));
  }

  std::string file_;
  const os::World& world_;
  std::vector<CaseResult> results_;
};

}  // namespace

std::vector<CaseResult> judge_great_expectations(const os::World& world, std::string_view file,
                                                 std::string_view text) {
  return SuiteFile(file, world).judge(text);
}

Result<SuiteReport> run_great_expectations(const os::World& world, const os::Path& folder) {
  SuiteReport report;
  std::set<std::string> types;
  for (const std::string& file : TRY(files_below(world.files, folder, {".json"}))) {
    const std::string text = TRY(world.files.read(folder / file));
    for (CaseResult& result : judge_great_expectations(world, file, text))
      report.cases.push_back(std::move(result));
  }
  std::int64_t unsupported = 0;
  for (const CaseResult& result : report.cases) {
    if (!result.expected.starts_with("unsupported type: ")) continue;
    ++unsupported;
    types.insert(result.expected.substr(result.expected.find(": ") + 2));
  }
  if (unsupported > 0)
    report.counts.emplace_back(
        cat("of unsupported types (",
            join(std::vector<std::string>(types.begin(), types.end()), ", "), ")"),
        unsupported);
  return report;
}

}  // namespace sluice::app::conformance
