// Text to JSON values with exact numbers: the double nearest to what is written, so that a value
// that was written shortest reads back as itself. (The parser of Boost.JSON 1.81 may be off by one
// unit in the last place; digests and signatures of values that were read again would not hold.)
// Pure.
#pragma once

#include <boost/json.hpp>
#include <cstddef>
#include <string_view>

namespace sluice {

struct ParsedJson {
  boost::json::value value;
  boost::json::error_code error;
  std::size_t used = 0;  // bytes up to the end of the document or to the error
};

ParsedJson parse_json_exactly(std::string_view text, std::size_t max_depth);

}  // namespace sluice
