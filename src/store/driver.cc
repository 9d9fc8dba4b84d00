#include "store/driver.h"

#include <algorithm>
#include <deque>

#include "base/strings.h"

namespace sluice::store {

namespace {

// The event as it will read back from the journal, so that a replay sees exactly what the first
// time saw (JSON keeps no difference between signed and unsigned, for one).
Result<Event> as_stored(Event event) {
  auto body = parse_json(to_canonical_text(event.body));
  if (!body.ok()) {
    return invalid_input(
        cat("event ", event.kind, ": its body cannot be stored: ", body.error().message()));
  }
  return Event{std::move(event.kind), std::move(body).value()};
}

std::string describe(const Event& event) {
  return cat(event.kind, " ", to_canonical_text(event.body).substr(0, 500));
}

bool same(const Event& a, const Event& b) {
  return a.kind == b.kind && to_canonical_text(a.body) == to_canonical_text(b.body);
}

}  // namespace

Driver::Driver(Journal& journal, const os::Clock& clock, std::string stream, StateMachine& machine,
               EffectRunner& runner)
    : journal_(journal),
      clock_(clock),
      stream_(std::move(stream)),
      machine_(machine),
      runner_(runner) {}

void Driver::set_observer(std::function<void(const JournalBatch&)> observer) {
  observer_ = std::move(observer);
}

Result<void> Driver::recover(std::int64_t after_seq) {
  CHECK(last_seq_ == 0);
  broken_ = true;  // until the whole history has been followed
  std::deque<Event> expected;
  std::map<std::string, Digest> computed;
  for (const StoredEvent& stored : TRY(journal_.load(stream_, after_seq))) {
    // Only where nothing more was to follow did an event come from outside.
    if (!expected.empty() && !same(expected.front(), stored.event)) {
      return failed_precondition(cat("stream ", stream_, ", event ", stored.seq, ": stored is ",
                                     describe(stored.event), ", this program computes ",
                                     describe(expected.front())));
    }
    if (!expected.empty()) expected.pop_front();
    const Decision decision =
        TRY_CONTEXT(machine_.apply(stored), cat("stream ", stream_, ", event ", stored.seq));
    for (const Event& event : decision.events) expected.push_back(TRY(as_stored(event)));
    for (const Effect& effect : decision.effects) computed.emplace(effect.key, digest_of(effect));
    last_seq_ = stored.seq;
  }
  if (!expected.empty()) {
    return failed_precondition(cat("stream ", stream_, ", event ", last_seq_ + 1,
                                   ": stored is none, this program computes ",
                                   describe(expected.front())));
  }
  TRY(check_effects(computed, after_seq));
  broken_ = false;
  return success();
}

Result<void> Driver::check_effects(const std::map<std::string, Digest>& computed,
                                   std::int64_t after_seq) const {
  auto records = TRY(journal_.effect_records(stream_));
  std::erase_if(records, [&](const EffectRecord& record) { return record.seq <= after_seq; });
  for (const EffectRecord& record : records) {
    const auto found = computed.find(record.key);
    if (found == computed.end() || found->second != record.digest) {
      const std::string_view what =
          found == computed.end() ? "does not ask for" : "asks for another";
      return failed_precondition(
          cat("stream ", stream_, ", effect ", record.key, ": is stored, but this program ", what));
    }
  }
  // Keys are unique on both sides, so that equal numbers mean that none is missing.
  if (records.size() == computed.size()) return success();
  return failed_precondition(cat("stream ", stream_, ": ", records.size(),
                                 " effects are stored, this program asks for ", computed.size()));
}

Result<void> Driver::resume_effects() {
  CHECK(!broken_);
  for (const Effect& effect : TRY(journal_.pending_effects(stream_))) {
    runner_.start(effect, EffectStart::Again);
  }
  return success();
}

Result<JournalBatch> Driver::unfold(Event event, Timestamp time) {
  JournalBatch batch;
  std::deque<Event> waiting;
  waiting.push_back(std::move(event));
  std::int64_t seq = last_seq_;
  while (!waiting.empty()) {
    batch.events.push_back({++seq, time, std::move(waiting.front())});
    waiting.pop_front();
    Decision decision = TRY(machine_.apply(batch.events.back()));
    for (Event& next : decision.events) waiting.push_back(TRY(as_stored(std::move(next))));
    for (Effect& effect : decision.effects) batch.new_effects.push_back(std::move(effect));
    for (std::string& key : decision.withdrawn) batch.done_effects.push_back(std::move(key));
  }
  return batch;
}

Result<void> Driver::post(const Event& event, std::string_view completes) {
  CHECK(!busy_);
  if (broken_) {
    return failed_precondition(
        cat("stream ", stream_, ": its driver stopped after an error; recover it first"));
  }
  Event input = TRY(as_stored(event));
  broken_ = true;  // until the commit: the machine is ahead of the journal
  JournalBatch batch = TRY(unfold(std::move(input), clock_.now()));
  if (!completes.empty()) batch.done_effects.emplace_back(completes);
  TRY(journal_.commit(stream_, batch));
  broken_ = false;
  last_seq_ = batch.events.back().seq;

  busy_ = true;
  if (observer_) observer_(batch);
  for (const Effect& effect : batch.new_effects) {
    // Asked for and withdrawn at once: already done.
    if (std::ranges::find(batch.done_effects, effect.key) == batch.done_effects.end())
      runner_.start(effect, EffectStart::First);
  }
  busy_ = false;
  return success();
}

}  // namespace sluice::store
