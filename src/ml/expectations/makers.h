// What the catalogue makes expectations with, beside the tests of single values: one function for
// each. The rules of each are those that Great Expectations has on pandas.
#pragma once

#include "ml/expectations/setup.h"

namespace sluice::ml::expectations {

// order_expectation.cc
MadeExpectation make_increasing(const Setup& setup);
MadeExpectation make_decreasing(const Setup& setup);
// unique_expectation.cc
MadeExpectation make_unique(const Setup& setup);
MadeExpectation make_compound_unique(const Setup& setup);
// z_score_expectation.cc
MadeExpectation make_z_scores(const Setup& setup);
// type_expectation.cc
MadeExpectation make_of_type(const Setup& setup);
MadeExpectation make_in_type_list(const Setup& setup);
// pair_expectation.cc
MadeExpectation make_pair_equal(const Setup& setup);
MadeExpectation make_pair_greater(const Setup& setup);
MadeExpectation make_pair_in_set(const Setup& setup);
// multicolumn_expectation.cc
MadeExpectation make_unique_within_record(const Setup& setup);
MadeExpectation make_values_equal(const Setup& setup);
MadeExpectation make_multicolumn_sum(const Setup& setup);
// number_expectation.cc
MadeExpectation make_max(const Setup& setup);
MadeExpectation make_min(const Setup& setup);
MadeExpectation make_mean(const Setup& setup);
MadeExpectation make_sum(const Setup& setup);
MadeExpectation make_stdev(const Setup& setup);
MadeExpectation make_median(const Setup& setup);
MadeExpectation make_quantiles(const Setup& setup);
MadeExpectation make_non_null_proportion(const Setup& setup);
// distinct_expectation.cc
MadeExpectation make_distinct_in_set(const Setup& setup);
MadeExpectation make_distinct_contain_set(const Setup& setup);
MadeExpectation make_distinct_equal_set(const Setup& setup);
MadeExpectation make_most_common(const Setup& setup);
MadeExpectation make_unique_count(const Setup& setup);
MadeExpectation make_unique_proportion(const Setup& setup);
// table_expectation.cc
MadeExpectation make_column_exists(const Setup& setup);
MadeExpectation make_column_count_between(const Setup& setup);
MadeExpectation make_column_count_equal(const Setup& setup);
MadeExpectation make_columns_ordered(const Setup& setup);
MadeExpectation make_columns_set(const Setup& setup);
MadeExpectation make_row_count_between(const Setup& setup);
MadeExpectation make_row_count_equal(const Setup& setup);
// chi_square_expectation.cc, divergence_expectation.cc, distribution_expectation.cc
MadeExpectation make_chi_square(const Setup& setup);
MadeExpectation make_cramers_phi(const Setup& setup);
MadeExpectation make_divergence(const Setup& setup);
MadeExpectation make_bootstrapped_ks(const Setup& setup);
MadeExpectation make_parameterized_ks(const Setup& setup);

}  // namespace sluice::ml::expectations
