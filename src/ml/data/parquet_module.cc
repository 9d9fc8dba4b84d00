#include "ml/data/parquet_module.h"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/compression.h>
#include <arrow/util/config.h>
#include <parquet/arrow/reader.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/schema.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "ml/data/arrow_text.h"

namespace sluice::ml {

namespace {

constexpr std::int64_t kMaxMemory = 1 << 30;  // what Arrow may hold of one file
constexpr std::int64_t kMaxFooterBytes = 64 << 20;
constexpr std::int64_t kBatchBytes = 2 << 20;  // of values, as Parquet counts them
constexpr std::int64_t kMaxBatchRows = 16'384;
constexpr std::int64_t kFreeText = 64 << 20;    // text that is never too much
constexpr std::int64_t kMaxTextRatio = 10'000;  // above it: of the file's size
constexpr std::string_view kMagic = "PAR1";
constexpr std::string_view kEncryptedMagic = "PARE";
constexpr std::int64_t kTrailerBytes = 8;  // length of the footer, magic

// What the other side reads for us, as Arrow wants it.
class InputFile final : public arrow::io::RandomAccessFile {
 public:
  InputFile(const ParquetInput& input, arrow::MemoryPool* pool) : input_(input), pool_(pool) {}

  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<std::int64_t> Tell() const override { return at_; }
  arrow::Status Seek(std::int64_t position) override {
    at_ = position;
    return arrow::Status::OK();
  }
  arrow::Result<std::int64_t> GetSize() override { return input_.size; }
  arrow::Result<std::int64_t> Read(std::int64_t size, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const std::int64_t done, ReadAt(at_, size, out));
    at_ += done;
    return done;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(std::int64_t size) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(at_, size));
    at_ += buffer->size();
    return buffer;
  }
  arrow::Result<std::int64_t> ReadAt(std::int64_t position, std::int64_t size, void* out) override {
    ARROW_ASSIGN_OR_RAISE(size, inside(position, size));
    const std::int64_t done = size == 0 ? 0 : input_.read_at(input_.file, position, out, size);
    if (done < 0) return arrow::Status::IOError("the file cannot be read");
    return done;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(std::int64_t position,
                                                       std::int64_t size) override {
    ARROW_ASSIGN_OR_RAISE(size, inside(position, size));
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(size, pool_));
    ARROW_ASSIGN_OR_RAISE(const std::int64_t done, ReadAt(position, size, buffer->mutable_data()));
    ARROW_RETURN_NOT_OK(buffer->Resize(done));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }

 private:
  // As much of the range as the file has.
  arrow::Result<std::int64_t> inside(std::int64_t position, std::int64_t size) const {
    if (position < 0 || size < 0 || position > input_.size)
      return arrow::Status::Invalid("a part of the file is said to be at byte ", position,
                                    ", which it does not have");
    return std::min(size, input_.size - position);
  }

  ParquetInput input_;
  arrow::MemoryPool* pool_;
  std::int64_t at_ = 0;
  bool closed_ = false;
};

// One file. Its methods throw and return what Arrow says; Reader lets neither out.
class File {
 public:
  explicit File(const ParquetInput& input)
      : input_(input), own_pool_(arrow::system_memory_pool()), pool_(&own_pool_, kMaxMemory) {}

  arrow::Status open();
  const std::vector<std::string>& names() const { return names_; }
  // False at the end.
  arrow::Result<bool> next(ParquetRows& rows);
  std::string place() const;

 private:
  arrow::Status check_frame(InputFile& file) const;
  arrow::Status check_columns() const;
  arrow::Status check_codecs() const;
  arrow::Status check_types();
  parquet::ReaderProperties reader_properties();
  arrow::Status open_group();
  arrow::Result<bool> next_batch();
  arrow::Status finish_group();
  arrow::Status append_row(std::int64_t row);
  arrow::Status check_ratio();
  const parquet::FileMetaData& metadata() const { return *reader_->parquet_reader()->metadata(); }

  ParquetInput input_;
  arrow::ProxyMemoryPool own_pool_;
  arrow::CappedMemoryPool pool_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::vector<std::string> names_;

  bool is_in_footer_ = false;
  int group_ = -1;
  std::unique_ptr<arrow::RecordBatchReader> batches_;
  std::int64_t group_rows_ = 0;  // of the group, given so far
  std::int64_t rows_ = 0;        // of the file
  std::shared_ptr<arrow::RecordBatch> batch_;
  std::vector<ArrowText> columns_;  // of the batch
  std::int64_t row_ = 0;            // of the batch, the next one

  std::string text_;
  std::vector<std::uint64_t> ends_;
  std::int64_t text_bytes_ = 0;  // of all blocks
};

arrow::Status File::open() {
  auto file = std::make_shared<InputFile>(input_, &pool_);
  ARROW_RETURN_NOT_OK(check_frame(*file));
  is_in_footer_ = true;
  auto raw = parquet::ParquetFileReader::Open(std::move(file), reader_properties());
  parquet::ArrowReaderProperties properties;
  properties.set_use_threads(false);
  properties.set_pre_buffer(false);
  // Nanoseconds end in 2262, and what is beyond would come back as another day.
  properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MICRO);
  ARROW_ASSIGN_OR_RAISE(reader_,
                        parquet::arrow::FileReader::Make(&pool_, std::move(raw), properties));
  is_in_footer_ = false;
  ARROW_RETURN_NOT_OK(check_columns());
  ARROW_RETURN_NOT_OK(check_codecs());
  return check_types();
}

arrow::Status File::check_frame(InputFile& file) const {
  char head[4];
  char tail[kTrailerBytes];
  if (input_.size < static_cast<std::int64_t>(kMagic.size()) + kTrailerBytes)
    return arrow::Status::Invalid("the file is truncated: ", input_.size,
                                  " bytes are no Parquet file");
  ARROW_RETURN_NOT_OK(file.ReadAt(0, sizeof head, head));
  ARROW_RETURN_NOT_OK(file.ReadAt(input_.size - kTrailerBytes, kTrailerBytes, tail));
  const std::string_view end(tail + 4, kMagic.size());
  if (end == kEncryptedMagic || std::string_view(head, sizeof head) == kEncryptedMagic)
    return arrow::Status::Invalid("the Parquet file is encrypted; write it without encryption");
  if (end != kMagic)
    return arrow::Status::Invalid("byte ", input_.size,
                                  ": the Parquet file does not end in PAR1: it is truncated or was "
                                  "never finished; write or copy it again");
  std::uint32_t footer = 0;
  std::memcpy(&footer, tail, sizeof footer);
  if (footer > input_.size - kTrailerBytes - static_cast<std::int64_t>(kMagic.size()))
    return arrow::Status::Invalid("byte ", input_.size - kTrailerBytes + 1, ": a footer of ",
                                  footer, " bytes in a Parquet file of ", input_.size);
  if (footer > kMaxFooterBytes)
    return arrow::Status::Invalid("the footer of the Parquet file has ", footer, " bytes; at most ",
                                  kMaxFooterBytes, " are read");
  return arrow::Status::OK();
}

// Columns come page by page through small buffers, so that memory does not grow with row groups.
parquet::ReaderProperties File::reader_properties() {
  parquet::ReaderProperties properties(&pool_);
  properties.enable_buffered_stream();
  properties.set_page_checksum_verification(true);
  properties.set_thrift_string_size_limit(16 << 20);
  properties.set_thrift_container_size_limit(200'000);
  return properties;
}

arrow::Status File::check_columns() const {
  const parquet::schema::GroupNode& root = *metadata().schema()->group_node();
  if (root.field_count() == 0) return arrow::Status::Invalid("the Parquet file has no columns");
  if (static_cast<std::size_t>(root.field_count()) > input_.max_columns)
    return arrow::Status::Invalid(root.field_count(), " columns; at most ", input_.max_columns,
                                  " are read");
  std::vector<std::string> names;
  for (int i = 0; i < root.field_count(); ++i) names.push_back(root.field(i)->name());
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end() && !twice->empty())
    return arrow::Status::Invalid("the column '", *twice, "' appears twice");
  return arrow::Status::OK();
}

arrow::Status File::check_codecs() const {
  for (int group = 0; group < metadata().num_row_groups(); ++group) {
    const auto part = metadata().RowGroup(group);
    for (int i = 0; i < part->num_columns(); ++i) {
      const auto chunk = part->ColumnChunk(i);
      if (arrow::util::Codec::IsAvailable(chunk->compression())) continue;
      return arrow::Status::Invalid(
          "row group ", group + 1, ", column '", chunk->path_in_schema()->ToDotString(),
          "': packed by ", arrow::util::Codec::GetCodecAsString(chunk->compression()),
          ", which the Apache Arrow that sluice was built with cannot unpack; write it with snappy "
          "or zstd");
    }
  }
  return arrow::Status::OK();
}

arrow::Status File::check_types() {
  std::shared_ptr<arrow::Schema> schema;
  ARROW_RETURN_NOT_OK(reader_->GetSchema(&schema));
  for (const auto& field : schema->fields()) {
    const std::string why = refused_type(*field->type());
    if (!why.empty()) return arrow::Status::Invalid("the column '", field->name(), "' is ", why);
    names_.push_back(field->name().empty() ? "unnamed_" + std::to_string(names_.size() + 1)
                                           : field->name());
  }
  return arrow::Status::OK();
}

// Where the rows that come next are.
std::string File::place() const {
  if (is_in_footer_) return "the footer of the Parquet file cannot be read: ";
  if (group_ < 0) return {};
  return "row group " + std::to_string(group_ + 1) + ", after row " + std::to_string(rows_) + ": ";
}

arrow::Status File::open_group() {
  const auto group = metadata().RowGroup(group_);
  if (group->num_rows() < 0) return arrow::Status::Invalid("a negative number of rows");
  const std::int64_t rows = std::max<std::int64_t>(group->num_rows(), 1);
  const std::int64_t row_bytes = std::max<std::int64_t>(group->total_byte_size() / rows, 1);
  reader_->set_batch_size(std::clamp<std::int64_t>(kBatchBytes / row_bytes, 16, kMaxBatchRows));
  ARROW_ASSIGN_OR_RAISE(batches_, reader_->GetRecordBatchReader(std::vector<int>{group_}));
  group_rows_ = 0;
  return arrow::Status::OK();
}

arrow::Status File::finish_group() {
  const std::int64_t promised = metadata().RowGroup(group_)->num_rows();
  batches_.reset();
  if (group_rows_ == promised) return arrow::Status::OK();
  return arrow::Status::Invalid(group_rows_, " rows where the footer says ", promised);
}

arrow::Result<bool> File::next_batch() {
  columns_.clear();
  batch_.reset();
  row_ = 0;
  while (batch_ == nullptr || batch_->num_rows() == 0) {
    if (batches_ == nullptr) {
      if (group_ + 1 >= metadata().num_row_groups()) return false;
      ++group_;
      ARROW_RETURN_NOT_OK(open_group());
    }
    ARROW_RETURN_NOT_OK(batches_->ReadNext(&batch_));
    if (batch_ == nullptr) ARROW_RETURN_NOT_OK(finish_group());
  }
  if (static_cast<std::size_t>(batch_->num_columns()) != names_.size())
    return arrow::Status::Invalid(batch_->num_columns(), " columns");
  ARROW_RETURN_NOT_OK(batch_->Validate());
  for (const auto& column : batch_->columns()) {
    if (column->type_id() == arrow::Type::DICTIONARY) ARROW_RETURN_NOT_OK(column->ValidateFull());
    columns_.emplace_back(*column);
  }
  return true;
}

arrow::Status File::append_row(std::int64_t row) {
  const std::size_t start = text_.size();
  for (const ArrowText& column : columns_) {
    column.append(row, text_);
    ends_.push_back(text_.size());
    text_.push_back('\n');
  }
  if (text_.size() - start <= input_.max_row_bytes + columns_.size()) return arrow::Status::OK();
  return arrow::Status::Invalid("the next row is longer than ", input_.max_row_bytes, " bytes");
}

// A few bytes can stand for a billion values.
arrow::Status File::check_ratio() {
  text_bytes_ += static_cast<std::int64_t>(text_.size());
  if (text_bytes_ <= kFreeText || text_bytes_ / kMaxTextRatio <= input_.size)
    return arrow::Status::OK();
  return arrow::Status::Invalid("unpacks to more than ", kMaxTextRatio,
                                " times the size of the file: that is no data file");
}

arrow::Result<bool> File::next(ParquetRows& rows) {
  text_.clear();
  ends_.clear();
  std::size_t count = 0;
  while (text_.size() < input_.block_bytes) {
    if (batch_ == nullptr || row_ == batch_->num_rows()) {
      ARROW_ASSIGN_OR_RAISE(const bool more, next_batch());
      if (!more) break;
    }
    ARROW_RETURN_NOT_OK(append_row(row_));
    ++row_;
    ++rows_;
    ++group_rows_;
    ++count;
  }
  ARROW_RETURN_NOT_OK(check_ratio());
  rows = {{text_.data(), text_.size()}, ends_.data(), count};
  return count > 0;
}

class Reader final : public ParquetReader {
 public:
  explicit Reader(const ParquetInput& input) : file_(input) {
    guarded([this] { return file_.open(); });
  }

  std::size_t columns() const override { return file_.names().size(); }
  ParquetText column(std::size_t index) const override { return text(file_.names()[index]); }
  ParquetStep next(ParquetRows& rows) override {
    bool more = false;
    guarded([&] {
      auto result = file_.next(rows);
      more = result.ok() && *result;
      return result.status();
    });
    if (!error_.empty()) return ParquetStep::Failed;
    return more ? ParquetStep::Rows : ParquetStep::End;
  }
  ParquetText error() const override { return text(error_); }

 private:
  static ParquetText text(const std::string& string) { return {string.data(), string.size()}; }

  template <class Work>
  void guarded(const Work& work) {
    try {
      const arrow::Status status = work();
      if (!status.ok()) error_ = file_.place() + status.message();
      if (status.IsOutOfMemory())
        error_ = file_.place() + "reading takes more than 1 GB of memory; write smaller pages";
    } catch (const std::exception& problem) {
      error_ = file_.place() + problem.what();
    } catch (...) {
      error_ = file_.place() + "Apache Arrow failed";
    }
  }

  File file_;
  std::string error_;
};

ParquetReader* open_parquet(const ParquetInput& input) {
  return new Reader(input);
}

}  // namespace

extern "C" __attribute__((visibility("default")))
const ParquetModule sluice_parquet_module_1 = {ARROW_VERSION_STRING, open_parquet};

}  // namespace sluice::ml
