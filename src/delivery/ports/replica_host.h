// Starts, checks and ends the processes behind a target. What happens comes back as reports.
//
// Every method returns at once; each asks for exactly one report (except watch), which is delivered
// on the host's own threads to the function given at construction. Orders for one replica come in
// the order start, await_ready, smoke, retire; retire ends whatever is under way for it. All may be
// repeated after a restart of the keeper and then find what the first attempt left.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/time.h"
#include "delivery/revision.h"
#include "os/ports/processes.h"

namespace sluice::delivery {

struct ReplicaPlace {
  std::string id;
  int port = 0;  // on 127.0.0.1
  os::ProcessIdentity process;
};

enum class ReplicaReportKind { Started, Ready, SmokePassed, Failed, Gone };

struct ReplicaReport {
  ReplicaReportKind kind = ReplicaReportKind::Failed;
  std::string replica;
  ReplicaPlace place;  // Started
  std::string reason;  // Failed, for people
};

using ReplicaListener = std::function<void(ReplicaReport)>;

// Whether this order may have been given before, so that traces of it must be looked for.
enum class OrderIs { New, Repeated };

class ReplicaHost {
 public:
  virtual ~ReplicaHost() = default;
  // Started or Failed. Never starts a second process for one id: a process that an earlier order
  // left is reported instead, and an id whose process is known to have existed and is gone fails.
  virtual void start(const std::string& id, const Revision& revision, Duration delay,
                     OrderIs order) = 0;
  virtual void await_ready(const ReplicaPlace& place, const Revision& revision) = 0;
  virtual void smoke(const ReplicaPlace& place, const Revision& revision) = 0;
  // From now on: Failed when the process ends, or stays unready for long.
  virtual void watch(const ReplicaPlace& place, const Revision& revision) = 0;
  // Gone, after requests in flight have ended (or `drain` has passed) and the process too. `place`
  // is absent when it was never reported: what start() left must be found and ended.
  virtual void retire(const std::string& id, const std::optional<ReplicaPlace>& place,
                      Duration drain, Duration grace) = 0;
};

}  // namespace sluice::delivery
