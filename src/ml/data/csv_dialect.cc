#include "ml/data/csv_dialect.h"

#include <algorithm>
#include <string>

#include "ml/data/csv_scan.h"

namespace sluice::ml {

namespace {

constexpr std::size_t kRows = 50;
constexpr std::size_t kBytes = 32u << 10;

struct Fit {
  double share = 0;  // of the rows that have as many fields as the first
  std::size_t fields = 0;

  auto operator<=>(const Fit&) const = default;
};

Fit fit_of(std::string_view beginning, char delimiter, char comment) {
  std::string text(beginning.substr(0, kBytes));
  if (beginning.size() <= kBytes && !text.ends_with('\n')) text += '\n';
  const std::size_t size = text.size();
  text.append(kCsvPadding, '\0');
  CsvScanState state;
  state.delimiter = delimiter;
  state.comment = comment;
  char* at = text.data();
  char* const end = at + size;
  CsvBlock block;
  std::size_t rows = 0;
  std::size_t alike = 0;
  Fit fit;
  while (at != end && rows < kRows) {
    block.clear(0);
    char* const after = scan_csv(at, end, state, block, 1);
    if (after == at) break;
    at = after;
    if (block.fields.empty() || (block.fields.size() == 1 && block.fields[0].empty())) continue;
    if (rows++ == 0) fit.fields = block.fields.size();
    if (block.fields.size() == fit.fields) ++alike;
  }
  if (rows > 0) fit.share = static_cast<double>(alike) / static_cast<double>(rows);
  return fit;
}

}  // namespace

char sniff_delimiter(std::string_view beginning, const CsvOptions& options) {
  char best = ',';
  Fit best_fit;
  for (const char candidate : {',', ';', '\t', '|'}) {
    const Fit fit = fit_of(beginning, candidate, options.comment);
    if (fit.fields < 2 || fit.share < 0.5 || fit <= best_fit) continue;
    best = candidate;
    best_fit = fit;
  }
  return best;
}

}  // namespace sluice::ml
