// A suite checked against a data file: rows stream past all expectations at once, a second time
// only where one of them asks for it.
#pragma once

#include <vector>

#include "ml/data/bad_rows.h"
#include "ml/data/row_source.h"
#include "ml/data/table.h"
#include "ml/expectations/suite.h"
#include "os/ports/files.h"

namespace sluice::ml::expectations {

struct SuiteRunOptions {
  ReadOptions read = {};
  std::vector<std::string> nulls = default_null_spellings();
  SessionOptions session = {};
  BadRows bad_rows = BadRows::Fail;
  std::vector<std::string> masked = {};  // columns whose values results do not show
};

struct SuiteRun {
  std::string file;
  std::vector<std::string> files;  // that were read
  std::uint64_t rows = 0;
  std::uint64_t unreadable = 0;
  std::uint64_t bytes = 0;
  std::vector<CsvProblem> problems;   // the first of them
  BadRows bad_rows = BadRows::Fail;   // as asked for
  std::vector<Judgement> judgements;  // by expectation
  std::vector<std::string> notes;

  // No expectation of severity Fail failed, and every row could be read or need not be.
  bool passed(const Suite& suite) const;
};

Result<SuiteRun> run_suite(const os::FileReader& files, const Inputs& inputs, const Suite& suite,
                           const SuiteRunOptions& options = {});

// {"success", "statistics", "results", "evaluation_parameters", "meta"}: Great Expectations' own.
JsonObject suite_result_json(const Suite& suite, const SuiteRun& run);
// The same as a report of ours, for terminals and other forms; `suite_file` stands in it.
ValidationReport suite_report(const Suite& suite, const SuiteRun& run, std::string_view suite_file);

}  // namespace sluice::ml::expectations
