#include "ml/evaluate/predict_command.h"

#include <array>

#include "base/ids.h"
#include "base/strings.h"
#include "ml/data/number.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kShownOutput = 400;
constexpr std::uint64_t kFileBlock = 512;  // the unit of the shell's `ulimit -f`

// $1 rows, $2 predictions, $3 command, $4 limit of the size of a file.
constexpr std::string_view kScript = R"(ulimit -f "$4"
exec <"$1" >"$2"
eval "$3")";

// A folder that goes with the object.
class ScratchFolder {
 public:
  explicit ScratchFolder(os::World& world) : world_(world) {
    std::array<std::uint8_t, 16> random{};
    world.random.fill(random);
    const os::Path parent = world.environment.get("TMPDIR").value_or("/tmp");
    path_ = parent / cat("sluice-predict-", make_sortable_id(world.clock.now(), random));
  }
  ~ScratchFolder() { (void)world_.files.remove_all(path_).ok(); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const os::Path& path() const { return path_; }

 private:
  os::World& world_;
  os::Path path_;
};

std::string end_of(const std::string& text) {
  const std::string_view all = trim(text);
  if (all.empty()) return "it said nothing on its standard error";
  return cat("it said: ", all.size() > kShownOutput ? "… " : "",
             all.substr(all.size() - std::min(all.size(), kShownOutput)));
}

Result<void> run(os::World& world, const PredictCommand& command, const ScratchFolder& folder,
                 const CancellationToken& cancel) {
  os::ProcessSpec spec;
  spec.argv = {"sh",
               "-c",
               std::string(kScript),
               "sluice",
               (folder.path() / "rows.csv").string(),
               (folder.path() / "predictions.csv").string(),
               command.command,
               std::to_string(command.max_output / kFileBlock)};
  spec.env = world.environment.all();
  if (!command.model.empty()) spec.env["SLUICE_MODEL"] = command.model.string();
  os::RunLimits limits;
  limits.timeout = command.timeout;
  const auto ran = world.processes.run(spec, limits, cancel);
  if (!ran.ok()) {
    if (ran.error().code() != ErrorCode::Timeout) return ran.error();
    return invalid_input(cat("the command that predicts did not end within ",
                             to_human(command.timeout), ": ", command.command));
  }
  const os::CapturedRun& result = ran.value();
  if (!result.status.ok())
    return invalid_input(cat("the command that predicts failed with status ", result.status.code,
                             " (", command.command, "); ", end_of(result.error_output)));
  return success();
}

// A first line that is a number is no header.
std::string with_header(std::string text) {
  const std::string_view first = trim(std::string_view(text).substr(0, text.find('\n')));
  return parse_number(first) ? cat("prediction\n", text) : text;
}

}  // namespace

Table without_column(const Table& table, std::string_view name) {
  std::vector<Column> columns;
  for (const Column& column : table.columns())
    if (column.name != name) columns.push_back(column);
  return Table::create(std::move(columns)).value();
}

Result<Table> run_predict_command(os::World world, const PredictCommand& command, const Table& rows,
                                  const CancellationToken& cancel) {
  const ScratchFolder folder(world);
  TRY(world.files.make_directories(folder.path(), 0700));
  TRY(write_csv(world.files, folder.path() / "rows.csv", rows));
  TRY(run(world, command, folder, cancel));
  const os::Path answers = folder.path() / "predictions.csv";
  const std::string text = TRY(world.files.read(answers, command.max_output));
  TRY(world.files.write(answers, with_header(text)));
  const auto table = read_table(world.files, answers);
  if (!table.ok())
    return invalid_input(
        cat("the output of the command that predicts cannot be read: ",
            replace_all(table.error().describe(), answers.string(), "its output")));
  if (table->row_count() != rows.row_count())
    return invalid_input(cat("the command that predicts answered ",
                             plural(table->row_count(), "row"), " where it was given ",
                             grouped(rows.row_count()), " (", command.command, ")"));
  return table;
}

}  // namespace sluice::ml
