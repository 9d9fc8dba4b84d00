#include "ml/data/table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>

#include "base/strings.h"
#include "ml/data/hashed_files.h"
#include "ml/data/nulls.h"
#include "ml/data/number.h"
#include "ml/data/row_source.h"
#include "os/in_parallel.h"

namespace sluice::ml {

namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
// Enough that starting threads costs nothing beside reading them, and 4 MB.
constexpr std::size_t kBlocksAtATime = 16;

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
};

// One column while the file is read.
class ColumnBuilder {
 public:
  ColumnBuilder(std::string name, std::size_t field, ColumnKind kind) : field_(field) {
    column_.name = std::move(name);
    column_.kind = kind;
  }

  std::size_t field() const { return field_; }
  // A text came after numbers, whose spelling is gone: the file must be read again.
  bool spoiled() const { return spoiled_; }
  const std::string& name() const { return column_.name; }
  Column take() { return std::move(column_); }

  void add_missing() {
    if (column_.kind == ColumnKind::Number)
      column_.numbers.push_back(kMissing);
    else
      column_.codes.push_back(-1);
  }

  // False when the column stops being one of numbers here.
  bool add(std::string_view text) {
    if (column_.kind == ColumnKind::Text) {
      add_text(text);
      return true;
    }
    const std::optional<double> number = parse_number(text);
    if (number) seen_number_ = true;
    column_.numbers.push_back(number.value_or(kMissing));
    return number.has_value();
  }

  // After add() has declined a value.
  void become_text(std::string_view text) {
    spoiled_ = spoiled_ || seen_number_;
    if (spoiled_) return;
    column_.kind = ColumnKind::Text;
    column_.codes.assign(column_.numbers.size() - 1, -1);
    column_.numbers = {};
    add_text(text);
  }

 private:
  void add_text(std::string_view text) {
    auto known = codes_.find(text);
    if (known == codes_.end()) {
      known = codes_.emplace(text, static_cast<std::int32_t>(column_.dictionary.size())).first;
      column_.dictionary.emplace_back(text);
    }
    column_.codes.push_back(known->second);
  }

  Column column_;
  std::size_t field_;
  bool seen_number_ = false;
  bool spoiled_ = false;
  std::unordered_map<std::string, std::int32_t, TextHash, std::equal_to<>> codes_;
};

std::string single_column_hint(const std::vector<std::string>& header) {
  if (header.size() != 1 || header[0].find_first_of(";\t|") == std::string::npos) return {};
  return cat("; the file has the single column '", header[0],
             "': its fields must be separated by commas");
}

// One pass over the file with what is known of the kinds so far.
class TableRead {
 public:
  TableRead(const os::Path& path, const TableOptions& options,
            const std::map<std::string, ColumnKind>& kinds)
      : path_(path), options_(options), kinds_(kinds), nulls_(options.nulls) {}

  Result<void> run(const os::FileReader& files);
  std::vector<std::string> spoiled() const;
  std::vector<Column> take();

 private:
  Result<void> choose_columns(const std::vector<std::string>& header);
  // Of a column that must hold numbers.
  struct BadValue {
    std::size_t block;
    CsvPosition position;
    std::string_view text;
  };
  Result<void> add_blocks(std::span<const CsvBlock> blocks);
  std::optional<BadValue> add_column(std::span<const CsvBlock> blocks,
                                     ColumnBuilder& builder) const;
  Error error_at(const CsvPosition& position, std::string_view message) const {
    return invalid_input(cat(path_.string(), ": ", to_string(position), ": ", message));
  }

  const os::Path& path_;
  const TableOptions& options_;
  const std::map<std::string, ColumnKind>& kinds_;
  NullSpellings nulls_;
  std::vector<ColumnBuilder> builders_;
  std::uint64_t rows_ = 0;
};

Result<void> TableRead::run(const os::FileReader& files) {
  const auto reader = TRY(open_rows(files, path_, {options_.csv}));
  TRY(choose_columns(reader->header()));
  std::vector<CsvBlock> blocks(kBlocksAtATime);
  for (std::size_t filled = 0;; filled = 0) {
    Result<bool> more = true;
    while (filled < blocks.size()) {
      more = reader->next(blocks[filled]);
      if (!more.ok() || !*more) break;
      ++filled;
    }
    TRY(add_blocks(std::span(blocks).first(filled)));
    if (!TRY(std::move(more))) return success();
  }
}

Result<void> TableRead::choose_columns(const std::vector<std::string>& header) {
  const std::vector<std::string>& wanted = options_.columns.empty() ? header : options_.columns;
  for (const std::string& name : wanted) {
    const auto found = std::find(header.begin(), header.end(), name);
    if (found == header.end())
      return not_found(cat(path_.string(), ": there is no column '", name, "'",
                           did_you_mean(name, header), single_column_hint(header)));
    const auto kind = kinds_.find(name);
    builders_.emplace_back(name, static_cast<std::size_t>(found - header.begin()),
                           kind == kinds_.end() ? ColumnKind::Number : kind->second);
  }
  return success();
}

// Columns are read side by side; what is wrong is said of the first block, and there of the first
// column, that has something wrong.
Result<void> TableRead::add_blocks(std::span<const CsvBlock> blocks) {
  std::vector<std::optional<BadValue>> bad(builders_.size());
  os::in_parallel(builders_.size(),
                  [&](std::size_t i) { bad[i] = add_column(blocks, builders_[i]); });
  for (std::size_t block = 0; block < blocks.size(); ++block) {
    if (!blocks[block].problems.empty())
      return error_at(blocks[block].problems[0].position, blocks[block].problems[0].message);
    rows_ += blocks[block].rows.size();
    if (rows_ > options_.max_rows)
      return invalid_input(
          cat(path_.string(), ": more than ", grouped(options_.max_rows), " rows"));
    for (std::size_t i = 0; i < bad.size(); ++i)
      if (bad[i] && bad[i]->block == block)
        return error_at(bad[i]->position, cat("column '", builders_[i].name(), "': '",
                                              bad[i]->text.substr(0, 80), "' is not a number"));
  }
  return success();
}

std::optional<TableRead::BadValue> TableRead::add_column(std::span<const CsvBlock> blocks,
                                                         ColumnBuilder& builder) const {
  const bool fixed = options_.kinds.count(builder.name()) != 0;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    const CsvBlock& block = blocks[b];
    for (std::size_t i = 0; i < block.rows.size(); ++i) {
      const std::string_view text = block.fields[i * block.columns + builder.field()];
      if (nulls_.contains(text)) {
        builder.add_missing();
      } else if (!builder.add(text)) {
        if (fixed) return BadValue{b, block.rows[i], text};
        builder.become_text(text);
      }
    }
  }
  return std::nullopt;
}

std::vector<std::string> TableRead::spoiled() const {
  std::vector<std::string> names;
  for (const ColumnBuilder& builder : builders_)
    if (builder.spoiled()) names.push_back(builder.name());
  return names;
}

std::vector<Column> TableRead::take() {
  std::vector<Column> columns;
  for (ColumnBuilder& builder : builders_) columns.push_back(builder.take());
  return columns;
}

}  // namespace

bool Column::missing(std::size_t row) const {
  return kind == ColumnKind::Number ? std::isnan(numbers[row]) : codes[row] < 0;
}

std::string Column::text(std::size_t row) const {
  if (missing(row)) return {};
  if (kind == ColumnKind::Number) return number_text(numbers[row]);
  return dictionary[static_cast<std::size_t>(codes[row])];
}

Result<Table> Table::create(std::vector<Column> columns) {
  std::set<std::string_view> names;
  for (const Column& column : columns) {
    if (!names.insert(column.name).second)
      return invalid_input(cat("the column '", column.name, "' appears twice"));
    if (column.size() != columns.front().size())
      return invalid_input(cat("the column '", column.name, "' has ", column.size(),
                               " values where '", columns.front().name, "' has ",
                               columns.front().size()));
  }
  Table table;
  table.row_count_ = columns.empty() ? 0 : columns.front().size();
  table.columns_ = std::move(columns);
  return table;
}

std::vector<std::string> Table::names() const {
  std::vector<std::string> names;
  for (const Column& column : columns_) names.push_back(column.name);
  return names;
}

const Column* Table::find(std::string_view name) const {
  for (const Column& column : columns_)
    if (column.name == name) return &column;
  return nullptr;
}

Result<const Column*> Table::column(std::string_view name) const {
  const Column* found = find(name);
  if (found != nullptr) return found;
  const std::vector<std::string> known = names();
  return not_found(cat("there is no column '", name, "'", did_you_mean(name, known)));
}

Result<const Column*> Table::number_column(std::string_view name) const {
  const Column* found = TRY(column(name));
  if (found->kind == ColumnKind::Number) return found;
  const std::string example = found->dictionary.empty() ? "" : found->dictionary.front();
  return invalid_input(
      cat("the column '", name, "' holds text, such as '", example, "'; numbers are needed"));
}

Table Table::take(const std::vector<std::size_t>& rows) const {
  Table taken;
  taken.row_count_ = rows.size();
  for (const Column& column : columns_) {
    Column copy;
    copy.name = column.name;
    copy.kind = column.kind;
    copy.dictionary = column.dictionary;
    for (const std::size_t row : rows) {
      if (column.kind == ColumnKind::Number)
        copy.numbers.push_back(column.numbers[row]);
      else
        copy.codes.push_back(column.codes[row]);
    }
    taken.columns_.push_back(std::move(copy));
  }
  return taken;
}

void Table::set_column(Column column) {
  CHECK(columns_.empty() || column.size() == row_count_);
  row_count_ = column.size();
  for (Column& known : columns_) {
    if (known.name != column.name) continue;
    known = std::move(column);
    return;
  }
  columns_.push_back(std::move(column));
}

const std::vector<std::string>& default_null_spellings() {
  static const std::vector<std::string> spellings = {"",    "NA",   "N/A",  "NaN",
                                                     "nan", "null", "NULL", "None"};
  return spellings;
}

// A column whose first values look like numbers and later ones do not makes a second pass.
Result<Table> read_table(const os::FileReader& files, const os::Path& path,
                         const TableOptions& options) {
  std::map<std::string, ColumnKind> kinds = options.kinds;
  while (true) {
    TableRead read(path, options, kinds);
    TRY(read.run(files));
    const std::vector<std::string> spoiled = read.spoiled();
    if (spoiled.empty()) return Table::create(read.take());
    for (const std::string& name : spoiled) kinds[name] = ColumnKind::Text;
  }
}

std::string row_place(const os::FileReader& files, const os::Path& path, std::size_t index,
                      const CsvOptions& csv) {
  const std::string number = cat("row ", index + 1);
  auto reader = open_rows(files, path, {csv});
  if (!reader.ok()) return number;
  RowSource& rows = **reader;
  CsvBlock block;
  std::size_t before = 0;
  for (auto more = rows.next(block); more.ok() && *more; more = rows.next(block)) {
    if (index < before + block.rows.size()) return to_string(block.rows[index - before]);
    before += block.rows.size();
  }
  return number;
}

std::string to_csv(const Table& table) {
  std::string text;
  for (const Column& column : table.columns()) {
    if (&column != &table.columns().front()) text.push_back(',');
    append_csv_field(text, column.name);
  }
  text.push_back('\n');
  for (std::size_t row = 0; row < table.row_count(); ++row) {
    for (const Column& column : table.columns()) {
      if (&column != &table.columns().front()) text.push_back(',');
      append_csv_field(text, column.text(row));
    }
    text.push_back('\n');
  }
  return text;
}

Result<void> write_csv(os::FileWriter& files, const os::Path& path, const Table& table) {
  return files.write(path, to_csv(table));
}

Result<Digest> data_digest(const os::FileReader& files, const os::Path& path) {
  return data_digest(files, path, {});
}

}  // namespace sluice::ml
