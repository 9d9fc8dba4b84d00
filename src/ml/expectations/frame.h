// A table in memory made from JSON columns, as pandas makes a data frame from them: what single
// expectations are tried on. Values.
#pragma once

#include <deque>
#include <map>
#include <string>

#include "base/result.h"
#include "ml/expectations/batch.h"

namespace sluice::ml::expectations {

class Frame {
 public:
  // {"a": [1, 2], "b": [null, "x"]}, which it borrows; `types` by column as pandas names them:
  // "int", "float", "str", "datetime64[ns]", "date", "Int64Dtype", "object". InvalidInput: columns
  // of different length.
  static Result<Frame> create(const JsonObject& columns,
                              const std::map<std::string, std::string>& types = {});
  Frame(Frame&&) noexcept = default;
  Frame& operator=(Frame&&) noexcept = default;

  // A column before the others that numbers the rows from 0.
  void number_rows(const std::string& name);

  const Header& header() const { return header_; }
  const Batch& batch() const { return batch_; }

 private:
  Frame() = default;
  Cell converted(const Cell& cell, std::string_view type);

  Header header_;
  Batch batch_;
  std::deque<std::string> texts_;  // that cells point to
};

}  // namespace sluice::ml::expectations
