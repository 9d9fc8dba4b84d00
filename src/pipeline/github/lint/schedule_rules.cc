#include "base/strings.h"
#include "pipeline/cron.h"
#include "pipeline/github/lint/value_rules.h"
#include "pipeline/github/lint/zone_names.h"
#include "pipeline/github/token.h"

namespace sluice::pipeline::github {
namespace {

constexpr std::chrono::minutes kShortest{5};

void check_cron(const YamlNode& node, Mistakes& out) {
  const ParsedCron parsed = parse_cron(node.text);
  for (const CronProblem& problem : parsed.problems)
    out.error(position_inside(node.position, node.style, node.text, problem.offset, out.text()),
              "cron", cat("the schedule '", node.text, "': ", problem.message));
  if (!parsed.cron) return;
  const auto interval = parsed.cron->shortest_interval();
  if (!interval)
    out.warning(node.position, "cron", cat("the schedule '", node.text, "' never fires"));
  else if (*interval < kShortest)
    out.warning(node.position, "cron",
                cat("the schedule '", node.text, "' fires every ", interval->count(),
                    " minutes; GitHub starts a workflow at most every ", kShortest.count()));
}

void check_zone(const YamlNode& node, Mistakes& out) {
  if (is_zone_name(node.text)) return;
  const auto names = zone_names();
  const std::vector<std::string> known(names.begin(), names.end());
  out.error(node.position, "timezone",
            cat("there is no time zone '", node.text, "'", did_you_mean(node.text, known)));
}

}  // namespace

void check_schedules(const YamlNode& root, Mistakes& out) {
  for_each_event(root, [&](const YamlNode& event, const YamlNode& settings) {
    if (event.text != "schedule") return;
    for (const YamlNode& entry : settings.items) {
      const YamlNode* cron = entry.find("cron");
      if (cron != nullptr && cron->is_scalar() && !cron->text.empty()) check_cron(*cron, out);
      const YamlNode* zone = entry.find("timezone");
      if (zone != nullptr && zone->is_scalar() && !zone->text.empty()) check_zone(*zone, out);
    }
  });
}

}  // namespace sluice::pipeline::github
