#include "ml/evaluate/waiver.h"

#include <algorithm>

#include "base/strings.h"
#include "base/yaml.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kLeastReason = 10;    // characters; "ok" is no reason
constexpr std::chrono::days kLongest{366};  // what never ends is no exception but the rule

bool is_of(const Waiver& waiver, std::string_view check, std::string_view gate) {
  if (waiver.check != check) return false;
  return waiver.gate.empty() || waiver.gate == gate ||
         std::string_view(gate).ends_with(cat("/", waiver.gate));
}

// Empty: it holds.
std::string why_it_does_not_hold(const Waiver& waiver, Timestamp now) {
  if (now >= waiver.end)
    return cat(" The waiver of ", waiver.who, " expired on ", waiver.last_day,
               ": it counts no more.");
  if (waiver.end - now > kLongest)
    return cat(" The waiver of ", waiver.who, " until ", waiver.last_day,
               " reaches more than a year ahead: it does not count.");
  return {};
}

Result<Waiver> read_waiver(const YamlNode& node, std::string_view file_name) {
  YamlReader reader = TRY(YamlReader::open(node, file_name, "a waiver"));
  // Known from the start, so that one that is missing is not guessed from another.
  for (const char* key : {"check", "gate", "who", "why", "expires"}) reader.optional(key);
  Waiver waiver;
  waiver.check = TRY(reader.string("check"));
  waiver.gate = TRY(reader.string_or("gate", ""));
  if (const YamlNode* gate = reader.optional("gate"); gate != nullptr && waiver.gate.empty())
    return reader.error_at(gate->position, "'gate' is empty: name the gate file, or leave it out");
  waiver.who = TRY(reader.string("who"));
  waiver.why = TRY(reader.string("why"));
  const YamlNode* expires = TRY(reader.required("expires"));
  TRY(reader.finish());
  const auto last_day = parse_rfc3339(cat(expires->text, "T00:00:00Z"));
  if (!last_day)
    return reader.error_at(expires->position, cat("'expires' is a day, such as 2026-12-31; '",
                                                  expires->text, "' is none"));
  waiver.last_day = expires->text;
  waiver.end = *last_day + std::chrono::hours(24);
  if (trim(waiver.who).empty())
    return reader.error_at(node.position, "a waiver says who answers for it: 'who' is empty");
  if (trim(waiver.why).size() < kLeastReason)
    return reader.error_at(node.position, cat("a waiver says why, in at least ", kLeastReason,
                                              " characters; '", waiver.why, "' says too little"));
  return waiver;
}

}  // namespace

Result<Waivers> parse_waivers(std::string_view text, std::string_view file_name) {
  const YamlNode root = TRY(load_yaml(text, file_name));
  YamlReader reader = TRY(YamlReader::open(root, file_name, "a file of waivers"));
  const YamlNode* list = TRY(reader.required("waivers"));
  TRY(reader.finish());
  if (!list->is_sequence()) return reader.error_at(list->position, "'waivers' is a list");
  Waivers waivers{sha256(text), {}};
  for (const YamlNode& item : list->items)
    waivers.waivers.push_back(TRY(read_waiver(item, file_name)));
  return waivers;
}

void apply_waivers(std::vector<CheckResult>& results, const Waivers& waivers, std::string_view gate,
                   Timestamp now) {
  for (CheckResult& result : results) {
    if (result.status != CheckStatus::Failed) continue;
    std::string why_not;
    for (const Waiver& waiver : waivers.waivers) {
      if (!is_of(waiver, result.name, gate)) continue;
      why_not = why_it_does_not_hold(waiver, now);
      if (!why_not.empty()) continue;
      result.status = CheckStatus::Waived;
      result.waiver = waiver;
      break;
    }
    if (result.waiver)
      result.sentence += cat(" Waived until ", result.waiver->last_day, " by ", result.waiver->who,
                             ": ", result.waiver->why);
    else
      result.sentence += why_not;
  }
}

}  // namespace sluice::ml
