#include "engine/group_watch.h"

#include "base/strings.h"

namespace sluice::engine {
namespace {

std::string why_lost(const GroupClaim& claim, std::string_view here) {
  if (!claim.displaced_by) return cat("the queue of concurrency group '", claim.group, "' is full");
  return cat(describe(*claim.displaced_by, here), " waits in its place for concurrency group '",
             claim.group, "'");
}

}  // namespace

std::vector<GroupNews> GroupWatch::look(const std::vector<GroupClaim>& claims,
                                        const RunMachine& machine, const DrivenOf& driven) {
  std::vector<GroupNews> news;
  for (const GroupClaim& claim : claims) look_at(claim, machine, driven, news);
  return news;
}

void GroupWatch::look_at(const GroupClaim& claim, const RunMachine& machine, const DrivenOf& driven,
                         std::vector<GroupNews>& news) {
  const bool waits = machine.waits_for_group(claim.who);
  JsonObject body = group_body(claim.who, claim.group);
  if (claim.standing == Standing::Displaced && waits) {
    body["reason"] = why_lost(claim, machine.created().identity.run_id);
    news.push_back(
        {{std::string(event_kind::kGroupLost), std::move(body)}, machine.claim_effect(claim.who)});
  } else if (claim.standing == Standing::Holds) {
    if (waits)
      news.push_back({{std::string(event_kind::kGroupClaimed), std::move(body)},
                      machine.claim_effect(claim.who)});
    if (claim.cancelled_by) cancel_for(claim, machine, news);
  } else if (claim.standing == Standing::Waits && claim.holder) {
    // Told once, and again when it changes.
    body = waiting_body(claim, driven(claim.holder->id));
    std::string text = to_canonical_text(body);
    std::string& told = told_[claim.who];
    if (told == text) return;
    told = std::move(text);
    news.push_back({{std::string(event_kind::kGroupWaiting), std::move(body)}, {}});
  }
}

// Somebody came with cancel-in-progress.
void GroupWatch::cancel_for(const GroupClaim& claim, const RunMachine& machine,
                            std::vector<GroupNews>& news) {
  const bool whole_run = claim.who.job.empty();
  if (whole_run ? machine.cancelled() : machine.leg_cancelled(claim.who)) return;
  // A job whose condition holds in a cancelled run goes on; it is asked once.
  if (!asked_to_end_.insert(claim.who).second) return;
  JsonObject body = group_body(claim.who, claim.group);
  body["reason"] = cat(describe(*claim.cancelled_by, machine.created().identity.run_id),
                       " of concurrency group '", claim.group, "' takes its place");
  news.push_back(
      {{std::string(whole_run ? event_kind::kCancelRequested : event_kind::kLegCancelRequested),
        std::move(body)},
       {}});
}

}  // namespace sluice::engine
