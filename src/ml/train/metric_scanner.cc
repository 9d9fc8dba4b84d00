#include "ml/train/metric_scanner.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/strings.h"
#include "ml/data/number.h"

namespace sluice::ml {
namespace {

// Longer lines are looked at up to here.
constexpr std::size_t kMaxLine = 64u << 10;

}  // namespace

struct MetricScanner::State {
  struct Pattern {
    std::string name;
    std::unique_ptr<RE2> regex;
  };
  std::vector<Pattern> patterns;
  LogFormat format = LogFormat::Plain;
  std::vector<TrainingMetric> metrics;
  std::string partial;
  std::string last_line;

  void record(std::string_view name, std::string_view text, Timestamp now) {
    const auto value = parse_number(trim(text));
    if (!value) return;
    const auto known = std::find_if(metrics.begin(), metrics.end(),
                                    [&](const TrainingMetric& m) { return m.name == name; });
    TrainingMetric& metric = known != metrics.end()
                                 ? *known
                                 : metrics.emplace_back(TrainingMetric{std::string(name), 0, now});
    metric.value = *value;
    metric.at = now;
  }
};

MetricScanner::MetricScanner(std::unique_ptr<State> state) : state_(std::move(state)) {}
MetricScanner::~MetricScanner() = default;
MetricScanner::MetricScanner(MetricScanner&&) noexcept = default;

Result<MetricScanner> MetricScanner::create(const std::vector<MetricDefinition>& definitions,
                                            LogFormat format) {
  auto state = std::make_unique<State>();
  state->format = format;
  for (const MetricDefinition& definition : definitions) {
    auto regex = std::make_unique<RE2>(definition.regex, RE2::Quiet);
    if (!regex->ok())
      return invalid_input(cat("metric '", definition.name, "': regular expression '",
                               definition.regex, "': ", regex->error()));
    if (regex->NumberOfCapturingGroups() < 1)
      return invalid_input(cat("metric '", definition.name, "': regular expression '",
                               definition.regex,
                               "' has no group in parentheses to take the number from"));
    state->patterns.push_back({definition.name, std::move(regex)});
  }
  return MetricScanner(std::move(state));
}

void MetricScanner::feed(std::string_view bytes, Timestamp now) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    const std::size_t room = kMaxLine - std::min(kMaxLine, state_->partial.size());
    state_->partial.append(piece.substr(0, room));
    if (end == std::string_view::npos) return;
    scan(state_->partial, now);
    state_->partial.clear();
    bytes.remove_prefix(end + 1);
  }
}

void MetricScanner::finish(Timestamp now) {
  if (!state_->partial.empty()) scan(state_->partial, now);
  state_->partial.clear();
}

void MetricScanner::scan(std::string_view line, Timestamp now) {
  if (const std::string_view text = trim(line); !text.empty()) state_->last_line = text;
  re2::StringPiece value;
  for (const State::Pattern& pattern : state_->patterns)
    if (RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), *pattern.regex, &value))
      state_->record(pattern.name, {value.data(), value.size()}, now);
  if (state_->format != LogFormat::Xgboost || !line.starts_with('[')) return;
  for (const std::string_view field : split(line, '\t')) {
    const std::size_t dash = field.find('-');
    const std::size_t colon = field.rfind(':');
    if (dash == std::string_view::npos || colon == std::string_view::npos || colon < dash) continue;
    state_->record(cat(field.substr(0, dash), ":", field.substr(dash + 1, colon - dash - 1)),
                   field.substr(colon + 1), now);
  }
}

const std::vector<TrainingMetric>& MetricScanner::metrics() const {
  return state_->metrics;
}

std::vector<std::string> MetricScanner::silent() const {
  std::vector<std::string> names;
  for (const State::Pattern& pattern : state_->patterns)
    if (std::none_of(state_->metrics.begin(), state_->metrics.end(),
                     [&](const TrainingMetric& metric) { return metric.name == pattern.name; }))
      names.push_back(pattern.name);
  return names;
}

const std::string& MetricScanner::last_line() const {
  return state_->last_line;
}

}  // namespace sluice::ml
