// How well scores rank the items of one query, and the means over queries: streamed, merged by
// adding. Pure.
//
//   ndcg@k  sum over the first k of relevance / log2(rank + 1), divided by the same of the best
//   order
//           (Järvelin & Kekäläinen 2002); items of equal score share their places (McSherry &
//           Najork 2008), as in scikit-learn
//   mrr     1 / rank of the first relevant item; equal scores count against it
//   map     average precision (threshold_sweep.h)
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace sluice::ml {

// Relevances >= 0, one for each score; 0 is irrelevant. Unset where nothing is relevant.
std::optional<double> ndcg(std::span<const double> relevance, std::span<const double> scores,
                           std::size_t k);
std::optional<double> reciprocal_rank(std::span<const double> relevance,
                                      std::span<const double> scores);
std::optional<double> average_precision_of_query(std::span<const double> relevance,
                                                 std::span<const double> scores);

// Sums over queries; those where nothing is relevant are counted apart.
struct RankingSums {
  double queries = 0;
  double without_relevant = 0;
  double ndcg_sum = 0;
  double reciprocal_rank_sum = 0;
  double average_precision_sum = 0;

  std::optional<double> mean_ndcg() const;
  std::optional<double> mean_reciprocal_rank() const;
  std::optional<double> mean_average_precision() const;
};

}  // namespace sluice::ml
