#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <future>

#include "os/interrupt.h"
#include "os/real_timers.h"
#include "os/testing/fake_clock.h"
#include "os/testing/fake_random.h"

namespace sluice::os {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(FakeTimersTest, FireInOrderOfDueTimeWithTheClockAtThatTime) {
  FakeClock clock;
  FakeTimers timers(clock);
  std::vector<std::pair<char, SteadyTime>> fired;
  const auto note = [&](char name) {
    return [&, name] { fired.emplace_back(name, clock.steady()); };
  };
  timers.start(seconds(2), note('b'));
  timers.start(seconds(1), note('a'));
  timers.start(seconds(2), note('c'));
  timers.start(seconds(9), note('z'));
  timers.cancel(timers.start(seconds(1), note('x')));
  timers.start(seconds(1), [&] { timers.start(seconds(2), note('d')); });
  timers.advance(seconds(5));
  const std::vector<std::pair<char, SteadyTime>> expected = {{'a', SteadyTime(seconds(1))},
                                                             {'b', SteadyTime(seconds(2))},
                                                             {'c', SteadyTime(seconds(2))},
                                                             {'d', SteadyTime(seconds(3))}};
  EXPECT_EQ(fired, expected);
  EXPECT_EQ(timers.waiting(), 1u);
  EXPECT_EQ(clock.now(), FakeClock::kStart + seconds(5));
}

TEST(RealTimersTest, FireInOrderOfDueTime) {
  std::string order;
  std::promise<void> done;
  RealTimers timers;
  timers.start(milliseconds(20), [&] {
    order += 'c';
    done.set_value();
  });
  timers.start(milliseconds(10), [&] { order += 'b'; });
  timers.start(milliseconds(-5), [&] { order += 'a'; });
  timers.start(Duration::max(), [&] { order += 'z'; });
  done.get_future().wait();
  EXPECT_EQ(order, "abc");
}

TEST(RealTimersTest, CancelWaitsForTheCallbackThatRuns) {
  std::promise<void> entered;
  std::promise<void> leave;
  std::atomic<bool> finished = false;
  RealTimers timers;
  const TimerId timer = timers.start(Duration(0), [&] {
    entered.set_value();
    leave.get_future().wait();
    finished = true;
  });
  entered.get_future().wait();
  std::thread releaser([&] { leave.set_value(); });
  timers.cancel(timer);
  EXPECT_TRUE(finished);
  releaser.join();
}

TEST(RealTimersTest, ACallbackMayCancelItselfAndStartAnother) {
  std::promise<void> done;
  RealTimers timers;
  std::promise<TimerId> id;
  auto known = id.get_future();
  id.set_value(timers.start(milliseconds(5), [&] {
    timers.cancel(known.get());
    timers.start(Duration(0), [&] { done.set_value(); });
  }));
  done.get_future().wait();
}

TEST(RealTimersTest, CancelledAndLateOnesNeverFire) {
  std::atomic<int> fired = 0;
  {
    RealTimers timers;
    timers.cancel(timers.start(milliseconds(1), [&] { ++fired; }));
    timers.start(hours(1), [&] { ++fired; });
    std::promise<void> done;
    timers.start(milliseconds(5), [&] { done.set_value(); });
    done.get_future().wait();
  }
  EXPECT_EQ(fired, 0);
}

TEST(FakeRandomTest, GivesAnotherValueAtEachCallAndTheSameInEachRun) {
  FakeRandom one;
  FakeRandom other;
  std::array<std::uint8_t, 10> a{};
  std::array<std::uint8_t, 10> b{};
  std::array<std::uint8_t, 10> c{};
  one.fill(a);
  one.fill(b);
  other.fill(c);
  EXPECT_NE(a, b);
  EXPECT_EQ(a, c);
}

void wait_until_cancelled(const CancellationToken& token) {
  std::promise<void> cancelled;
  const auto registration = token.on_cancel([&] { cancelled.set_value(); });
  cancelled.get_future().wait();
}

TEST(InterruptsTest, TheFirstSignalAsksAndTheSecondInsists) {
  const auto interrupts = Interrupts::install().value();
  ::kill(::getpid(), SIGINT);
  wait_until_cancelled(interrupts->first());
  EXPECT_FALSE(interrupts->second().cancelled());
  ::kill(::getpid(), SIGTERM);
  wait_until_cancelled(interrupts->second());
}

TEST(InterruptsTest, AHangUpDoesNotEndTheProgram) {
  const auto interrupts = Interrupts::install().value();
  ::kill(::getpid(), SIGHUP);
  ::kill(::getpid(), SIGPIPE);
  EXPECT_FALSE(interrupts->first().cancelled());
}

TEST(InterruptsTest, PutsSignalsBack) {
  { const auto interrupts = Interrupts::install().value(); }
  struct sigaction action {};
  ::sigaction(SIGHUP, nullptr, &action);
  EXPECT_EQ(action.sa_handler, SIG_DFL);
  sigset_t mask;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
  EXPECT_EQ(sigismember(&mask, SIGINT), 0);
}

TEST(InterruptsDeathTest, TheThirdSignalEndsTheProgram) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT(
      {
        const auto interrupts = Interrupts::install().value();
        ::kill(::getpid(), SIGINT);
        wait_until_cancelled(interrupts->first());
        ::kill(::getpid(), SIGINT);
        wait_until_cancelled(interrupts->second());
        ::kill(::getpid(), SIGINT);
        ::pause();
      },
      testing::ExitedWithCode(128 + SIGINT), "");
}

}  // namespace
}  // namespace sluice::os
