#include <gtest/gtest.h>

#include <set>

#include "exec/ports/step_backend.h"

namespace sluice::exec {
namespace {

std::string folder_of(const std::string& job, int leg = 0, std::int64_t attempt = 1) {
  return LegAddress{"run", job, leg, attempt}.folder_name();
}

TEST(LegAddressTest, NamesAFolderThatEveryToolTakes) {
  EXPECT_EQ(folder_of("build"), "build");
  EXPECT_EQ(folder_of("build", 3, 2), "build.3.a2");
  EXPECT_EQ(folder_of("deploy/test"), "deploy+test");
  EXPECT_EQ(folder_of("deploy.1/inner.12/test", 2), "deploy.1+inner.12+test.2");
}

TEST(LegAddressTest, TellsDifferentJobsApart) {
  const std::set<std::string> names{folder_of("a/b"),     folder_of("a+b"),   folder_of("a%2bb"),
                                    folder_of("a.1/b"),   folder_of("a", 1),  folder_of("a.1"),
                                    folder_of("a/b", 1),  folder_of("a/b.1"), folder_of("a%2e1/b"),
                                    folder_of("a.1.2/b"), folder_of("/"),     folder_of("//")};
  EXPECT_EQ(names.size(), 12u);
  for (const std::string& name : names) EXPECT_EQ(name.find('/'), std::string::npos) << name;
}

TEST(LegAddressTest, StaysShort) {
  std::string job = std::string(90, 'x');
  for (int i = 0; i < 5; ++i) job += "/" + std::string(90, 'y');
  EXPECT_LT(folder_of(job, 7, 3).size(), 140u);
  EXPECT_NE(folder_of(job), folder_of(job + "z"));
}

}  // namespace
}  // namespace sluice::exec
