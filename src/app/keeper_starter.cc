#include "app/keeper_starter.h"

namespace sluice::app {

void KeeperStarter::on_events(const std::vector<store::StoredEvent>& events) {
  next_.on_events(events);
}

void KeeperStarter::on_tick() {
  const auto started = delivery::start_wanted_keepers(world_.files, home_, launcher_);
  if (!started.ok()) log_.write(LogLevel::Warning, "keeper", started.error().describe());
  next_.on_tick();
}

}  // namespace sluice::app
