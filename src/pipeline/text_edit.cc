#include "pipeline/text_edit.h"

#include <algorithm>

namespace sluice::pipeline {
namespace {

struct Change {
  std::size_t begin;
  std::size_t end;
  const std::string* text;
};

class Offsets {
 public:
  explicit Offsets(std::string_view text) : text_(text) {
    starts_.push_back(0);
    for (std::size_t i = 0; i < text.size(); ++i)
      if (text[i] == '\n') starts_.push_back(i + 1);
  }

  std::optional<std::size_t> of(TextPosition position) const {
    if (position.line < 1 || position.column < 1) return std::nullopt;
    const auto line = static_cast<std::size_t>(position.line - 1);
    if (line >= starts_.size()) return std::nullopt;
    const std::size_t end = line + 1 < starts_.size() ? starts_[line + 1] - 1 : text_.size();
    const std::size_t offset = starts_[line] + static_cast<std::size_t>(position.column - 1);
    return offset <= end ? std::optional(offset) : std::nullopt;
  }

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;
};

std::optional<std::vector<Change>> changes_of(const Fix& fix, const Offsets& offsets) {
  std::vector<Change> changes;
  for (const TextEdit& edit : fix.edits) {
    const auto begin = offsets.of(edit.begin);
    const auto end = offsets.of(edit.end);
    if (!begin || !end || *end < *begin) return std::nullopt;
    changes.push_back({*begin, *end, &edit.text});
  }
  return changes;
}

// Two insertions at one place overlap too: which comes first would be chance.
bool overlap(const Change& a, const Change& b) {
  if (a.begin == b.begin) return true;
  return a.begin < b.end && b.begin < a.end;
}

}  // namespace

MendedText apply_fixes(std::string_view text, const std::vector<Diagnostic>& diagnostics) {
  const Offsets offsets(text);
  std::vector<Change> taken;
  MendedText result;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (!diagnostic.fix) continue;
    const auto changes = changes_of(*diagnostic.fix, offsets);
    if (!changes || changes->empty()) continue;
    const bool clash = std::any_of(changes->begin(), changes->end(), [&](const Change& change) {
      return std::any_of(taken.begin(), taken.end(),
                         [&](const Change& other) { return overlap(change, other); });
    });
    if (clash) continue;
    taken.insert(taken.end(), changes->begin(), changes->end());
    ++result.applied;
  }
  std::sort(taken.begin(), taken.end(),
            [](const Change& a, const Change& b) { return a.begin < b.begin; });
  std::size_t at = 0;
  for (const Change& change : taken) {
    result.text.append(text.substr(at, change.begin - at));
    result.text.append(*change.text);
    at = change.end;
  }
  result.text.append(text.substr(at));
  return result;
}

}  // namespace sluice::pipeline
