// The process that carries the steps of one leg of a job, apart from the engine.
//
// Single-threaded, one epoll loop: the engine's connection, the socket for the next engine, child
// exits, the output of steps, deadlines. Subreaper of everything its steps start. Lives until the
// engine ends it, or until nobody has connected for `linger` while nothing runs.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "exec/frame.h"
#include "exec/step_messages.h"
#include "exec/supervisor/step_process.h"
#include "exec/supervisor/supervisor_names.h"

namespace sluice::exec {

class Supervisor {
 public:
  // `folder` is the leg's and becomes the working directory; `client` a connected stream socket.
  // Busy when the leg has a supervisor already; the client has then been told.
  static Result<std::unique_ptr<Supervisor>> open(const std::string& folder, int client);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  void run();

 private:
  enum class Recovered { No, Yes };  // an earlier supervisor of this leg died

  Supervisor(std::string folder, int lock, Recovered recovered);

  Result<void> open_descriptors(int client);
  Result<void> listen();
  void watch(int file, unsigned events);
  void dispatch(int file, unsigned events);

  void accept_client();
  void adopt_client(int client);
  void drop_client();
  void read_client();
  void handle(const Frame& frame);
  void configure(const ConfigureMessage& message);
  void start_step(const StartMessage& message);
  void stop_step(const std::string& id);
  void send(const Frame& frame);
  void flush();

  void reap_children();
  void report(StepProcess& step);
  void after_output(StepProcess& step);
  void share_secrets(StepProcess& from);
  StepProcess* find(const std::string& id);
  StepProcess* find_by_output(int file);

  void check_deadlines();
  void check_linger(SteadyTime now);
  int poll_timeout() const;
  void notify_output(SteadyTime now);
  bool anything_running() const;
  void end_everything();

  const std::string folder_;
  const std::string boot_id_;
  const int lock_;
  const Recovered recovered_;
  int epoll_ = -1;
  int signals_ = -1;
  int listener_ = -1;
  int client_ = -1;
  FrameReader reader_;
  std::string outgoing_;
  std::size_t sent_ = 0;
  bool blocked_ = false;  // waits for room in the client's socket
  std::vector<std::unique_ptr<StepProcess>> steps_;
  std::vector<std::string> reported_;  // ids of steps whose end the engine was told
  std::vector<std::string> secrets_;   // that came up in logs
  std::optional<ConfigureMessage> settings_;
  std::optional<SteadyTime> job_deadline_;
  std::optional<SteadyTime> alone_since_;
  std::optional<SteadyTime> notify_at_;
  SteadyTime notified_{};
  bool done_ = false;
};

}  // namespace sluice::exec
