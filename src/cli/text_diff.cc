#include "cli/text_diff.h"

#include <algorithm>
#include <vector>

#include "base/strings.h"

namespace sluice::cli {
namespace {

enum class Change { Keep, Remove, Add };

struct Line {
  Change change;
  std::string_view text;
};

using Lines = std::vector<std::string_view>;

Lines lines_with_ends(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

// Greedy search for the shortest edit (Myers 1986); `trace` keeps the furthest reach per round.
std::vector<std::vector<int>> trace_of(const Lines& a, const Lines& b) {
  const int n = static_cast<int>(a.size());
  const int m = static_cast<int>(b.size());
  const int widest = n + m;
  std::vector<int> reach(static_cast<std::size_t>(2 * widest + 3), 0);
  std::vector<std::vector<int>> trace;
  const auto at = [&](int k) -> int& { return reach[static_cast<std::size_t>(k + widest + 1)]; };
  for (int d = 0; d <= widest; ++d) {
    trace.push_back(reach);
    for (int k = -d; k <= d; k += 2) {
      int x = k == -d || (k != d && at(k - 1) < at(k + 1)) ? at(k + 1) : at(k - 1) + 1;
      while (x < n && x - k < m &&
             a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(x - k)])
        ++x;
      at(k) = x;
      if (x >= n && x - k >= m) return trace;
    }
  }
  return trace;
}

std::vector<Line> edit_script(const Lines& a, const Lines& b) {
  const auto trace = trace_of(a, b);
  const int widest = static_cast<int>(a.size() + b.size());
  int x = static_cast<int>(a.size());
  int y = static_cast<int>(b.size());
  std::vector<Line> script;
  for (int d = static_cast<int>(trace.size()) - 1; d >= 0; --d) {
    const auto at = [&](int k) {
      return trace[static_cast<std::size_t>(d)][static_cast<std::size_t>(k + widest + 1)];
    };
    const int k = x - y;
    const int from = k == -d || (k != d && at(k - 1) < at(k + 1)) ? k + 1 : k - 1;
    const int from_x = d == 0 ? 0 : at(from);
    const int from_y = d == 0 ? 0 : from_x - from;
    for (; x > from_x && y > from_y; --x, --y)
      script.push_back({Change::Keep, a[static_cast<std::size_t>(x - 1)]});
    if (d == 0) break;
    if (x == from_x)
      script.push_back({Change::Add, b[static_cast<std::size_t>(--y)]});
    else
      script.push_back({Change::Remove, a[static_cast<std::size_t>(--x)]});
  }
  std::reverse(script.begin(), script.end());
  return script;
}

std::string line_text(const Line& line) {
  const char sign = line.change == Change::Keep ? ' ' : line.change == Change::Add ? '+' : '-';
  std::string text = cat(sign, line.text);
  if (!text.ends_with('\n')) text += "\n\\ No newline at end of file\n";
  return text;
}

// "12,3" as diff counts: the line before when there is none.
std::string range(std::size_t first, std::size_t count) {
  return cat(count == 0 ? first : first + 1, count == 1 ? "" : cat(",", count));
}

}  // namespace

std::string unified_diff(std::string_view name, std::string_view before, std::string_view after) {
  if (before == after) return {};
  constexpr std::size_t kContext = 3;
  const std::vector<Line> script = edit_script(lines_with_ends(before), lines_with_ends(after));
  std::string text = cat("--- a/", name, "\n+++ b/", name, "\n");
  std::size_t old_line = 0, new_line = 0;
  for (std::size_t i = 0; i < script.size();) {
    std::size_t next = i;
    while (next < script.size() && script[next].change == Change::Keep) ++next;
    if (next == script.size()) break;
    const std::size_t begin = next - std::min(next - i, kContext);
    old_line += begin - i, new_line += begin - i;
    std::size_t end = next;
    for (std::size_t at = next, kept = 0; at < script.size() && kept <= 2 * kContext; ++at) {
      kept = script[at].change == Change::Keep ? kept + 1 : 0;
      if (kept == 0) end = at + 1;
    }
    end = std::min(end + kContext, script.size());
    std::size_t olds = 0, news = 0;
    std::string body;
    for (std::size_t at = begin; at < end; ++at) {
      if (script[at].change != Change::Add) ++olds;
      if (script[at].change != Change::Remove) ++news;
      body += line_text(script[at]);
    }
    text += cat("@@ -", range(old_line, olds), " +", range(new_line, news), " @@\n", body);
    old_line += olds, new_line += news;
    i = end;
  }
  return text;
}

}  // namespace sluice::cli
