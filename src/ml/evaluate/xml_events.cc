#include "ml/evaluate/xml_events.h"

#include <expat.h>

#include <limits>
#include <memory>

#include "base/strings.h"

namespace sluice::ml {
namespace {

struct ParserDeleter {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};
using ParserPtr = std::unique_ptr<std::remove_pointer_t<XML_Parser>, ParserDeleter>;

struct Reading {
  const XmlHandlers& handlers;
  XML_Parser parser;
  std::size_t depth = 0;
  std::size_t elements = 0;
  std::string refused;  // why the reading was stopped

  void refuse(std::string_view why) {
    if (refused.empty()) refused = why;
    XML_StopParser(parser, XML_FALSE);
  }
};

void begin_element(void* data, const XML_Char* name, const XML_Char** pairs) {
  auto& reading = *static_cast<Reading*>(data);
  if (++reading.depth > kMaxXmlDepth) return reading.refuse("elements are nested too deeply");
  if (++reading.elements > kMaxXmlElements) return reading.refuse("there are too many elements");
  XmlAttributes attributes;
  for (; *pairs != nullptr; pairs += 2) attributes.emplace(pairs[0], pairs[1]);
  reading.handlers.begin(name, attributes, reading.depth);
}

void end_element(void* data, const XML_Char*) {
  --static_cast<Reading*>(data)->depth;
}

void begin_document_type(void* data, const XML_Char*, const XML_Char*, const XML_Char*, int) {
  static_cast<Reading*>(data)->refuse("a document type (<!DOCTYPE …>) is not read");
}

}  // namespace

Result<void> read_xml(std::string_view text, const XmlHandlers& handlers) {
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    return invalid_input("the document is too large");
  const ParserPtr parser(XML_ParserCreate(nullptr));
  CHECK(parser != nullptr);
  Reading reading{handlers, parser.get(), 0, 0, {}};
  XML_SetUserData(parser.get(), &reading);
  XML_SetElementHandler(parser.get(), begin_element, end_element);
  XML_SetStartDoctypeDeclHandler(parser.get(), begin_document_type);
  const auto status = XML_Parse(parser.get(), text.data(), static_cast<int>(text.size()), XML_TRUE);
  if (status == XML_STATUS_OK) return success();
  const std::string why = reading.refused.empty()
                              ? std::string(XML_ErrorString(XML_GetErrorCode(parser.get())))
                              : reading.refused;
  return invalid_input(cat("line ", XML_GetCurrentLineNumber(parser.get()), ", column ",
                           XML_GetCurrentColumnNumber(parser.get()) + 1, ": ", why));
}

}  // namespace sluice::ml
