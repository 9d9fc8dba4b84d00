// One configured expectation run over a table: parameters, row condition, result format, passes,
// and the result in the shape of Great Expectations' JSON. Rows come batch by batch; several
// expectations share a pass. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ml/expectations/catalogue.h"
#include "ml/expectations/evaluation_parameter.h"
#include "ml/expectations/row_expression.h"

namespace sluice::ml::expectations {

struct Configuration {
  std::string type;  // as in the suite
  JsonObject kwargs;
  JsonObject meta = {};
  std::string id = {};
};

// What an expectation came to.
struct Judgement {
  bool success = false;
  JsonObject result = {};
  std::string exception = {};               // "ValueError: …"; empty: none was raised
  std::vector<std::string> ignored = {};    // arguments that had no effect
  std::vector<std::string> columns = {};    // that it is about
  std::vector<CsvPosition> positions = {};  // of the first unexpected values, in a file
};

struct SessionOptions {
  ResultFormat format = {};
  Parameters parameters = {};
  Budget budget = {};
};

// Borrows the header.
class Session {
 public:
  Session(const Header& header, SessionOptions options)
      : header_(header), options_(std::move(options)) {}

  // Never fails: what is wrong is in its judgement.
  void add(const Configuration& configuration);
  // By column whether anybody asks for it.
  const std::vector<bool>& needed() const { return needed_; }
  void feed(const Batch& batch);
  // True: feed all rows once more.
  bool again();
  std::vector<Judgement> judgements();

 private:
  struct Running {
    Judgement judgement;
    std::unique_ptr<JsonObject> kwargs;  // borrowed by the expectation's arguments
    std::unique_ptr<Expectation> expectation;
    std::unique_ptr<RowExpression> condition;
    std::vector<std::size_t> condition_fields;
    Pass pass = Pass::Again;
  };

  Result<void> prepare(const Configuration& configuration, Running& running);
  Result<void> read_condition(const Arguments& arguments, Running& running);
  void need(const Arguments& arguments, const ResultFormat& format, Running& running);
  void select(const Running& running, const Batch& batch);

  const Header& header_;
  SessionOptions options_;
  std::vector<Running> running_;
  std::vector<bool> needed_;
  std::vector<std::uint32_t> all_rows_;
  std::vector<std::uint32_t> selected_;
  std::vector<Cell> row_;
};

// {"success", "expectation_config", "result", "meta", "exception_info"}.
JsonObject result_json(const Configuration& configuration, const Judgement& judgement);

}  // namespace sluice::ml::expectations
