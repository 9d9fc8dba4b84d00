// What validation found: data, and its forms for terminals, for other programs and for a pull
// request. Values; pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "ml/data/csv.h"

namespace sluice::ml {

enum class Rule {
  UnreadableRow,
  MissingColumn,
  ExtraColumn,
  RowCount,
  Type,
  MissingValues,
  Min,
  Max,
  Allowed,
  Pattern,
  Length,
  Unique,
  Key,
  Rule,  // of several columns, as the schema names it
  ForeignKey,
  SeriesGap,
  SeriesRepeat,
  Freshness,
  Order,
  History,
  Expectation,  // of a suite
};

std::string_view to_string(Rule rule);  // "unreadable_row" …

struct ViolationSample {
  CsvPosition position;
  std::string value;                   // shortened
  std::optional<CsvPosition> earlier;  // the row that this one repeats
};

// Of `rows` rows where `column` is `value`, `violations` break the rule.
struct ViolationGroup {
  std::string column;
  std::string value;
  std::uint64_t violations = 0;
  std::uint64_t rows = 0;

  bool operator==(const ViolationGroup&) const = default;
};

enum class Exactness { Exact, Estimate };

// Of a column, in reports. Hidden: masked.
enum class Values { Shown, Hidden };

// Warn: reported, but the data passes.
enum class Severity { Fail, Warn };

std::string_view to_string(Severity severity);  // "fail", "warn"

struct Violation {
  Rule rule = Rule::Type;
  std::vector<std::string> columns = {};
  Severity severity = Severity::Fail;
  std::string check = {};   // the name of a Rule or an Expectation
  std::uint64_t count = 0;  // rows; 0 where it is not about rows
  Exactness exactness = Exactness::Exact;
  std::string message = {};                 // one line, complete by itself
  std::vector<std::string> remarks = {};    // what they have in common, what it may be
  std::vector<ViolationGroup> groups = {};  // largest first, for each column of report_by
  std::vector<ViolationSample> samples = {};
};

// A check that was made, whatever came out.
struct PerformedCheck {
  std::string name;  // "min", or the name of a Rule or an Expectation
  std::vector<std::string> columns;
};

struct ValidationReport {
  std::string file;                // as asked for
  std::vector<std::string> files;  // those that were read, which positions count
  std::string schema;
  std::uint64_t rows = 0;
  std::uint64_t unreadable = 0;
  std::uint64_t bytes = 0;
  std::size_t checks = 0;
  std::vector<PerformedCheck> performed;
  std::vector<Violation> violations;
  std::vector<std::string> notes;  // what was not checked, or only estimated

  // Of several files the one of a position.
  bool has_files() const { return files.size() > 1; }
  const std::string& file_of(const CsvPosition& position) const;
  bool passed() const { return count(Severity::Fail) == 0; }
  std::size_t count(Severity severity) const;  // of violations
};

std::string report_text(const ValidationReport& report);
// "1 row", "9 649 rows".
std::string rows_text(std::uint64_t count);
// For a pull request or GITHUB_STEP_SUMMARY.
std::string report_markdown(const ValidationReport& report);
// {"format": "sluice.validation_report", "version": 1, …}; docs/formats/schema.md.
JsonObject to_json(const ValidationReport& report);

}  // namespace sluice::ml
