// Elements of an XML document as they begin and end: what reports of tests and coverage are read
// with. Over expat. Pure; the handlers run inside the call.
//
// Refused: a document type (entities that expand without end come from there), more than
// kMaxXmlDepth elements inside each other, more than kMaxXmlElements in all.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sluice::ml {

inline constexpr std::size_t kMaxXmlDepth = 200;
inline constexpr std::size_t kMaxXmlElements = 5'000'000;

using XmlAttributes = std::map<std::string, std::string, std::less<>>;

struct XmlHandlers {
  // `depth` of the root is 1.
  std::function<void(std::string_view name, const XmlAttributes& attributes, std::size_t depth)>
      begin;
};

// InvalidInput with line and column for what is no XML, or refused.
Result<void> read_xml(std::string_view text, const XmlHandlers& handlers);

}  // namespace sluice::ml
