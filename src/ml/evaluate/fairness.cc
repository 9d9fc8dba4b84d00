#include "ml/evaluate/fairness.h"

#include <algorithm>
#include <functional>

#include "ml/evaluate/metric.h"

namespace sluice::ml {
namespace {

constexpr double kConfidence = 0.95;

using Rate = std::function<std::optional<double>(const GroupTreatment&)>;

std::optional<double> share_of(const std::optional<Count>& count) {
  if (!count || !(count->total > 0)) return std::nullopt;
  return count->share();
}

// Smallest and largest; unset unless every group has a value and there are two of them.
std::optional<Interval> range_of(const std::vector<GroupTreatment>& groups, const Rate& rate) {
  if (groups.size() < 2) return std::nullopt;
  std::optional<Interval> range;
  for (const GroupTreatment& group : groups) {
    const auto value = rate(group);
    if (!value) return std::nullopt;
    if (!range) range = Interval{*value, *value};
    range->low = std::min(range->low, *value);
    range->high = std::max(range->high, *value);
  }
  return range;
}

GroupTreatment treatment_of(const SumsView& view) {
  GroupTreatment group;
  const Task task = view.layout().task();
  if (task != Task::Classification) {
    const ErrorSums errors = view.errors();
    if (errors.absolute_truth > 0) group.error = errors.absolute_error / errors.absolute_truth;
    return group;
  }
  const ConfusionMatrix matrix = view.confusion();
  if (const auto accuracy = matrix.accuracy()) group.error = 1 - *accuracy;
  if (matrix.classes() != 2) return group;
  const std::size_t yes = view.layout().positive();
  const std::size_t no = 1 - yes;
  group.selected = Count{matrix.predicted_total(yes), matrix.total()};
  group.found = Count{matrix.count(yes, yes), matrix.truth_total(yes)};
  group.false_alarms = Count{matrix.count(no, yes), matrix.truth_total(no)};
  return group;
}

void compare(Fairness& fairness) {
  const auto& groups = fairness.groups;
  const auto found = range_of(groups, [](const auto& g) { return share_of(g.found); });
  const auto alarms = range_of(groups, [](const auto& g) { return share_of(g.false_alarms); });
  const auto selected = range_of(groups, [](const auto& g) { return share_of(g.selected); });
  const auto errors = range_of(groups, [](const auto& g) { return g.error; });
  if (selected && selected->high > 0) fairness.selection_ratio = selected->low / selected->high;
  if (found) fairness.opportunity_difference = found->high - found->low;
  if (found && alarms)
    fairness.odds_difference = std::max(found->high - found->low, alarms->high - alarms->low);
  if (errors && errors->low > 0) fairness.error_ratio = errors->high / errors->low;
}

Json share_json(const std::optional<Count>& count) {
  if (!count || !(count->total > 0)) return nullptr;
  const Interval interval = wilson_interval(*count, kConfidence);
  return JsonObject{{"value", count->share()},
                    {"low", interval.low},
                    {"high", interval.high},
                    {"of", count->total}};
}

Json number_json(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace

Fairness fairness_of(const JudgedRows& rows, const Groups& groups, std::size_t min_rows) {
  const SumsLayout layout(rows);
  const BlockSums sums = sum_rows(rows, layout, {groups.of_row.data(), groups.names.size()});
  std::vector<std::size_t> counts(groups.names.size());
  for (const std::uint32_t group : groups.of_row) ++counts[group];
  Fairness fairness;
  fairness.column = groups.column;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] < min_rows) {
      ++fairness.small_groups;
      continue;
    }
    GroupTreatment group = treatment_of({sums.block(i), layout});
    group.group = groups.names[i];
    group.rows = counts[i];
    fairness.groups.push_back(std::move(group));
  }
  compare(fairness);
  return fairness;
}

JsonObject to_json(const Fairness& fairness) {
  JsonArray groups;
  for (const GroupTreatment& group : fairness.groups)
    groups.push_back(JsonObject{{"group", group.group},
                                {"rows", group.rows},
                                {"error", number_json(group.error)},
                                {"selection_rate", share_json(group.selected)},
                                {"true_positive_rate", share_json(group.found)},
                                {"false_positive_rate", share_json(group.false_alarms)}});
  return {{"column", fairness.column},
          {"groups", std::move(groups)},
          {"small_groups", fairness.small_groups},
          {"selection_ratio", number_json(fairness.selection_ratio)},
          {"opportunity_difference", number_json(fairness.opportunity_difference)},
          {"odds_difference", number_json(fairness.odds_difference)},
          {"error_ratio", number_json(fairness.error_ratio)}};
}

}  // namespace sluice::ml
