// Evaluation of expressions alone, in one process: expression_bench [EVALUATIONS]
// `a.b == 'c' && contains(d, e)`, parsed once, over contexts of the size of a real job's, where d
// is a list of 8 names and then a text. Prints JSON: evaluations for each second of processor of
// both, and parses.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "base/check.h"
#include "base/strings.h"
#include "pipeline/expression/evaluate.h"

namespace {

using namespace sluice;
using namespace sluice::pipeline;

constexpr std::string_view kText = "a.b == 'c' && contains(d, e)";

class Contexts final : public EvaluationContext {
 public:
  explicit Contexts(Value d) : d_(std::move(d)) {
    ValueMembers members;
    for (int i = 0; i < 30; ++i)
      members.emplace_back(cat("name_", i), Value::string(cat("value ", i)));
    members.emplace_back("b", Value::string("C"));
    a_ = Value::object(std::move(members));
  }

  std::optional<Value> context(std::string_view name) const override {
    if (name == "a") return a_;
    if (name == "d") return d_;
    if (name == "e") return e_;
    return std::nullopt;
  }
  Result<Value> call(std::string_view name, std::span<const Value>) const override {
    return not_found(std::string(name));
  }
  std::optional<Result<std::string>> hash_files(std::span<const std::string>) const override {
    return std::nullopt;
  }

 private:
  Value a_;
  Value d_;
  Value e_ = Value::string("refs/heads/release");
};

Value names() {
  ValueItems items;
  for (const char* name :
       {"refs/heads/main", "refs/heads/develop", "refs/heads/feature/a", "refs/heads/feature/b",
        "refs/tags/v1", "refs/tags/v2", "x", "REFS/heads/release"})
    items.push_back(Value::string(name));
  return Value::array(std::move(items));
}

template <class Work>
double each_second(int times, const Work& work) {
  double best = 0;
  for (int round = 0; round < 5; ++round) {
    const std::clock_t start = std::clock();
    for (int i = 0; i < times; ++i) work();
    const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    best = std::max(best, times / seconds);
  }
  return best;
}

double evaluations(int times, const Expression& expression, const Contexts& contexts) {
  return each_second(times, [&] {
    const Evaluation result = evaluate(expression, contexts);
    CHECK(std::holds_alternative<Value>(result) && std::get<Value>(result).truthy());
  });
}

}  // namespace

int main(int argc, char** argv) {
  const int times = std::max(argc > 1 ? std::atoi(argv[1]) : 200'000, 1);
  const ExpressionScope scope{{"a", "d", "e"}, {}};
  const ParsedExpression parsed = parse_expression(kText, scope);
  CHECK(parsed.expression.has_value());
  const double list = evaluations(times, *parsed.expression, Contexts(names()));
  const Contexts with_text(Value::string("on refs/heads/main and on refs/heads/release of today"));
  const double text = evaluations(times, *parsed.expression, with_text);
  const double parses =
      each_second(times / 5 + 1, [&] { CHECK(parse_expression(kText, scope).expression); });
  std::printf("{\"list\": %.0f, \"text\": %.0f, \"parse\": %.0f}\n", list, text, parses);
  return 0;
}
