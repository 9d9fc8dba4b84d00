#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "base/strings.h"
#include "os/descriptor.h"
#include "os/real_clock.h"
#include "os/real_files.h"
#include "os/real_processes.h"
#include "os/run_together.h"
#include "os/testing/temporary_directory.h"

namespace sluice::os {
namespace {

constexpr Duration kLong = std::chrono::seconds(60);

ProcessSpec shell(std::string script) {
  ProcessSpec spec;
  spec.argv = {"sh", "-c", std::move(script)};
  spec.env = {{"PATH", "/usr/bin:/bin"}};
  return spec;
}

CapturedRun run(const ProcessSpec& spec) {
  return RealProcesses().run(spec, {}, {}).value();
}

Duration since(SteadyTime start) {
  return RealClock().steady() - start;
}

TEST(RunTogetherTest, RunsAllAtOnceAndKeepsTheirOrder) {
  TemporaryDirectory folder;
  RealProcesses processes;
  // Each ends only when both others have begun.
  const auto waiting = [&](int own) {
    return shell(cat("cd ", folder.path().string(), "; : > ", own,
                     "; until test -e 0 && test -e 1 && test -e 2; do :; done; echo ", own,
                     "; exit ", own));
  };
  const auto runs = run_together(processes, {waiting(0), waiting(1), waiting(2)});
  ASSERT_EQ(runs.size(), 3u);
  for (int i = 0; i < 3; ++i) {
    const auto& one = runs[static_cast<std::size_t>(i)];
    ASSERT_TRUE(one.ok());
    EXPECT_EQ(one->output, cat(i, "\n"));
    EXPECT_EQ(one->status.code, i);
  }
}

TEST(RunTogetherTest, WhatCannotStartDoesNotKeepTheOthersFromEnding) {
  RealProcesses processes;
  ProcessSpec absent;
  absent.argv = {"no-such-program"};
  const auto runs = run_together(processes, {absent, shell("echo there"), absent});
  EXPECT_EQ(runs[0].error().code(), ErrorCode::NotFound);
  EXPECT_EQ(runs[1]->output, "there\n");
  EXPECT_EQ(runs[2].error().code(), ErrorCode::NotFound);
  EXPECT_TRUE(run_together(processes, {}).empty());
}

TEST(RunTest, CapturesBothStreamsAndTheExitCode) {
  const CapturedRun result = run(shell("echo out; echo err >&2; exit 3"));
  EXPECT_EQ(result.output, "out\n");
  EXPECT_EQ(result.error_output, "err\n");
  EXPECT_EQ(result.status.code, 3);
  EXPECT_EQ(result.status.signal, 0);
  EXPECT_FALSE(result.status.ok());
}

TEST(RunTest, ReportsASignalAs128PlusItsNumber) {
  const ExitStatus status = run(shell("kill -KILL $$")).status;
  EXPECT_EQ(status.code, 128 + SIGKILL);
  EXPECT_EQ(status.signal, SIGKILL);
}

TEST(RunTest, FeedsStandardInputAndGivesTheEnvironmentAsItIs) {
  ProcessSpec spec = shell("cat; env");
  spec.standard_input = std::string(1u << 20, 'x');
  spec.env["ONLY"] = "this one";
  const CapturedRun result = run(spec);
  EXPECT_TRUE(result.output.starts_with(spec.standard_input));
  EXPECT_NE(result.output.find("ONLY=this one"), std::string::npos);
  EXPECT_EQ(result.output.find("HOME="), std::string::npos);
}

TEST(RunTest, RunsInTheWorkingDirectoryAndFindsProgramsRelativeToIt) {
  const TemporaryDirectory directory;
  RealFiles files;
  ASSERT_TRUE(files.write(directory / "tool", "#!/bin/sh\npwd\n", Durability::Process, 0755).ok());
  for (const char* program : {"./tool", "tool"}) {
    ProcessSpec spec;
    spec.argv = {program};
    spec.env = {{"PATH", ".:/usr/bin:/bin"}};
    spec.working_directory = directory.path();
    EXPECT_EQ(run(spec).output, directory.path().string() + "\n") << program;
  }
}

TEST(RunTest, NamesWhatCouldNotBeStarted) {
  const TemporaryDirectory directory;
  RealFiles files;
  ASSERT_TRUE(files.write(directory / "text", "hello", Durability::Process, 0755).ok());
  RealProcesses processes;
  struct Case {
    std::string program;
    std::string folder;
    ErrorCode code;
    std::string mentions;
  };
  const Case cases[] = {
      {"no-such-program", "", ErrorCode::NotFound, "no-such-program"},
      {"/no/such/program", "", ErrorCode::NotFound, "/no/such/program"},
      {"sh", "/no/such/folder", ErrorCode::NotFound, "/no/such/folder"},
      {(directory / "text").string(), "", ErrorCode::InvalidInput, "#!"},
      {"", "", ErrorCode::InvalidInput, "no program"},
  };
  for (const Case& c : cases) {
    ProcessSpec spec = shell("true");
    spec.argv[0] = c.program;
    spec.working_directory = c.folder;
    const auto result = processes.run(spec, {}, {});
    ASSERT_FALSE(result.ok()) << c.program;
    EXPECT_EQ(result.error().code(), c.code) << result.error().message();
    EXPECT_NE(result.error().message().find(c.mentions), std::string::npos)
        << result.error().message();
  }
}

TEST(RunTest, RejectsSpecsThatCannotBePassedOn) {
  ProcessSpec with_nul = shell("true");
  with_nul.argv.emplace_back("a\0b", 3);
  ProcessSpec bad_name = shell("true");
  bad_name.env["A=B"] = "";
  ProcessSpec bad_descriptor = shell("true");
  bad_descriptor.pass_descriptors = {999};
  ProcessSpec much_input = shell("true");
  much_input.standard_input = std::string((1u << 20) + 1, 'x');
  for (const ProcessSpec& spec : {with_nul, bad_name, bad_descriptor, much_input}) {
    EXPECT_EQ(RealProcesses().run(spec, {}, {}).error().code(), ErrorCode::InvalidInput);
  }
}

TEST(RunTest, EndsAChildThatWritesTooMuch) {
  RunLimits limits;
  limits.max_output_bytes = 1000;
  const auto result = RealProcesses().run(shell("exec yes"), limits, {});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), ErrorCode::ResourceExhausted);
  EXPECT_TRUE(RealProcesses().run(shell("head -c 1000 /dev/zero"), limits, {}).ok());
  EXPECT_FALSE(RealProcesses().run(shell("head -c 1001 /dev/zero"), limits, {}).ok());
}

TEST(RunTest, EndsTheWholeGroupAtTheTimeout) {
  const TemporaryDirectory directory;
  RunLimits limits;
  limits.timeout = std::chrono::milliseconds(50);
  ProcessSpec spec = shell("sleep 60 & echo $! > pid; wait");
  spec.working_directory = directory.path();
  RealProcesses processes;
  const auto result = processes.run(spec, limits, {});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), ErrorCode::Timeout);
  const std::string pid = RealFiles().read(directory / "pid", 100).value();
  // Gone, or a zombie that nobody in this sandbox collects.
  const SteadyTime start = RealClock().steady();
  while (processes.identify(std::stoi(pid)) && since(start) < kLong) std::this_thread::yield();
  EXPECT_EQ(processes.identify(std::stoi(pid)), std::nullopt);
}

TEST(RunTest, KillsAChildThatIgnoresBeingAskedToEnd) {
  RunLimits limits;
  limits.timeout = std::chrono::milliseconds(50);
  const SteadyTime start = RealClock().steady();
  const auto result =
      RealProcesses().run(shell("trap '' TERM; while true; do sleep 0.1; done"), limits, {});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), ErrorCode::Timeout);
  EXPECT_GE(since(start), std::chrono::seconds(2));
  EXPECT_LT(since(start), kLong);
}

TEST(RunTest, EndsWhenCancelled) {
  CancellationSource source;
  std::thread canceller([&] { source.cancel(); });
  const auto result = RealProcesses().run(shell("exec sleep 60"), {}, source.token());
  canceller.join();
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), ErrorCode::Cancelled);
}

TEST(RunTest, DoesNotWaitForAGrandchildThatKeepsThePipeOpen) {
  const SteadyTime start = RealClock().steady();
  const CapturedRun result = run(shell("sleep 60 & echo $!"));
  EXPECT_LT(since(start), std::chrono::seconds(30));
  EXPECT_TRUE(result.status.ok());
  ::kill(std::stoi(result.output), SIGKILL);
}

TEST(RunTest, ReadsAllThatTheChildLeftInThePipe) {
  EXPECT_EQ(run(shell("head -c 60000 /dev/zero")).output.size(), 60000u);
  EXPECT_EQ(run(shell("head -c 3000000 /dev/zero")).output.size(), 3000000u);
}

TEST(SpawnTest, GivesDescriptorsAsOutputAndPassesOthersOn) {
  const TemporaryDirectory directory;
  Pipe pipe = make_pipe().value();
  const Descriptor log = open_output_file(directory / "log").value();
  ProcessSpec spec = shell(cat("echo to-log; echo to-log-2 >&2; echo passed >&",
                               pipe.write_end.get(), "; ls /proc/self/fd"));
  spec.output = log.get();
  spec.error_output = log.get();
  spec.pass_descriptors = {pipe.write_end.get()};
  const auto process = RealProcesses().spawn(spec).value();
  pipe.write_end.reset();
  EXPECT_TRUE(process->wait().value().ok());
  std::array<char, 100> buffer;
  const std::size_t n = read_some(pipe.read_end.get(), buffer, "pipe").value();
  EXPECT_EQ(std::string(buffer.data(), n), "passed\n");
  EXPECT_TRUE(RealFiles().read(directory / "log", 1000).value().starts_with("to-log\nto-log-2\n"));
}

TEST(SpawnTest, LeavesNoStrayDescriptorsToTheChild) {
  // Without O_CLOEXEC, as a careless parent would leave it.
  const Descriptor stray(::open("/dev/null", O_RDONLY));
  EXPECT_EQ(run(shell("ls /proc/self/fd | tr '\\n' ' '")).output, "0 1 2 3 ");
}

TEST(SpawnTest, SwapsTheStandardStreamsWhenAsked) {
  ProcessSpec spec = shell("exit 0");
  spec.output = STDERR_FILENO;
  spec.error_output = STDOUT_FILENO;
  EXPECT_TRUE(RealProcesses().spawn(spec).value()->wait().value().ok());
}

TEST(SpawnTest, ResetsSignalsInTheChild) {
  struct sigaction ignore {};
  struct sigaction old {};
  ignore.sa_handler = SIG_IGN;
  ASSERT_EQ(::sigaction(SIGHUP, &ignore, &old), 0);
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const std::string status = run(shell("cat /proc/self/status")).output;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::sigaction(SIGHUP, &old, nullptr);
  EXPECT_NE(status.find("SigBlk:\t0000000000000000"), std::string::npos) << status;
  // The C library keeps 32 and 33 to itself.
  const std::string ignored = status.substr(status.find("SigIgn:") + 8, 16);
  EXPECT_EQ(std::stoull(ignored, nullptr, 16) & 0x7fffffff, 0u) << status;
}

TEST(SpawnTest, PutsTheChildInTheSessionAskedFor) {
  const std::string show = "set -- $(cat /proc/$$/stat); echo $1 $5 $6";
  for (const Session session : {Session::Inherit, Session::NewGroup, Session::NewSession}) {
    ProcessSpec spec = shell(show);
    spec.session = session;
    const std::string text = run(spec).output;
    const auto fields = split(trim(text), ' ');
    EXPECT_EQ(fields[0] == fields[1], session != Session::Inherit) << text;
    EXPECT_EQ(fields[0] == fields[2], session == Session::NewSession) << text;
  }
}

TEST(ProcessTest, WaitGivesUpAtTheDeadlineAndOnCancelAndTriesAgain) {
  RealProcesses processes;
  const auto process = processes.spawn(shell("exec sleep 60")).value();
  EXPECT_EQ(process->wait({}, std::chrono::milliseconds(5)).error().code(), ErrorCode::Timeout);
  CancellationSource source;
  source.cancel();
  EXPECT_EQ(process->wait(source.token()).error().code(), ErrorCode::Cancelled);
  process->send_signal(SIGTERM);
  EXPECT_EQ(process->wait().value().signal, SIGTERM);
  EXPECT_EQ(process->wait().value().signal, SIGTERM);
  process->send_signal(SIGTERM);  // harmless once it has ended
}

TEST(ProcessTest, IsReapedWhenItsObjectIsGone) {
  RealProcesses processes;
  const pid_t pid = processes.spawn(shell("exec sleep 60")).value()->pid();
  ASSERT_TRUE(processes.identify(pid));
  ::kill(pid, SIGKILL);
  const SteadyTime start = RealClock().steady();
  struct stat info {};
  const std::string entry = cat("/proc/", pid);
  while (::stat(entry.c_str(), &info) == 0 && since(start) < kLong) (void)processes.identify(pid);
  EXPECT_NE(::stat(entry.c_str(), &info), 0);
}

TEST(IdentityTest, ReadsThroughNamesWithBlanksAndParentheses) {
  const TemporaryDirectory directory;
  RealFiles files;
  ASSERT_TRUE(files.copy("/bin/sleep", directory / "a) b (c").ok());
  ProcessSpec spec;
  spec.argv = {(directory / "a) b (c").string(), "60"};
  RealProcesses processes;
  const auto process = processes.spawn(spec).value();
  const ProcessIdentity identity = process->identity();
  EXPECT_EQ(processes.identify(process->pid()), identity);
  EXPECT_GT(identity.start_ticks, 0u);
  EXPECT_EQ(identity.boot_id.size(), 36u);
  EXPECT_TRUE(processes.signal(identity, SIGKILL));
  EXPECT_TRUE(process->wait().ok());
  EXPECT_EQ(processes.identify(identity.pid), std::nullopt);
}

TEST(IdentityTest, IsThatOfAProcessWhoseFirstThreadEndedBeforeTheOthers) {
  Pipe go_on = make_pipe().value();
  Pipe said = make_pipe().value();
  ProcessSpec spec = shell(R"(exec python3 -c '
import ctypes, threading
def outlive():
    while ") Z " not in open("/proc/self/stat").read(): pass
    print("alone", flush=True)
    input()
threading.Thread(target=outlive).start()
ctypes.CDLL(None).pthread_exit(None)
')");
  spec.input = go_on.read_end.get();
  spec.output = said.write_end.get();
  RealProcesses processes;
  const auto process = processes.spawn(spec).value();
  said.write_end.reset();
  char text[5];
  ASSERT_EQ(::read(said.read_end.get(), text, sizeof text),
            5);  // "alone": its first thread is a zombie
  EXPECT_EQ(processes.identify(process->pid()), process->identity());
  go_on.write_end.reset();
  ASSERT_TRUE(process->wait().ok());
  EXPECT_EQ(processes.identify(process->pid()), std::nullopt);
}

TEST(IdentityTest, SignalsNobodyElse) {
  RealProcesses processes;
  const auto process = processes.spawn(shell("exec sleep 60")).value();
  ProcessIdentity earlier = process->identity();
  earlier.start_ticks -= 1;
  EXPECT_FALSE(processes.signal(earlier, SIGKILL));
  ProcessIdentity earlier_boot = process->identity();
  earlier_boot.boot_id = "another";
  EXPECT_FALSE(processes.signal(earlier_boot, SIGKILL));
  EXPECT_EQ(process->wait({}, std::chrono::milliseconds(20)).error().code(), ErrorCode::Timeout);
  process->send_signal(SIGKILL);
  EXPECT_TRUE(process->wait().ok());
  EXPECT_FALSE(processes.signal(process->identity(), SIGKILL));
}

}  // namespace
}  // namespace sluice::os
