// That every series (rows that agree in some columns) has a row at each step of time from its first
// to its last, and no two. Rows may come in any order. One thread.
//
// Days, weeks and months are those of the calendar: of times with an offset the clock on the wall
// counts, so that a day on which clocks change is one step too. Months go from the 31st to the last
// day of a shorter one and back. Hours and less are counted in UTC.
//
// Memory: 40 bytes a row up to a budget; beyond, one series in two, four, … is looked at as a
// whole, and a note says so.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "ml/data/nulls.h"
#include "ml/data/schema.h"

namespace sluice::ml {

class SeriesCheck {
 public:
  static constexpr std::size_t kMostRows = 8'000'000;

  // Borrows the rule and the spellings. NotFound for a column that the file does not have.
  static Result<SeriesCheck> create(const SeriesRule& rule, const std::vector<std::string>& header,
                                    const NullSpellings& nulls, std::size_t max_samples,
                                    std::size_t most_rows = kMostRows);

  void check(const CsvBlock& block);
  // Sorts what was gathered: once, after the last row.
  void report(std::vector<Violation>& violations, std::vector<std::string>& notes);

 private:
  struct Point {
    double time = 0;  // steps since 0; of months the day as a fraction
    std::uint32_t file = 0;
    std::uint64_t row = 0;
    std::uint64_t line = 0;
    std::uint64_t byte = 0;
  };
  struct Series {
    std::string name;  // "store = 2, brand = 1"
    std::vector<Point> points;
  };
  struct Findings;

  SeriesCheck(const SeriesRule& rule, std::vector<std::size_t> by, std::size_t time,
              const NullSpellings& nulls, std::size_t max_samples, std::size_t most_rows);
  std::optional<double> place(std::string_view text) const;
  std::string name_of(const CsvBlock& block, std::size_t row) const;
  double steps_between(double from, double to) const;
  std::string time_text(double place) const;
  void make_room();
  void judge(Series& series, Findings& findings) const;

  const SeriesRule& rule_;
  std::vector<std::size_t> by_;
  std::size_t time_;
  const NullSpellings& nulls_;
  std::size_t max_samples_;
  std::size_t most_rows_;
  std::unordered_map<std::uint64_t, Series> series_;
  std::size_t rows_ = 0;
  std::uint64_t mask_ = 0;  // series whose hash has one of these bits are left out
};

}  // namespace sluice::ml
