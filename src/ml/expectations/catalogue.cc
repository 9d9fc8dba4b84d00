#include "ml/expectations/catalogue.h"

#include "base/check.h"
#include "base/strings.h"
#include "ml/expectations/cell_tests.h"
#include "ml/expectations/makers.h"

namespace sluice::ml::expectations {
namespace {

constexpr ExpectationType column(std::string_view name, CellTestMaker test) {
  return {name, Domain::Column, Cost::OnePass, nullptr, test};
}

constexpr ExpectationType kCatalogue[] = {
    column("expect_column_values_to_be_null", test_null),
    column("expect_column_values_to_not_be_null", test_not_null),
    column("expect_column_values_to_be_in_set", test_in_set),
    column("expect_column_values_to_not_be_in_set", test_not_in_set),
    column("expect_column_values_to_be_between", test_between),
    column("expect_column_value_lengths_to_equal", test_length_equal),
    column("expect_column_value_lengths_to_be_between", test_length_between),
    column("expect_column_values_to_match_regex", test_regex),
    column("expect_column_values_to_not_match_regex", test_not_regex),
    column("expect_column_values_to_match_regex_list", test_regex_list),
    column("expect_column_values_to_not_match_regex_list", test_not_regex_list),
    column("expect_column_values_to_match_like_pattern", test_like),
    column("expect_column_values_to_not_match_like_pattern", test_not_like),
    column("expect_column_values_to_match_like_pattern_list", test_like_list),
    column("expect_column_values_to_not_match_like_pattern_list", test_not_like_list),
    column("expect_column_values_to_match_strftime_format", test_strftime),
    column("expect_column_values_to_be_dateutil_parseable", test_date_parseable),
    column("expect_column_values_to_be_json_parseable", test_json_parseable),
    column("expect_column_values_to_match_json_schema", test_json_schema),
    {"expect_column_values_to_be_of_type", Domain::Column, Cost::OnePass, make_of_type},
    {"expect_column_values_to_be_in_type_list", Domain::Column, Cost::OnePass, make_in_type_list},
    {"expect_column_values_to_be_unique", Domain::Column, Cost::Keys, make_unique},
    {"expect_column_values_to_be_increasing", Domain::Column, Cost::OnePass, make_increasing},
    {"expect_column_values_to_be_decreasing", Domain::Column, Cost::OnePass, make_decreasing},
    {"expect_column_value_z_scores_to_be_less_than", Domain::Column, Cost::TwoPasses,
     make_z_scores},
    {"expect_column_max_to_be_between", Domain::Column, Cost::OnePass, make_max},
    {"expect_column_min_to_be_between", Domain::Column, Cost::OnePass, make_min},
    {"expect_column_mean_to_be_between", Domain::Column, Cost::OnePass, make_mean},
    {"expect_column_sum_to_be_between", Domain::Column, Cost::OnePass, make_sum},
    {"expect_column_stdev_to_be_between", Domain::Column, Cost::OnePass, make_stdev},
    {"expect_column_median_to_be_between", Domain::Column, Cost::Values, make_median},
    {"expect_column_quantile_values_to_be_between", Domain::Column, Cost::Values, make_quantiles},
    {"expect_column_proportion_of_non_null_values_to_be_between", Domain::Column, Cost::OnePass,
     make_non_null_proportion},
    {"expect_column_unique_value_count_to_be_between", Domain::Column, Cost::Distinct,
     make_unique_count},
    {"expect_column_proportion_of_unique_values_to_be_between", Domain::Column, Cost::Distinct,
     make_unique_proportion},
    {"expect_column_distinct_values_to_be_in_set", Domain::Column, Cost::Distinct,
     make_distinct_in_set},
    {"expect_column_distinct_values_to_contain_set", Domain::Column, Cost::Distinct,
     make_distinct_contain_set},
    {"expect_column_distinct_values_to_equal_set", Domain::Column, Cost::Distinct,
     make_distinct_equal_set},
    {"expect_column_most_common_value_to_be_in_set", Domain::Column, Cost::Distinct,
     make_most_common},
    {"expect_column_kl_divergence_to_be_less_than", Domain::Column, Cost::Distinct,
     make_divergence},
    {"expect_column_chisquare_test_p_value_to_be_greater_than", Domain::Column, Cost::Distinct,
     make_chi_square},
    {"expect_column_bootstrapped_ks_test_p_value_to_be_greater_than", Domain::Column, Cost::Values,
     make_bootstrapped_ks},
    {"expect_column_parameterized_distribution_ks_test_p_value_to_be_greater_than", Domain::Column,
     Cost::Values, make_parameterized_ks},
    {"expect_column_pair_values_to_be_equal", Domain::ColumnPair, Cost::OnePass, make_pair_equal},
    {"expect_column_pair_values_a_to_be_greater_than_b", Domain::ColumnPair, Cost::OnePass,
     make_pair_greater},
    {"expect_column_pair_values_to_be_in_set", Domain::ColumnPair, Cost::OnePass, make_pair_in_set},
    {"expect_column_pair_cramers_phi_value_to_be_less_than", Domain::ColumnPair, Cost::Distinct,
     make_cramers_phi},
    {"expect_compound_columns_to_be_unique", Domain::Columns, Cost::Keys, make_compound_unique},
    {"expect_multicolumn_values_to_be_unique", Domain::Columns, Cost::OnePass,
     make_unique_within_record},
    {"expect_select_column_values_to_be_unique_within_record", Domain::Columns, Cost::OnePass,
     make_unique_within_record},
    {"expect_multicolumn_values_to_be_equal", Domain::Columns, Cost::OnePass, make_values_equal},
    {"expect_multicolumn_sum_to_equal", Domain::Columns, Cost::OnePass, make_multicolumn_sum},
    {"expect_column_to_exist", Domain::Table, Cost::OnePass, make_column_exists},
    {"expect_table_column_count_to_be_between", Domain::Table, Cost::OnePass,
     make_column_count_between},
    {"expect_table_column_count_to_equal", Domain::Table, Cost::OnePass, make_column_count_equal},
    {"expect_table_columns_to_match_ordered_list", Domain::Table, Cost::OnePass,
     make_columns_ordered},
    {"expect_table_columns_to_match_set", Domain::Table, Cost::OnePass, make_columns_set},
    {"expect_table_row_count_to_be_between", Domain::Table, Cost::OnePass, make_row_count_between},
    {"expect_table_row_count_to_equal", Domain::Table, Cost::OnePass, make_row_count_equal},
};

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

// "ExpectColumnKLDivergenceToBeLessThan" as "expect_column_kl_divergence_to_be_less_than".
std::string snake(std::string_view name) {
  std::string text;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool upper = is_upper(name[i]);
    const bool after_upper = i > 0 && is_upper(name[i - 1]);
    const bool before_lower = i + 1 < name.size() && !is_upper(name[i + 1]) && name[i + 1] != '_';
    if (upper && i > 0 && name[i - 1] != '_' && (!after_upper || before_lower)) text += '_';
    text += upper ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
  }
  return text;
}

}  // namespace

std::string_view to_string(Domain domain) {
  switch (domain) {
    case Domain::Column:
      return "column";
    case Domain::ColumnPair:
      return "column pair";
    case Domain::Columns:
      return "columns";
    case Domain::Table:
      return "table";
  }
  UNREACHABLE();
}

std::string_view to_string(Cost cost) {
  switch (cost) {
    case Cost::OnePass:
      return "one pass";
    case Cost::TwoPasses:
      return "two passes";
    case Cost::Values:
      return "keeps numbers (exact to 4 194 304, then a sketch or refused)";
    case Cost::Distinct:
      return "keeps different values (exact to 1 000 000, then estimated or refused)";
    case Cost::Keys:
      return "keeps key hashes (exact to 6 291 456, then sampled); second pass for repeats";
  }
  UNREACHABLE();
}

MadeExpectation ExpectationType::create(const Setup& setup) const {
  if (make != nullptr) return make(setup);
  const bool judges_null = test == test_null || test == test_not_null;
  return judges_null ? make_null_map(setup, test) : make_map(setup, test);
}

std::span<const ExpectationType> catalogue() {
  return kCatalogue;
}

const ExpectationType* find_expectation(std::string_view name) {
  const std::string wanted = snake(name);
  for (const ExpectationType& type : kCatalogue)
    if (type.name == wanted) return &type;
  return nullptr;
}

std::string near_expectation(std::string_view name) {
  std::vector<std::string> names;
  for (const ExpectationType& type : kCatalogue) names.emplace_back(type.name);
  return did_you_mean(snake(name), names);
}

}  // namespace sluice::ml::expectations
