// The type of a column in the words of numpy, pandas and Python. A column of one type is judged as
// a whole; one of mixed values ("object") value by value. The type follows from the values: pandas
// reads whole numbers with gaps as float64.
#include <algorithm>
#include <array>
#include <set>

#include "base/strings.h"
#include "ml/expectations/makers.h"

namespace sluice::ml::expectations {
namespace {

struct TypeName {
  std::string_view word;
  std::string_view type;  // of numpy
};

// Words that numpy or pandas read as a type of a whole column.
constexpr TypeName kColumnTypes[] = {
    {"int", "int64"},
    {"int64", "int64"},
    {"int_", "int64"},
    {"long", "int64"},
    {"i8", "int64"},
    {"int32", "int32"},
    {"int16", "int16"},
    {"int8", "int8"},
    {"uint8", "uint8"},
    {"uint16", "uint16"},
    {"uint32", "uint32"},
    {"uint64", "uint64"},
    {"float", "float64"},
    {"float64", "float64"},
    {"float_", "float64"},
    {"double", "float64"},
    {"f8", "float64"},
    {"float32", "float32"},
    {"float16", "float16"},
    {"bool", "bool"},
    {"bool_", "bool"},
    {"object", "object"},
    {"object_", "object"},
    {"O", "object"},
    {"str", "str"},
    {"str_", "str"},
    {"unicode_", "str"},
    {"bytes", "bytes"},
    {"bytes_", "bytes"},
    {"complex", "complex128"},
    {"complex128", "complex128"},
    {"datetime64", "datetime64"},
    {"datetime64[ns]", "datetime64"},
    {"datetime", "datetime64"},
    {"timedelta64", "timedelta64"},
    {"timedelta64[ns]", "timedelta64"},
    {"Int64Dtype", "int64"},
    {"Int32Dtype", "int32"},
    {"Int16Dtype", "int16"},
    {"Int8Dtype", "int8"},
    {"BooleanDtype", "bool"},
    {"StringDtype", "str"},
    {"CategoricalDtype", "category"},
    {"category", "category"},
    {"DatetimeTZDtype", "datetime64tz"},
    {"half", "float16"},
    {"single", "float32"},
    {"longlong", "int64"},
    {"intc", "int32"},
    {"short", "int16"},
    {"byte", "int8"},
    {"ubyte", "uint8"},
    {"ushort", "uint16"},
    {"uintc", "uint32"},
    {"uint", "uint64"},
    {"csingle", "complex64"},
    {"complex64", "complex64"},
    {"cdouble", "complex128"},
};

// Words for the types of single values in Python.
constexpr TypeName kValueTypes[] = {
    {"none", "NoneType"},      {"bool", "bool"},   {"int", "int"},
    {"long", "int"},           {"float", "float"}, {"bytes", "bytes"},
    {"complex", "complex"},    {"str", "str"},     {"string_types", "str"},
    {"list", "list"},          {"dict", "dict"},   {"timestamp", "Timestamp"},
    {"datetime", "Timestamp"}, {"date", "date"},
};

std::string_view column_type(std::string_view word) {
  for (const TypeName& name : kColumnTypes)
    if (name.word == word) return name.type;
  return {};
}

// One of the types of pandas that may hold missing values.
bool is_extension(std::string_view word) {
  return word.ends_with("Dtype");
}

std::string_view value_type(std::string_view word) {
  const std::string lower = to_lower(word);
  for (const TypeName& name : kValueTypes)
    if (name.word == lower) return name.type;
  return {};
}

std::string_view type_of(const Cell& cell, Header::Source source) {
  if (source == Header::Source::TextFile) return cell.is_null() ? "float" : "str";
  switch (cell.kind) {
    case CellKind::Null:
      return "NoneType";
    case CellKind::Boolean:
      return "bool";
    case CellKind::Integer:
      return "int";
    case CellKind::Number:
      return "float";
    case CellKind::Text:
      return "str";
    case CellKind::Time:
      return "Timestamp";
    case CellKind::Day:
      return "date";
  }
  UNREACHABLE();
}

// What a type is called in a result.
std::string shown(std::string_view type) {
  if (type == "object") return "object_";
  if (type == "bool") return "bool_";
  return std::string(type);
}

enum class Listing { One, Several };

class TypeExpectation final : public Expectation {
 public:
  TypeExpectation(const Setup& setup, std::size_t field, std::vector<std::string> types,
                  Listing listing, double mostly)
      : header_(setup.header),
        field_(field),
        types_(std::move(types)),
        listing_(listing),
        mostly_(mostly),
        tally_(setup.header, setup.format, {field}) {
    for (const std::string& word : types_) {
      if (const auto type = column_type(word); !type.empty())
        column_types_.emplace(is_extension(word) ? word : type);
      if (const auto type = value_type(word); !type.empty()) value_types_.emplace(type);
    }
    // In Python True is a whole number.
    if (value_types_.contains("int")) value_types_.emplace("bool");
  }

  void add(const Batch& batch, RowIndexes rows) override {
    for (const std::uint32_t row : rows) {
      const Cell& cell = batch.columns[field_][row];
      ++kinds_[static_cast<std::size_t>(cell.kind)];
      tally_.add_element();
      if (cell.is_null())
        tally_.add_missing();
      else if (!value_types_.contains(type_of(cell, header_.source)))
        tally_.add_unexpected(batch, row, to_json(cell));
    }
  }

  Result<Outcome> outcome() override {
    const std::string actual = actual_type();
    if (is_extension(declared_word())) return whole_column(actual, is_extension_wanted(actual));
    if (types_.empty() && listing_ == Listing::One) return whole_column(actual, true);
    const bool by_value =
        actual == "object" && (listing_ == Listing::Several || !column_types_.contains("object"));
    if (!by_value) return whole_column(actual, column_types_.contains(actual));
    if (value_types_.empty() && column_types_.empty())
      return value_error(
          listing_ == Listing::One
              ? cat("Unrecognized numpy/python type: ", types_[0])
              : cat("No recognized numpy/python type in list: [", join(types_, ", "), "]"));
    return tally_.outcome(mostly_, Missing::Counted);
  }

 private:
  Result<Outcome> whole_column(const std::string& actual,
                               bool success) const {  // style: bool because it is a value
    return Outcome{success, {{"observed_value", shown(actual)}}};
  }

  std::uint64_t count(CellKind kind) const { return kinds_[static_cast<std::size_t>(kind)]; }

  // A list has the names that pandas gives to its own types, a single type those of numpy.
  bool is_extension_wanted(const std::string& actual) const {
    if (listing_ == Listing::One) return types_.empty() || column_types_.contains(actual);
    return std::find(types_.begin(), types_.end(), declared_word()) != types_.end();
  }

  std::string_view declared_word() const {
    if (field_ >= header_.declared_types.size()) return {};
    return header_.declared_types[field_];
  }

  std::string declared_type() const {
    if (is_extension(declared_word())) return std::string(column_type(declared_word()));
    const std::string_view known = column_type(declared_word());
    return known == "str" ? "object" : std::string(known);
  }

  std::string actual_type() const {
    if (std::string declared = declared_type(); !declared.empty()) return declared;
    const bool gaps = count(CellKind::Null) > 0;
    const std::uint64_t numbers = count(CellKind::Integer) + count(CellKind::Number);
    const std::uint64_t present = tally_.present();
    if (tally_.elements() == 0 && header_.source != Header::Source::TextFile) return "float64";
    if (present == 0)
      return header_.source == Header::Source::TextFile && gaps ? "float64" : "object";
    if (numbers == present) return count(CellKind::Number) > 0 || gaps ? "float64" : "int64";
    if (count(CellKind::Boolean) == present) return gaps ? "object" : "bool";
    if (count(CellKind::Time) == present) return "datetime64";
    return "object";
  }

  const Header& header_;
  std::size_t field_;
  std::vector<std::string> types_;
  Listing listing_;
  double mostly_;
  UnexpectedTally tally_;
  std::set<std::string, std::less<>> column_types_;
  std::set<std::string, std::less<>> value_types_;
  std::array<std::uint64_t, kCellKinds> kinds_{};
};

MadeExpectation make(const Setup& setup, std::vector<std::string> types, Listing listing) {
  const double mostly = TRY(read_mostly(setup.arguments));
  const std::size_t field = TRY(read_column(setup));
  return std::unique_ptr<Expectation>(
      std::make_unique<TypeExpectation>(setup, field, std::move(types), listing, mostly));
}

}  // namespace

MadeExpectation make_of_type(const Setup& setup) {
  std::vector<std::string> types;
  if (setup.arguments.find("type_") != nullptr) types.push_back(TRY(setup.arguments.text("type_")));
  return make(setup, std::move(types), Listing::One);
}

MadeExpectation make_in_type_list(const Setup& setup) {
  std::vector<std::string> types;
  if (setup.arguments.find("type_list") != nullptr) types = TRY(setup.arguments.texts("type_list"));
  return make(setup, std::move(types), Listing::Several);
}

}  // namespace sluice::ml::expectations
