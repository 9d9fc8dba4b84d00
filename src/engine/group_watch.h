// What a run learns of its concurrency groups: turns the standing of its claims into events for its
// journal. One per owner of a run; remembers what was said already. Threads: one at a time.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/concurrency.h"
#include "engine/run_machine.h"

namespace sluice::engine {

struct GroupNews {
  store::Event event;
  std::string completes;  // key of an effect, or empty
};

class GroupWatch {
 public:
  using DrivenOf = std::function<Driven(const std::string& run)>;

  // In the order in which they are to be posted; an event that ends the run is the last to matter.
  std::vector<GroupNews> look(const std::vector<GroupClaim>& claims, const RunMachine& machine,
                              const DrivenOf& driven);

 private:
  void look_at(const GroupClaim& claim, const RunMachine& machine, const DrivenOf& driven,
               std::vector<GroupNews>& news);
  void cancel_for(const GroupClaim& claim, const RunMachine& machine, std::vector<GroupNews>& news);

  std::map<LegKey, std::string> told_;  // what was last said of who waits
  std::set<LegKey> asked_to_end_;
};

}  // namespace sluice::engine
