// Throughput of the data commands on one core, on a generated sales file, beside pandas:
//   data_bench [MEGABYTES [FOLDER]]     default 100, /tmp
// Prints MB of the file for each second of processor time, so that a busy machine does not count,
// and the highest resident memory so far after each step.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>

#include "base/strings.h"
#include "ml/data/infer.h"
#include "ml/data/profile.h"
#include "ml/data/validate.h"
#include "os/real_files.h"
#include "os/real_processes.h"

namespace {

using namespace sluice;

constexpr std::string_view kSchema = R"(keys: [[store, brand, week]]
report_by: [brand, region]
columns:
  store: {type: integer, min: 1, max: 10000000}
  brand: {type: integer, allowed: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]}
  week: {type: integer, min: 1, max: 400}
  date: {type: date, min: 2020-01-01}
  price: {type: number, min: 0.2, max: 20}
  deal: {type: integer, allowed: [0, 1]}
  feat: {type: number, min: 0, max: 1}
  units: {type: integer, min: 0}
  region: {type: category, allowed: [north, south, east, west]}
  note: {type: text}
)";

constexpr const char* kPandas = R"(
import resource, sys, time
try:
    import pandas
except ImportError:
    print("pandas             not installed"); sys.exit(0)
start = time.process_time()
frame = pandas.read_csv(sys.argv[1])
frame.describe(include="all"); frame.duplicated(["store", "brand", "week"]).sum()
seconds = time.process_time() - start
print("pandas %-11s %7.0f MB/s  %6.0f MB peak" % (pandas.__version__,
      float(sys.argv[2]) / seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3))
)";

// The same bytes every time. Returns how many were written.
std::uint64_t generate(const std::string& path, std::uint64_t bytes) {
  constexpr const char* kRegions[] = {"north", "south", "east", "west"};
  std::ofstream out(path, std::ios::binary);
  out << "store,brand,week,date,price,deal,feat,units,region,note\n";
  std::uint64_t random = 1;
  std::uint64_t written = 0;
  char line[200];
  for (std::uint64_t i = 0; written < bytes; ++i) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    const auto store = static_cast<unsigned>(i / 1331 + 1);
    const auto brand = static_cast<unsigned>(i % 11 + 1);
    const auto week = static_cast<unsigned>(i / 11 % 121 + 40);
    const int n = std::snprintf(
        line, sizeof line, "%u,%u,%u,2026-%02u-%02u,%.2f,%u,%.3f,%u,%s,%s\n", store, brand, week,
        week % 12 + 1, brand % 28 + 1, 0.5 + static_cast<double>(random >> 40) * 3e-7, brand & 1,
        static_cast<double>(random >> 44) / (1 << 20), static_cast<unsigned>(random >> 51),
        kRegions[store % 4], i % 50 == 0 ? "\"promo, \"\"front\"\"\"" : "regular shelf price");
    out.write(line, n);
    written += static_cast<std::uint64_t>(n);
  }
  return written;
}

long peak_megabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::atol(line.c_str() + 6) / 1000;
  return 0;
}

template <class Work>
void measure(const char* name, double megabytes, const Work& work) {
  const std::clock_t start = std::clock();
  const auto result = work();
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  if (!result.ok()) {
    std::printf("%-18s %s\n", name, result.error().describe().c_str());
    return;
  }
  std::printf("%-18s %7.0f MB/s  %6ld MB peak\n", name, megabytes / seconds, peak_megabytes());
}

Result<std::uint64_t> scan(const os::FileReader& files, const std::string& path) {
  ml::CsvReader reader = TRY(ml::CsvReader::open(files, path));
  ml::CsvBlock block;
  std::uint64_t rows = 0;
  while (TRY(reader.next(block))) rows += block.rows.size();
  return rows;
}

Result<int> validate(const os::FileReader& files, const std::string& path) {
  const ml::Schema schema = TRY(ml::parse_schema(kSchema, "bench"));
  const ml::ValidationReport report = TRY(ml::validate_data(files, path, schema));
  if (!report.passed()) return failed_precondition(ml::report_text(report));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t megabytes = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100;
  const std::string path = std::string(argc > 2 ? argv[2] : "/tmp") + "/sluice_data_bench.csv";
  const auto size = static_cast<double>(generate(path, megabytes * 1'000'000)) / 1e6;
  const os::RealFiles files;
  measure("scan", size, [&] { return scan(files, path); });
  ml::ProfileOptions as_the_command;
  as_the_command.csv.block_bytes = 64u << 10;
  measure("profile", size, [&] { return ml::profile_data(files, path, as_the_command); });
  measure("validate", size, [&] { return validate(files, path); });
  std::fflush(stdout);
  os::RealProcesses real_processes;
  os::Processes& processes = real_processes;
  os::ProcessSpec spec;
  spec.argv = {"python3", "-c", kPandas, path, cat(size)};
  spec.env = {{"PATH", "/usr/local/bin:/usr/bin:/bin"}};
  const auto pandas = processes.run(spec);
  std::printf("%s", pandas.ok() ? pandas->output.c_str() : pandas.error().describe().c_str());
  std::remove(path.c_str());
  return 0;
}
