#include "ml/expectations/result_format.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace sluice::ml::expectations {
namespace {

constexpr std::size_t kMaxCounted = 10'000;

struct DetailName {
  std::string_view word;
  Detail detail;
};
constexpr std::array<DetailName, 4> kDetails = {{{"BOOLEAN_ONLY", Detail::BooleanOnly},
                                                 {"BASIC", Detail::Basic},
                                                 {"SUMMARY", Detail::Summary},
                                                 {"COMPLETE", Detail::Complete}}};

Result<Detail> detail_of(std::string_view word) {
  for (const DetailName& name : kDetails)
    if (name.word == word) return name.detail;
  return value_error(cat("result_format '", word,
                         "' is not known: it is BOOLEAN_ONLY, BASIC, SUMMARY or COMPLETE"));
}

Result<ResultFormat> read_object(const JsonObject& object, ResultFormat format) {
  const Arguments inner(object);
  const std::string word = inner.text_or("result_format", "");
  if (!word.empty()) format.detail = TRY(detail_of(word));
  const double count =
      TRY(inner.number_or("partial_unexpected_count", static_cast<double>(format.partial_count)));
  if (!(count >= 0 && count <= 1e6))
    return value_error("partial_unexpected_count must be between 0 and 1000000");
  format.partial_count = static_cast<std::size_t>(count);
  if (inner.find("unexpected_index_column_names") != nullptr)
    format.index_columns = TRY(inner.texts("unexpected_index_column_names"));
  return format;
}

double percent(std::uint64_t part, std::uint64_t whole) {
  return 100 * static_cast<double>(part) / static_cast<double>(whole);
}

Json percent_or_null(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? Json(nullptr) : Json(percent(part, whole));
}

JsonArray first_of(const JsonArray& all, std::size_t count) {
  JsonArray some;
  for (std::size_t i = 0; i < std::min(count, all.size()); ++i) some.push_back(all[i]);
  return some;
}

// The values of a record without their names.
Json as_tuple(const Json& value) {
  if (!value.is_object()) return value;
  JsonArray tuple;
  for (const auto& member : value.get_object()) tuple.push_back(member.value());
  return tuple;
}

// As Python orders values and tuples; nothing where it refuses to.
std::optional<std::partial_ordering> python_order(const Json& a, const Json& b) {
  if (!a.is_array() || !b.is_array()) return compare(cell_of(a), cell_of(b));
  const JsonArray& left = a.get_array();
  const JsonArray& right = b.get_array();
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    if (left[i] == right[i]) continue;
    const auto order = python_order(left[i], right[i]);
    if (!order || *order != std::partial_ordering::equivalent) return order;
  }
  return left.size() <=> right.size();
}

constexpr std::string_view kMask = "•••";

}  // namespace

Result<ResultFormat> read_result_format(const Arguments& arguments, const ResultFormat& fallback) {
  const Json* value = arguments.find("result_format");
  if (value == nullptr) return fallback;
  if (value->is_object()) return read_object(value->get_object(), fallback);
  if (!value->is_string()) return type_error("result_format must be a word or an object");
  ResultFormat format = fallback;
  format.detail = TRY(detail_of(view(value->get_string())));
  return format;
}

Result<double> read_mostly(const Arguments& arguments) {
  const Json* given = arguments.find("mostly");
  if (given != nullptr && !cell_of(*given).is_numeric())
    return type_error(
        "'mostly' parameter must be an integer or float (value is not a valid float)");
  const double mostly = TRY(arguments.number_or("mostly", 1));
  if (mostly > 1)
    return value_error(
        "Mostly must be less than or equal to 1. (ensure this value is less than or equal to 1: "
        "'mostly' parameter must be between 0 and 1)");
  if (!(mostly >= 0))
    return value_error(
        "Mostly must be greater than or equal to 0. (ensure this value is greater than or equal to "
        "0: 'mostly' parameter must be between 0 and 1)");
  return mostly;
}

UnexpectedTally::UnexpectedTally(const Header& header, ResultFormat format,
                                 std::vector<std::size_t> domain)
    : header_(header), format_(std::move(format)), domain_(std::move(domain)) {
  for (const std::string& name : format_.index_columns)
    if (const auto field = header_.find(name)) index_fields_.push_back(*field);
  for (const std::size_t field : domain_)
    if (header_.is_masked(header_.columns[field])) masked_ = true;
}

std::size_t UnexpectedTally::kept() const {
  return format_.detail == Detail::Complete ? format_.max_complete : format_.partial_count;
}

// {domain columns and index columns}, or the number of the row.
Json UnexpectedTally::index_of(const Batch& batch, std::uint32_t row) const {
  if (!batch.positions.empty() && index_fields_.empty()) return batch.positions[row].row - 1;
  if (index_fields_.empty()) return batch.first_row + row;
  JsonObject index;
  for (const std::vector<std::size_t>* fields : {&domain_, &index_fields_})
    for (const std::size_t field : *fields)
      index[header_.columns[field]] = header_.is_masked(header_.columns[field])
                                          ? Json(kMask)
                                          : expectations::to_json(batch.columns[field][row]);
  return index;
}

void UnexpectedTally::add_unexpected(const Batch& batch, std::uint32_t row, Json value) {
  ++unexpected_;
  if (format_.detail == Detail::BooleanOnly) return;
  if (masked_) value = kMask;
  if (format_.detail >= Detail::Summary) {
    std::string key = sluice::to_text(value);
    const auto found = counts_.find(key);
    if (found != counts_.end())
      ++found->second.count;
    else if (counts_.size() < kMaxCounted)
      counts_.emplace(std::move(key), Counted{as_tuple(value), 1, counts_.size()});
  }
  if (values_.size() >= kept()) return;
  if (!batch.positions.empty() && positions_.size() < format_.partial_count)
    positions_.push_back(batch.positions[row]);
  indexes_.push_back(index_of(batch, row));
  values_.push_back(std::move(value));
}

bool UnexpectedTally::mostly_expected(double mostly, Missing missing) const {
  const std::uint64_t all = missing == Missing::Counted ? present() : elements_;
  if (all == 0) return true;
  return static_cast<double>(all - unexpected_) / static_cast<double>(all) >= mostly;
}

// The most frequent first, of equally many the first ones; these then in the order of their values
// where those have one.
JsonArray UnexpectedTally::counted() const {
  std::vector<const Counted*> order;
  for (const auto& [key, entry] : counts_) order.push_back(&entry);
  std::sort(order.begin(), order.end(), [](const Counted* a, const Counted* b) {
    return a->count != b->count ? a->count > b->count : a->place < b->place;
  });
  order.resize(std::min(order.size(), format_.partial_count));
  const bool have_order = std::all_of(order.begin(), order.end(), [&](const Counted* entry) {
    return python_order(order[0]->value, entry->value).has_value();
  });
  if (have_order)
    std::stable_sort(order.begin(), order.end(), [](const Counted* a, const Counted* b) {
      if (a->count != b->count) return a->count > b->count;
      const auto values = python_order(a->value, b->value);
      return values && *values == std::partial_ordering::less;
    });
  JsonArray list;
  for (const Counted* entry : order)
    list.push_back(JsonObject{{"value", entry->value}, {"count", entry->count}});
  return list;
}

JsonObject UnexpectedTally::to_json(Missing missing) const {
  JsonObject json;
  if (format_.detail == Detail::BooleanOnly) return json;
  const bool with_missing = missing == Missing::Counted;
  const std::uint64_t all = with_missing ? present() : elements_;
  json["element_count"] = elements_;
  json["unexpected_count"] = unexpected_;
  json["unexpected_percent"] = percent_or_null(unexpected_, all);
  json["partial_unexpected_list"] = first_of(values_, format_.partial_count);
  if (!format_.index_columns.empty()) {
    JsonArray names(format_.index_columns.begin(), format_.index_columns.end());
    json["unexpected_index_column_names"] = std::move(names);
  }
  if (with_missing) {
    json["missing_count"] = missing_;
    json["missing_percent"] = percent_or_null(missing_, elements_);
    json["unexpected_percent_total"] = percent_or_null(unexpected_, elements_);
    json["unexpected_percent_nonmissing"] = percent_or_null(unexpected_, all);
  }
  if (format_.detail == Detail::Basic) return json;
  json["partial_unexpected_index_list"] = first_of(indexes_, format_.partial_count);
  json["partial_unexpected_counts"] = counted();
  if (format_.detail == Detail::Summary) return json;
  json["unexpected_list"] = values_;
  json["unexpected_index_list"] = indexes_;
  if (unexpected_ > values_.size()) json["unexpected_list_is_cut"] = true;
  return json;
}

Outcome UnexpectedTally::outcome(double mostly, Missing missing) const {
  return {mostly_expected(mostly, missing), to_json(missing), positions_};
}

void mask_observed(JsonObject& result) {
  if (!result.contains("observed_value")) return;
  result["observed_value"] = kMask;
  if (result.contains("partial_unexpected_list"))
    result["partial_unexpected_list"] = JsonArray{Json(kMask)};
  const Json* details = find(result, "details");
  if (details == nullptr) return;
  JsonObject told;
  if (details->is_object())
    if (const Json* estimated = find(details->get_object(), "estimated"))
      told["estimated"] = *estimated;
  result["details"] = std::move(told);
}

std::string masked_exception(std::string_view exception) {
  return cat(exception.substr(0, exception.find(':')), ": the column is masked");
}

}  // namespace sluice::ml::expectations
