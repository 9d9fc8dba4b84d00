#include "ml/expectations/python_json.h"

#include <string>

namespace sluice::ml::expectations {
namespace {

// Beyond the range of double, so that it is read as infinity; of the same length as the word, so
// that positions in messages stay true.
constexpr std::string_view kInfinity = "Infinity";
constexpr std::string_view kHuge = "1.00e999";
constexpr std::string_view kNan = "NaN";

void replace_word(std::string& text, std::size_t at, std::string_view with) {
  text.replace(at, with.size(), with);
}

}  // namespace

Result<Json> parse_python_json(std::string_view text, const JsonLimits& limits) {
  std::string plain(text);
  bool inside = false;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (inside) {
      if (plain[i] == '\\')
        ++i;
      else if (plain[i] == '"')
        inside = false;
      continue;
    }
    if (plain[i] == '"') {
      inside = true;
    } else if (plain.compare(i, kInfinity.size(), kInfinity) == 0) {
      replace_word(plain, i, kHuge);
    } else if (plain.compare(i, kNan.size(), kNan) == 0) {
      plain.replace(i, kNan.size(), "null");
    }
  }
  return parse_json(plain, limits);
}

}  // namespace sluice::ml::expectations
