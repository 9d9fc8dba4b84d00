// Any bytes: a suite whose expectations can be run over a small table without a crash, or an error
// that names its file. The text itself is also tried as an expression over columns.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "ml/expectations/evaluation_parameter.h"
#include "ml/expectations/frame.h"
#include "ml/expectations/suite.h"

using namespace sluice::ml::expectations;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const sluice::JsonObject columns{{"a", sluice::JsonArray{1, 2, nullptr}},
                                   {"b", sluice::JsonArray{"x", "2020-01-01", "{}"}}};
  const auto frame = Frame::create(columns);
  if (const auto expression = RowExpression::parse(text); expression.ok()) {
    const std::vector<Cell> values(expression->columns().size());
    expression->holds(values);
  }
  (void)evaluate_parameter(text, {});
  const auto suite = parse_suite(text, "s.json");
  if (!suite.ok()) {
    CHECK(suite.error().message().starts_with("s.json:"));
    return 0;
  }
  Session session(frame->header(), {});
  for (const SuiteExpectation& expectation : suite->expectations)
    session.add(expectation.configuration);
  do session.feed(frame->batch());
  while (session.again());
  CHECK(session.judgements().size() == suite->expectations.size());
  return 0;
}
