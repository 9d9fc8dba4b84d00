// Numbers as data files spell them. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice::ml {

// The whole text as a decimal number: optional sign, digits, optional fraction and exponent;
// correctly rounded. No white space, no hexadecimal, no "inf" or "nan", no thousands separators;
// nothing when the value is beyond the range of double.
std::optional<double> parse_number(std::string_view text);

// The shortest text that reads back as the same number; "" for NaN.
std::string number_text(double value);

// The nearest number with so many significant digits, as text without an exponent where it is of
// ordinary size: what an estimate is shown as ("450", "0.0034").
std::string rough_text(double value, int digits);

}  // namespace sluice::ml
