// Correction of p-values for having looked many times. Pure.
//
// Holm (1979): the chance of any false alarm is at most alpha. Benjamini & Hochberg (1995): of the
// alarms at most a share alpha is false on average (independent or positively dependent tests).
// Adjusted values keep the order of the input and are compared with alpha as they are.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace sluice::ml {

enum class Correction { Holm, BenjaminiHochberg, None };

std::string_view to_string(Correction correction);  // "holm" …
std::optional<Correction> parse_correction(std::string_view word);

// p(i) sorted ascending: max over j <= i of (m - j + 1) p(j), at most 1.
std::vector<double> holm(std::span<const double> p_values);
// min over j >= i of m p(j) / j, at most 1.
std::vector<double> benjamini_hochberg(std::span<const double> p_values);

std::vector<double> corrected(std::span<const double> p_values, Correction correction);

}  // namespace sluice::ml
