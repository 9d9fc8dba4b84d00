// A keeper with real processes: rollouts, kills and rollbacks under load, every body checked.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <filesystem>
#include <iostream>
#include <set>
#include <thread>

#include "base/strings.h"
#include "delivery/keeper.h"
#include "delivery/keeper_client.h"
#include "delivery/monitor.h"
#include "http/client.h"
#include "http/socket.h"
#include "os/real_world.h"
#include "os/testing/temporary_directory.h"

namespace sluice::delivery {
namespace {

using std::chrono::milliseconds;

os::Path program(std::string_view name) {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
}

class TestLauncher final : public KeeperLauncher {
 public:
  TestLauncher(os::World world, os::Path home) : world_(world), home_(std::move(home)) {}

  Result<void> launch(const std::string& target) override {
    const os::Path folder = target_folder(home_, target);
    os::ProcessSpec spec;
    spec.argv = {"/bin/sh",
                 "-c",
                 "exec \"$@\" >> \"$0\" 2>&1",
                 keeper_log(folder),
                 program("delivery_test_keeper"),
                 "monitor",
                 folder};
    spec.env = world_.environment.all();
    spec.session = os::Session::NewSession;
    monitor = TRY(world_.processes.spawn(spec));
    return success();
  }

  std::unique_ptr<os::Process> monitor;

 private:
  os::World world_;
  os::Path home_;
};

Revision replica(const std::string& name, std::vector<std::string> options = {}) {
  Revision revision;
  revision.command = {program("delivery_test_replica"), name, "--port", "{port}"};
  for (std::string& option : options) revision.command.push_back(std::move(option));
  revision.labels = {{"model", "demand"}, {"version", name}};
  revision.smoke = SmokeCheck{};
  revision.smoke->body = "[1.5]";
  revision.smoke->expected = JsonObject{{"answer", name}, {"echo", JsonArray{1.5}}};
  revision.startup_deadline = milliseconds(700);
  return revision;
}

// Keep-alive clients that send all the time and retry nothing.
class Load {
 public:
  Load(const http::Address& address, int clients) {
    for (int number = 0; number < clients; ++number)
      threads_.emplace_back([this, address, number] { send_all(address, number); });
  }
  ~Load() { stop(); }

  void stop() {
    ended_ = true;
    for (auto& thread : threads_)
      if (thread.joinable()) thread.join();
  }

  // Until `count` more requests were answered well.
  void more(int count) const {
    const int goal = good + count;
    for (int i = 0; i < 10'000 && good < goal; ++i) std::this_thread::sleep_for(milliseconds(1));
    EXPECT_GE(good, goal);
  }

  std::atomic<int> good{0}, wrong{0}, refused{0}, cut{0};

 private:
  void send_all(const http::Address& address, int number) {
    http::Client client(address);
    for (int i = 0; !ended_; ++i) {
      http::Request request;
      request.method = "POST";
      request.target = "/invocations";
      request.body = cat("[", number, ",", i, "]");
      const auto answer = client.send(request);
      if (!answer.ok()) {
        ++cut;
        // Without a listener this would spin.
        std::this_thread::sleep_for(milliseconds(1));
      } else if (answer->status != 200) {
        ++refused;
      } else {
        const bool same = answer->body == cat("{\"answer\":\"a\",\"echo\":", request.body, "}") ||
                          answer->body == cat("{\"answer\":\"b\",\"echo\":", request.body, "}");
        ++(same ? good : wrong);
      }
    }
  }

  std::atomic<bool> ended_{false};
  std::vector<std::thread> threads_;
};

class KeeperTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = target_folder(directory_.path(), "t");
    ASSERT_TRUE(write_target(world_.files, folder_, {"t", "127.0.0.1", 0, 2}).ok());
  }

  void TearDown() override {
    // Whatever a failed test leaves.
    for (const auto& process : processes_) world_.processes.signal(process, SIGKILL);
    if (launcher_.monitor == nullptr) return;
    KeeperClient client(folder_);
    (void)client.stop("tear down");
    launcher_.monitor->send_signal(SIGTERM);
    (void)launcher_.monitor->wait({}, std::chrono::seconds(10));
  }

  void ensure() {
    const auto ensured = ensure_keeper(world_, directory_.path(), "t", &launcher_);
    ASSERT_TRUE(ensured.ok()) << ensured.error().describe() << "\n" << log();
  }

  std::string log() { return world_.files.read(keeper_log(folder_)).value_or(""); }

  JsonObject rollout(const Revision& revision) {
    KeeperClient client(folder_);
    const auto started = client.deploy({revision, 2, "tester"});
    EXPECT_TRUE(started.ok()) << started.error().describe();
    const auto status = follow_rollout(client, started->rollout, [](const JsonObject&) {}, {});
    EXPECT_TRUE(status.ok());
    note_processes(status->get_object());
    return *get_object(status->get_object(), "rollout").value();
  }

  JsonObject status() {
    KeeperClient client(folder_);
    const Json json = client.status().value();
    note_processes(json.get_object());
    return json.get_object();
  }

  void await_healthy() {
    KeeperClient client(folder_);
    Json json = client.status().value();
    while (!get_bool(json.get_object(), "healthy").value())
      json = client.status_after(get_int(json.get_object(), "seq").value(), {}).value();
  }

  void note_processes(const JsonObject& status) {
    for (const Json& entry : *get_array(status, "replicas").value()) {
      const auto pid = static_cast<pid_t>(get_int(entry.get_object(), "pid").value());
      if (const auto process = world_.processes.identify(pid)) processes_.push_back(*process);
    }
  }

  std::set<std::int64_t> pids(const JsonObject& status) {
    std::set<std::int64_t> found;
    for (const Json& entry : *get_array(status, "replicas").value())
      found.insert(get_int(entry.get_object(), "pid").value());
    return found;
  }

  http::Address address() {
    return http::TcpAddress{"127.0.0.1", read_target(world_.files, folder_).value().port};
  }

  os::RealWorld real_;
  os::World world_ = real_.world();
  os::TemporaryDirectory directory_;
  os::Path folder_;
  TestLauncher launcher_{real_.world(), directory_.path()};
  std::vector<os::ProcessIdentity> processes_;
};

TEST_F(KeeperTest, serves_without_a_wrong_body_through_rollouts_kills_and_rollbacks) {
  ensure();
  ASSERT_EQ(string_or(rollout(replica("a")), "outcome", ""), "completed") << log();
  constexpr int kClients = 4;
  Load load(address(), kClients);
  load.more(200);
  EXPECT_EQ(string_or(rollout(replica("b")), "outcome", ""), "completed") << log();
  load.more(200);
  EXPECT_EQ(load.refused + load.cut, 0) << "a good rollout costs nothing";

  const std::int64_t victim = *pids(status()).begin();
  ::kill(static_cast<pid_t>(victim), SIGKILL);
  load.more(200);
  const int lost = load.refused + load.cut;
  EXPECT_LE(lost, kClients) << "only what was in flight there";
  while (pids(status()).contains(victim)) std::this_thread::yield();
  await_healthy();

  const JsonObject failed = rollout(replica("c", {"--never-ready"}));
  EXPECT_EQ(string_or(failed, "outcome", ""), "rolled_back");
  EXPECT_NE(string_or(failed, "reason", "").find("not ready within 700 ms"), std::string::npos)
      << string_or(failed, "reason", "");
  const JsonObject wrong = rollout(replica("d", {"--wrong"}));
  EXPECT_NE(string_or(wrong, "reason", "").find("$.answer: expected \"d\", got \"d?\""),
            std::string::npos)
      << string_or(wrong, "reason", "");
  const JsonObject crashed = rollout(replica("e", {"--crash"}));
  EXPECT_NE(string_or(crashed, "reason", "")
                .find("exited with status 7; its last line: cannot load the model"),
            std::string::npos)
      << string_or(crashed, "reason", "");
  load.more(200);
  EXPECT_EQ(load.refused + load.cut, lost) << "a rollback costs nothing";
  load.stop();
  EXPECT_EQ(load.wrong, 0);
  std::cout << load.good << " good, " << load.wrong << " wrong, " << load.refused << " refused and "
            << load.cut << " cut (at the killed replica)\n";
}

TEST_F(KeeperTest, a_killed_keeper_comes_back_with_the_same_replicas) {
  ensure();
  rollout(replica("a"));
  await_healthy();
  const JsonObject before = status();
  Load load(address(), 4);
  load.more(100);
  const auto keeper = get_int(*get_object(before, "keeper").value(), "pid").value();
  const auto killed = world_.clock.steady();
  ::kill(static_cast<pid_t>(keeper), SIGKILL);
  KeeperClient client(folder_);
  while (!client.status().ok()) std::this_thread::yield();
  load.more(100);
  const auto away = world_.clock.steady() - killed;
  load.stop();
  const JsonObject after = status();
  EXPECT_NE(get_int(*get_object(after, "keeper").value(), "pid").value(), keeper);
  EXPECT_EQ(pids(after), pids(before));
  EXPECT_EQ(load.wrong, 0);
  EXPECT_LT(away, std::chrono::seconds(2));
  const std::string history = to_text(client.history().value());
  EXPECT_NE(history.find(cat("keeper ", keeper, " ended without a word")), std::string::npos);
  EXPECT_NE(history.find("\"adopted_replicas\":2"), std::string::npos) << history;
  EXPECT_EQ(string_or(rollout(replica("b")), "outcome", ""), "completed") << log();
  std::cout << "served again " << to_human(away) << " after kill -9 of the keeper; " << load.good
            << " good, " << load.wrong << " wrong, " << load.cut << " cut\n";
}

TEST_F(KeeperTest, a_keeper_killed_in_the_middle_of_a_rollout_finishes_it) {
  ensure();
  rollout(replica("a"));
  for (int round = 0; round < 4; ++round) {
    KeeperClient client(folder_);
    const auto started = client.deploy({replica(round % 2 == 0 ? "b" : "a"), 2, "tester"});
    ASSERT_TRUE(started.ok()) << started.error().describe();
    std::this_thread::sleep_for(milliseconds(15 * round));
    const auto keeper =
        get_int(*get_object(client.status().value().get_object(), "keeper").value(), "pid");
    ::kill(static_cast<pid_t>(keeper.value()), SIGKILL);
    while (!client.status().ok()) std::this_thread::yield();
    const auto status = follow_rollout(client, started->rollout, [](const JsonObject&) {}, {});
    ASSERT_TRUE(status.ok());
    EXPECT_EQ(string_or(*get_object(status->get_object(), "rollout").value(), "outcome", ""),
              "completed")
        << to_text(status.value()) << log();
    await_healthy();
    EXPECT_EQ(pids(this->status()).size(), 2u);
  }
}

TEST_F(KeeperTest, stop_ends_replicas_keeper_and_monitor) {
  ensure();
  rollout(replica("a"));
  const JsonObject before = status();
  KeeperClient client(folder_);
  ASSERT_TRUE(client.stop("ana").ok());
  const auto ended = launcher_.monitor->wait({}, std::chrono::seconds(10));
  ASSERT_TRUE(ended.ok()) << log();
  EXPECT_EQ(ended->code, 0);
  for (const std::int64_t pid : pids(before))
    EXPECT_EQ(world_.processes.identify(static_cast<pid_t>(pid)), std::nullopt);
  EXPECT_EQ(client.status().error().code(), ErrorCode::Unavailable);
  launcher_.monitor.reset();
  ensure();  // and again
  EXPECT_EQ(string_or(status(), "reason", ""), "stopped by ana");
  EXPECT_EQ(string_or(rollout(replica("b")), "outcome", ""), "completed");
}

TEST_F(KeeperTest, what_keeps_a_keeper_from_starting_reaches_whoever_wanted_it) {
  http::Listener taken = http::listen_on(http::TcpAddress{}).value();
  const auto port = std::get<http::TcpAddress>(taken.address).port;
  ASSERT_TRUE(write_target(world_.files, folder_, {"t", "127.0.0.1", port, 2}).ok());
  const auto busy = ensure_keeper(world_, directory_.path(), "t", &launcher_);
  ASSERT_FALSE(busy.ok());
  EXPECT_EQ(busy.error().code(), ErrorCode::Busy);
  EXPECT_NE(busy.error().message().find(cat("cannot use port ", port)), std::string::npos);
  EXPECT_NE(busy.error().message().find("ss -ltnp"), std::string::npos);

  ASSERT_TRUE(world_.files.write(folder_ / "target.json", "{\"schema\":99}").ok());
  const auto newer = ensure_keeper(world_, directory_.path(), "t", &launcher_);
  ASSERT_FALSE(newer.ok());
  EXPECT_EQ(newer.error().code(), ErrorCode::FailedPrecondition);
  EXPECT_NE(newer.error().message().find("newer sluice"), std::string::npos);

  const auto absent = ensure_keeper(world_, directory_.path(), "nobody", &launcher_);
  EXPECT_EQ(absent.error().code(), ErrorCode::NotFound);
  launcher_.monitor.reset();
}

TEST_F(KeeperTest, a_second_keeper_is_refused_and_a_job_may_not_start_one) {
  NullLog log;
  const auto first = Keeper::open(world_, log, folder_);
  ASSERT_TRUE(first.ok()) << first.error().describe();
  const auto second = Keeper::open(world_, log, folder_);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::AlreadyExists);
  ASSERT_TRUE(
      write_target(world_.files, target_folder(directory_.path(), "u"), {"u", "127.0.0.1", 0, 2})
          .ok());
  const auto inside = ensure_keeper(world_, directory_.path(), "u", nullptr);
  ASSERT_FALSE(inside.ok());
  EXPECT_NE(inside.error().message().find("sluice target keep u"), std::string::npos);
}

TEST_F(KeeperTest, a_job_wishes_for_a_keeper_and_whoever_drives_the_run_starts_it) {
  WishingLauncher wishing(world_.files, directory_.path());
  std::thread driver([&] {
    std::vector<std::string> started;
    while (started.empty())
      started = start_wanted_keepers(world_.files, directory_.path(), launcher_).value();
    EXPECT_EQ(started, std::vector<std::string>{"t"});
  });
  const auto ensured = ensure_keeper(world_, directory_.path(), "t", &wishing);
  driver.join();
  ASSERT_TRUE(ensured.ok()) << ensured.error().describe() << log();
  EXPECT_EQ(ensured.value(), KeeperWas::Started);
  EXPECT_TRUE(start_wanted_keepers(world_.files, directory_.path(), launcher_)->empty());
}

TEST(TargetFolder, names_and_settings_are_checked) {
  for (const char* good : {"a", "local-prod", "0_x"}) EXPECT_TRUE(check_target_name(good).ok());
  for (const char* bad : {"", "A", "-a", "a/b", "..", "a b"})
    EXPECT_FALSE(check_target_name(bad).ok()) << bad;
  EXPECT_FALSE(check_target_name(std::string(64, 'a')).ok());
  os::RealWorld real;
  const os::TemporaryDirectory directory;
  const auto folder = target_folder(directory.path(), "t");
  os::Files& files = real.world().files;
  EXPECT_TRUE(list_targets(files, directory.path()).value().empty());
  EXPECT_EQ(read_target(files, folder).error().code(), ErrorCode::NotFound);
  ASSERT_TRUE(write_target(files, folder, {"t", "127.0.0.1", 81, 3}).ok());
  EXPECT_EQ(read_target(files, folder).value().replicas, 3);
  EXPECT_EQ(list_targets(files, directory.path()).value(), std::vector<std::string>{"t"});
  for (const char* broken :
       {"", "{}", "{\"schema\":1}", "[1]",
        "{\"schema\":1,\"name\":\"t\",\"host\":\"x\",\"port\":70000,\"replicas\":1}",
        "{\"schema\":1,\"name\":\"t\",\"host\":\"x\",\"port\":7,\"replicas\":0}"}) {
    ASSERT_TRUE(files.write(folder / "target.json", broken).ok());
    EXPECT_FALSE(read_target(files, folder).ok()) << broken;
  }
}

TEST(Monitor, waits_longer_after_each_death) {
  EXPECT_EQ(keeper_restart_delay(1), milliseconds(50));
  EXPECT_EQ(keeper_restart_delay(3), milliseconds(200));
  EXPECT_EQ(keeper_restart_delay(100), std::chrono::seconds(5));
}

}  // namespace
}  // namespace sluice::delivery
