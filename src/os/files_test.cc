#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "base/strings.h"
#include "os/descriptor.h"
#include "os/disk.h"
#include "os/machine.h"
#include "os/real_clock.h"
#include "os/real_environment.h"
#include "os/real_files.h"
#include "os/real_locks.h"
#include "os/real_processes.h"
#include "os/real_random.h"
#include "os/testing/fake_clock.h"
#include "os/testing/faulty_files.h"
#include "os/testing/memory_files.h"
#include "os/testing/temporary_directory.h"

namespace sluice::os {
namespace {

// What both file systems promise.
class FilesTest : public testing::TestWithParam<const char*> {
 protected:
  FilesTest() { CHECK(memory_.make_directories(root_, 0755).ok()); }

  FakeClock clock_;
  TemporaryDirectory directory_;
  RealFiles real_;
  MemoryFiles memory_{clock_};
  Files* files_ = std::string_view(GetParam()) == "real" ? static_cast<Files*>(&real_) : &memory_;
  Path root_ = directory_.path();
};

INSTANTIATE_TEST_SUITE_P(Versions, FilesTest, testing::Values("real", "memory"),
                         [](const auto& suite) { return std::string(suite.param); });

TEST_P(FilesTest, WritesAndReplacesWholeFiles) {
  for (const Durability durability : {Durability::Process, Durability::Power}) {
    ASSERT_TRUE(files_->write(root_ / "a", "one", durability).ok());
    EXPECT_EQ(files_->read(root_ / "a").value(), "one");
    ASSERT_TRUE(files_->write(root_ / "a", "", durability, 0600).ok());
    EXPECT_EQ(files_->read(root_ / "a").value(), "");
    EXPECT_EQ(files_->stat(root_ / "a").value().mode, 0600u);
  }
  EXPECT_EQ(files_->list(root_).value().size(), 1u);  // and leaves nothing else behind
}

TEST_P(FilesTest, CreatesAFileOnlyOnce) {
  ASSERT_TRUE(files_->create_exclusive(root_ / "a", "one", Durability::Power).ok());
  EXPECT_EQ(files_->create_exclusive(root_ / "a", "two").error().code(), ErrorCode::AlreadyExists);
  EXPECT_EQ(files_->read(root_ / "a").value(), "one");
  EXPECT_EQ(files_->list(root_).value().size(), 1u);
}

TEST_P(FilesTest, RefusesToReadMoreThanTheLimit) {
  ASSERT_TRUE(files_->write(root_ / "a", "12345").ok());
  EXPECT_EQ(files_->read(root_ / "a", 5).value(), "12345");
  EXPECT_EQ(files_->read(root_ / "a", 4).error().code(), ErrorCode::ResourceExhausted);
}

TEST_P(FilesTest, NamesThePathInItsErrors) {
  const Path missing = root_ / "no" / "such";
  const std::vector<Error> errors = {files_->read(missing).error(),
                                     files_->open(missing).error(),
                                     files_->stat(missing).error(),
                                     files_->list(missing).error(),
                                     files_->read_link(missing).error(),
                                     files_->resolve(missing).error(),
                                     files_->write(missing, "").error(),
                                     files_->create_exclusive(missing, "").error(),
                                     files_->open_append(missing).error(),
                                     files_->rename(missing, root_ / "x").error(),
                                     files_->hard_link(missing, root_ / "x").error(),
                                     files_->copy(missing, root_ / "x").error(),
                                     files_->set_mode(missing, 0600).error()};
  for (const Error& error : errors) {
    EXPECT_EQ(error.code(), ErrorCode::NotFound) << error.message();
    EXPECT_NE(error.message().find((root_ / "no").string()), std::string::npos) << error.message();
  }
}

TEST_P(FilesTest, OverwritesInPlaceWhatHasNoOtherName) {
  ASSERT_TRUE(files_->write(root_ / "file", "one two three", Durability::Process, 0700).ok());
  const auto seen = files_->open_append(root_ / "file").value();
  ASSERT_TRUE(files_->overwrite(root_ / "file", "four").ok());
  EXPECT_EQ(files_->read(root_ / "file").value(), "four");
  EXPECT_EQ(files_->stat(root_ / "file")->mode, 0700u);
  ASSERT_TRUE(seen->append(" five").ok());  // still the same file
  EXPECT_EQ(files_->read(root_ / "file").value(), "four five");
  ASSERT_TRUE(files_->overwrite(root_ / "file", "").ok());
  EXPECT_EQ(files_->read(root_ / "file").value(), "");

  ASSERT_TRUE(files_->symlink("file", root_ / "link").ok());
  EXPECT_EQ(files_->overwrite(root_ / "link", "x").error().code(), ErrorCode::FailedPrecondition);
  ASSERT_TRUE(files_->hard_link(root_ / "file", root_ / "other").ok());
  EXPECT_EQ(files_->overwrite(root_ / "file", "x").error().code(), ErrorCode::FailedPrecondition);
  EXPECT_EQ(files_->overwrite(root_ / "none", "x").error().code(), ErrorCode::NotFound);
  EXPECT_EQ(files_->read(root_ / "other").value(), "");
}

TEST_P(FilesTest, AppendsAndReadsInPieces) {
  const auto log = files_->open_append(root_ / "log").value();
  ASSERT_TRUE(log->append("one ").ok());
  ASSERT_TRUE(log->append("two").ok());
  ASSERT_TRUE(log->sync().ok());
  ASSERT_TRUE(log->close().ok());
  ASSERT_TRUE(files_->open_append(root_ / "log").value()->append(" three").ok());

  const auto reader = files_->open(root_ / "log").value();
  std::array<char, 5> buffer;
  std::string text;
  while (const std::size_t n = reader->read(buffer).value()) text.append(buffer.data(), n);
  EXPECT_EQ(text, "one two three");
  ASSERT_TRUE(reader->seek(4).ok());
  EXPECT_EQ(reader->read(std::span(buffer).first(3)).value(), 3u);
  EXPECT_EQ(std::string_view(buffer.data(), 3), "two");
  ASSERT_TRUE(reader->seek(1000).ok());
  EXPECT_EQ(reader->read(buffer).value(), 0u);
}

TEST_P(FilesTest, ListsByNameWithKinds) {
  ASSERT_TRUE(files_->make_directories(root_ / "b" / "deep").ok());
  ASSERT_TRUE(files_->make_directories(root_ / "b" / "deep").ok());
  ASSERT_TRUE(files_->write(root_ / "c", "").ok());
  ASSERT_TRUE(files_->symlink("c", root_ / "a").ok());
  const auto entries = files_->list(root_).value();
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].name, "a");
  EXPECT_EQ(entries[0].kind, FileKind::Symlink);
  EXPECT_EQ(entries[1].name, "b");
  EXPECT_EQ(entries[1].kind, FileKind::Directory);
  EXPECT_EQ(entries[2].kind, FileKind::Regular);
  EXPECT_FALSE(files_->make_directories(root_ / "c" / "below").ok());
}

TEST_P(FilesTest, FollowsLinksWhereItSaysSo) {
  ASSERT_TRUE(files_->write(root_ / "file", "text").ok());
  ASSERT_TRUE(files_->symlink("file", root_ / "link").ok());
  EXPECT_EQ(files_->read(root_ / "link").value(), "text");
  EXPECT_EQ(files_->stat(root_ / "link").value().kind, FileKind::Symlink);
  EXPECT_EQ(files_->read_link(root_ / "link").value(), "file");
  EXPECT_EQ(files_->resolve(root_ / "x" / ".." / "link").ok(), files_ == &memory_);
  EXPECT_EQ(files_->resolve(root_ / "." / "link").value(), root_ / "file");
  ASSERT_TRUE(files_->remove_all(root_ / "link").ok());
  EXPECT_TRUE(files_->read(root_ / "file").ok());
}

TEST_P(FilesTest, RenamesLinksCopiesAndRemoves) {
  ASSERT_TRUE(files_->make_directories(root_ / "d").ok());
  ASSERT_TRUE(files_->write(root_ / "d" / "file", "text", Durability::Process, 0755).ok());
  ASSERT_TRUE(files_->rename(root_ / "d", root_ / "e").ok());
  ASSERT_TRUE(files_->hard_link(root_ / "e" / "file", root_ / "hard").ok());
  EXPECT_EQ(files_->hard_link(root_ / "e" / "file", root_ / "hard").error().code(),
            ErrorCode::AlreadyExists);
  ASSERT_TRUE(files_->copy(root_ / "e" / "file", root_ / "copy").ok());
  ASSERT_TRUE(files_->set_mode(root_ / "hard", 0444).ok());
  EXPECT_EQ(files_->stat(root_ / "e" / "file").value().mode, 0444u);  // one file, two names
  EXPECT_EQ(files_->stat(root_ / "copy").value().mode, 0755u);        // a file of its own
  EXPECT_EQ(files_->read(root_ / "copy").value(), "text");
  ASSERT_TRUE(files_->remove_all(root_ / "e").ok());
  ASSERT_TRUE(files_->remove_all(root_ / "e").ok());  // absent is fine
  EXPECT_EQ(files_->read(root_ / "hard").value(), "text");
  EXPECT_EQ(files_->stat(root_ / "e").error().code(), ErrorCode::NotFound);
}

TEST(RealFilesTest, CopiesFilesLargerThanItsBuffer) {
  const TemporaryDirectory directory;
  RealFiles files;
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += cat(i, ",");
  ASSERT_TRUE(files.write(directory / "a", text, Durability::Process, 0644).ok());
  ASSERT_TRUE(files.copy(directory / "a", directory / "b").ok());
  EXPECT_EQ(files.read(directory / "b", 1u << 30).value(), text);
  ASSERT_TRUE(files.copy("/proc/self/status", directory / "c").ok());  // of unknown size
  EXPECT_FALSE(files.read(directory / "c", 1u << 30).value().empty());
  EXPECT_FALSE(files.copy(directory.path(), directory / "d").ok());
}

TEST(RealFilesTest, RemovesFoldersThatAreWriteProtected) {
  const TemporaryDirectory directory;
  RealFiles files;
  const Path inner = directory / "cache" / "module";
  ASSERT_TRUE(files.make_directories(inner, 0755).ok());
  ASSERT_TRUE(files.write(inner / "file", "", Durability::Process, 0444).ok());
  ASSERT_TRUE(files.set_mode(inner, 0555).ok());
  ASSERT_TRUE(files.remove_all(directory / "cache").ok());
  EXPECT_TRUE(files.list(directory.path()).value().empty());
}

TEST(RealFilesTest, LeavesNothingBehindWhenTheDiskIsFull) {
  const TemporaryDirectory directory;
  RealFiles files;
  ASSERT_TRUE(files.write(directory / "old", "old", Durability::Process, 0644).ok());
  // A limit on file size fails a write in its middle as a full disk does.
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{4096, 4096};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const std::string large(100'000, 'x');
    const bool failed =
        !files.write(directory / "old", large, Durability::Process, 0644).ok() &&
        !files.create_exclusive(directory / "new", large, Durability::Power, 0644).ok();
    ::_exit(failed ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(files.read(directory / "old", 100).value(), "old");
  EXPECT_EQ(files.list(directory.path()).value().size(), 1u);
}

TEST(MemoryFilesTest, LosesWhatWasNotSyncedWhenThePowerGoes) {
  const FakeClock clock;
  MemoryFiles files(clock);
  ASSERT_TRUE(files.write("/kept", "1", Durability::Power, 0644).ok());
  ASSERT_TRUE(files.write("/lost", "1", Durability::Process, 0644).ok());
  ASSERT_TRUE(files.write("/replaced", "old", Durability::Power, 0644).ok());
  ASSERT_TRUE(files.write("/replaced", "new", Durability::Process, 0644).ok());
  const auto log = files.open_append("/log", 0644).value();
  ASSERT_TRUE(log->append("synced").ok());
  ASSERT_TRUE(log->sync().ok());
  ASSERT_TRUE(log->append(" and not").ok());
  ASSERT_TRUE(files.rename("/kept", "/renamed").ok());
  files.lose_power();
  EXPECT_EQ(files.read("/renamed", 100).value(), "1");
  EXPECT_FALSE(files.read("/lost", 100).ok());
  EXPECT_EQ(files.read("/replaced", 100).value(), "old");
  EXPECT_EQ(files.read("/log", 100).value(), "synced");
}

TEST(MemoryFilesTest, FailsTheCallThatItIsToldToFail) {
  const FakeClock clock;
  MemoryFiles files(clock);
  files.faults().fail_call(2, ErrorCode::ResourceExhausted);
  EXPECT_TRUE(files.write("/a", "1", Durability::Process, 0644).ok());
  EXPECT_EQ(files.write("/b", "1", Durability::Process, 0644).error().code(),
            ErrorCode::ResourceExhausted);
  EXPECT_TRUE(files.write("/c", "1", Durability::Process, 0644).ok());
  EXPECT_EQ(files.faults().record(),
            (std::vector<std::string>{"write /a", "write /b", "write /c"}));
  EXPECT_FALSE(files.read("/b", 100).ok());
}

TEST(FaultyFilesTest, FailsEachMutatingCallInTurn) {
  const FakeClock clock;
  int failures = 0;
  for (int n = 1;; ++n) {
    MemoryFiles memory(clock);
    FaultyFiles files(memory);
    files.faults().fail_call(n, ErrorCode::ResourceExhausted, FaultPlan::Repeat::ForEver);
    const auto work = [&]() -> Result<void> {
      TRY(files.make_directories("/d", 0755));
      const auto log = TRY(files.open_append("/d/log", 0644));
      TRY(log->append("1234"));
      TRY(log->sync());
      return files.rename("/d/log", "/d/done");
    };
    const Result<void> done = work();
    if (done.ok()) break;
    ++failures;
    EXPECT_EQ(done.error().code(), ErrorCode::ResourceExhausted);
    EXPECT_FALSE(memory.read("/d/done", 100).ok());
    if (n == 3) {
      EXPECT_EQ(memory.read("/d/log", 100).value(), "12");
    }
  }
  EXPECT_EQ(failures, 5);
}

TEST(LocksTest, ExcludeEachOtherWithinAndBetweenProcesses) {
  const TemporaryDirectory directory;
  RealLocks locks;
  auto first = locks.try_lock(directory / "lock").value();
  const auto second = locks.try_lock(directory / "lock");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::Busy);
  EXPECT_NE(second.error().message().find(cat("process ", ::getpid())), std::string::npos)
      << second.error().message();

  ProcessSpec spec;
  spec.argv = {"flock", "-n", (directory / "lock").string(), "true"};
  RealProcesses processes;
  EXPECT_EQ(processes.run(spec, {}, {}).value().status.code, 1);
  first.reset();
  EXPECT_EQ(processes.run(spec, {}, {}).value().status.code, 0);
  EXPECT_TRUE(locks.try_lock(directory / "lock").ok());
}

TEST(LocksTest, AreNotInheritedByChildren) {
  const TemporaryDirectory directory;
  RealLocks locks;
  auto lock = locks.try_lock(directory / "lock").value();
  ProcessSpec spec;
  spec.argv = {"sleep", "60"};
  const auto child = RealProcesses().spawn(spec).value();
  lock.reset();
  EXPECT_TRUE(locks.try_lock(directory / "lock").ok());
  child->send_signal(SIGKILL);
  EXPECT_TRUE(child->wait().ok());
}

TEST(LocksTest, OutlastACopyOfTheLockOfAHolderThatIsGone) {
  const TemporaryDirectory directory;
  const Path path = directory / "lock";
  Descriptor copy(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  ASSERT_EQ(::flock(copy.get(), LOCK_EX), 0);
  ASSERT_EQ(::write(copy.get(), "2147483647\n", 11), 11);  // above any pid there is
  std::thread child([&] { copy.reset(); });
  RealLocks locks;
  const auto lock = locks.try_lock(path);
  child.join();
  EXPECT_TRUE(lock.ok()) << lock.error().describe();
}

TEST(LocksTest, NoticeThatTheFileWasReplaced) {
  const TemporaryDirectory directory;
  RealFiles files;
  RealLocks locks;
  const auto first = locks.try_lock(directory / "lock").value();
  ASSERT_TRUE(files.remove_all(directory / "lock").ok());
  const auto second = locks.try_lock(directory / "lock").value();
  EXPECT_FALSE(locks.try_lock(directory / "lock").ok());
}

TEST(MachineTest, DescribesWhereItRuns) {
  const Machine machine = describe_machine();
  EXPECT_GE(machine.processors, 1);
  EXPECT_GT(machine.memory, machine.available_memory);
  EXPECT_GT(machine.available_memory, 0u);
  EXPECT_GT(machine.open_file_limit, 0u);
  EXPECT_TRUE(machine.system.starts_with("Linux "));
  const TemporaryDirectory directory;
  const DiskSpace space = disk_space(directory.path()).value();
  EXPECT_GE(space.total, space.available);
  EXPECT_EQ(disk_space("/no/such").error().code(), ErrorCode::NotFound);
}

TEST(EnvironmentTest, IsASnapshot) {
  ::setenv("SLUICE_TEST_VARIABLE", "a=b", 1);
  const RealEnvironment environment;
  ::unsetenv("SLUICE_TEST_VARIABLE");
  EXPECT_EQ(environment.get("SLUICE_TEST_VARIABLE"), "a=b");
  EXPECT_EQ(RealEnvironment().get("SLUICE_TEST_VARIABLE"), std::nullopt);
}

TEST(RandomTest, FillsAllOfTheBuffer) {
  std::array<std::uint8_t, 1000> a{};
  std::array<std::uint8_t, 1000> b{};
  RealRandom().fill(a);
  RealRandom().fill(b);
  EXPECT_NE(a, b);
  EXPECT_TRUE(std::any_of(a.end() - 32, a.end(), [](auto byte) { return byte != 0; }));
}

}  // namespace
}  // namespace sluice::os
