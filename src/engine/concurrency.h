// Who holds which concurrency group, and who waits for it, across the runs and processes of one
// home: rows of engine.db.
//
// A claim is made by the event GroupRequested and goes with GroupReleased, RunFinished or the run
// itself; both in the commit that writes the event, so no crash can part them. The oldest claim of
// a group that nobody displaced holds it. A claim belongs to the run, not to the process that
// drives it: when that dies, the run's steps go on, and so does the claim.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "engine/run_events.h"
#include "store/journal.h"
#include "store/ports/database.h"

namespace sluice::engine {

// A run, or a leg of it, as others speak of it.
struct RunName {
  std::string id;
  std::int64_t number = 0;
  std::string leg = {};  // as shown; empty: the run as a whole
};
// "run 7"; of a leg "run 7 (job 'test (3.1)')", inside of the run `here` "job 'test (3.1)'".
std::string describe(const RunName& name, std::string_view here);

enum class Standing { Holds, Waits, Displaced };

struct GroupClaim {
  LegKey who;  // job empty: the run as a whole
  std::string group;
  Standing standing = Standing::Waits;
  std::optional<RunName> holder;  // of the group now
  // Displaced: who waits in its place; nobody when the queue was full.
  std::optional<RunName> displaced_by;
  // Who came with cancel-in-progress and wants this one to end.
  std::optional<RunName> cancelled_by;
};

// All methods thread-safe.
class ConcurrencyGroups {
 public:
  static Result<void> migrate(store::Database& database);
  // Inside the commit of these events of one run.
  static Result<void> project(store::Transaction& transaction, const std::string& run,
                              const std::vector<store::StoredEvent>& events);
  static Result<void> remove_run(store::Transaction& transaction, const std::string& run);

  explicit ConcurrencyGroups(store::Database& database) : database_(database) {}

  // What this run has asked for and still holds or waits for, in that order.
  Result<std::vector<GroupClaim>> claims_of(const std::string& run) const;

 private:
  store::Database& database_;
};

// Bodies of GroupRequested, GroupWaiting …: the leg, or nothing for the run, and the group.
JsonObject group_body(const LegKey& who, const std::string& group);
LegKey claimant(const JsonObject& body);

enum class Driven { Yes, No };
// Body of GroupWaiting, and what a person reads of it.
JsonObject waiting_body(const GroupClaim& claim, Driven holder_driven);
std::string describe_waiting(const JsonObject& body);

}  // namespace sluice::engine
