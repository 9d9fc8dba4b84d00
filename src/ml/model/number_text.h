// Floats as the shortest text that reads back as the same float. Pure.
#pragma once

#include <charconv>
#include <string>

namespace sluice::ml {

// `value` is finite.
inline void append_number(std::string& out, float value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  out.append(buffer, end);
}

inline std::string float_text(float value) {
  std::string text;
  append_number(text, value);
  return text;
}

}  // namespace sluice::ml
