// How much a result is to tell, as Great Expectations names it, and the part of every result that
// lists unexpected values.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "ml/expectations/arguments.h"
#include "ml/expectations/expectation.h"

namespace sluice::ml::expectations {

enum class Detail { BooleanOnly, Basic, Summary, Complete };

struct ResultFormat {
  Detail detail = Detail::Basic;
  std::size_t partial_count = 20;
  std::vector<std::string> index_columns = {};
  // Complete lists end here; how many there were is always exact.
  std::size_t max_complete = 100'000;
};

// From "result_format": a word or an object.
Result<ResultFormat> read_result_format(const Arguments& arguments, const ResultFormat& fallback);

enum class Missing { Counted, NotCounted };

// Counts of a map expectation.
class UnexpectedTally {
 public:
  UnexpectedTally(const Header& header, ResultFormat format, std::vector<std::size_t> domain);

  void add_element() { ++elements_; }
  void add_missing() { ++missing_; }
  // `value` as the result shows it.
  void add_unexpected(const Batch& batch, std::uint32_t row, Json value);

  std::uint64_t elements() const { return elements_; }
  std::uint64_t present() const { return elements_ - missing_; }
  std::uint64_t unexpected() const { return unexpected_; }
  const ResultFormat& format() const { return format_; }

  // Vacuously true without values.
  bool mostly_expected(double mostly, Missing missing) const;
  JsonObject to_json(Missing missing) const;
  Outcome outcome(double mostly, Missing missing) const;

 private:
  Json index_of(const Batch& batch, std::uint32_t row) const;
  struct Counted {
    Json value;
    std::uint64_t count = 0;
    std::size_t place = 0;  // in the order in which the values came
  };
  JsonArray counted() const;
  std::size_t kept() const;

  const Header& header_;
  ResultFormat format_;
  std::vector<std::size_t> domain_;
  std::vector<std::size_t> index_fields_;
  std::uint64_t elements_ = 0;
  std::uint64_t missing_ = 0;
  std::uint64_t unexpected_ = 0;
  JsonArray values_;
  JsonArray indexes_;
  std::vector<CsvPosition> positions_;
  bool masked_ = false;
  std::map<std::string, Counted> counts_;
};

Result<double> read_mostly(const Arguments& arguments);

// The outcome of an expectation that is no UnexpectedTally's, about a masked column: what was
// observed of its values is not told.
void mask_observed(JsonObject& result);
// "TypeError: the column is masked" of "TypeError: could not convert 'Ann'".
std::string masked_exception(std::string_view exception);

}  // namespace sluice::ml::expectations
