// Planning alone, in one process: plan_bench FILE [ROUNDS]
// Reads the workflow, then checks and binds it to a push ROUNDS times (default 15). Prints JSON:
// the number of jobs and legs, and the least milliseconds of wall clock and of processor.
// Status 1 when there is no plan.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/strings.h"
#include "pipeline/github/language.h"

namespace {

using namespace sluice;

struct Took {
  double wall = 0;
  double processor = 0;  // milliseconds
};

pipeline::TriggerEvent push() {
  pipeline::TriggerEvent event;
  event.ref = "refs/heads/main";
  event.sha = std::string(40, 'a');
  event.changed_files.emplace();
  event.payload = JsonObject{};
  return event;
}

template <class Work>
Took time(const Work& work) {
  const std::clock_t processor = std::clock();
  const auto start = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;
  return {wall.count(), static_cast<double>(std::clock() - processor) * 1e3 / CLOCKS_PER_SEC};
}

// Other programs on the machine only make it longer.
double least(const std::vector<double>& values) {
  return *std::min_element(values.begin(), values.end());
}

struct Rounds {
  std::vector<double> wall;
  std::vector<double> processor;

  void add(Took took) {
    wall.push_back(took.wall);
    processor.push_back(took.processor);
  }
};

struct Size {
  std::size_t jobs = 0;
  std::size_t legs = 0;
};

using Read = std::unique_ptr<const pipeline::ReadPipeline>;

Result<Size> bind(const pipeline::ReadPipeline& read) {
  const auto bound = TRY(read.bind(push(), {}, {}));
  Size size;
  size.jobs = bound->plan().jobs.size();
  for (const auto& job : bound->plan().jobs) size.legs += job.legs.size();
  return size;
}

void print(const Size& size, const Rounds& parsed, const Rounds& checked, const Rounds& bound) {
  std::printf("{\"jobs\": %zu, \"legs\": %zu, \"wall_ms\": %.3f, \"processor_ms\": %.3f, ",
              size.jobs, size.legs, least(checked.wall) + least(bound.wall),
              least(checked.processor) + least(bound.processor));
  std::printf("\"yaml_ms\": %.3f, \"check_ms\": %.3f, \"bind_ms\": %.3f}\n", least(parsed.wall),
              least(checked.wall), least(bound.wall));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: plan_bench FILE [ROUNDS]\n");
    return 2;
  }
  std::ifstream in(argv[1], std::ios::binary);
  const pipeline::SourceFile file{".github/workflows/bench.yml",
                                  {std::istreambuf_iterator<char>(in), {}}};
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 15;
  Rounds parsed;
  Rounds checked;
  Rounds bound;
  Size size;
  for (int i = 0; i < std::max(rounds, 1); ++i) {
    Read read;
    Result<Size> planned = Size{};
    parsed.add(time([&] { parse_yaml(file.text); }));
    checked.add(time([&] { read = pipeline::github::GithubLanguage().read(file); }));
    bound.add(time([&] { planned = bind(*read); }));
    if (!planned.ok()) {
      std::fprintf(stderr, "plan_bench: %s: %s\n", argv[1], planned.error().describe().c_str());
      return 1;
    }
    size = *planned;
  }
  print(size, parsed, checked, bound);
  return 0;
}
