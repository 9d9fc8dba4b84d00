#include "cli/sarif.h"

#include "base/strings.h"
#include "cli/version.h"

namespace sluice::cli {

std::string sarif_uri(std::string_view path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string uri;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("/._-~").find(c) != std::string_view::npos;
    if (plain)
      uri += c;
    else
      uri += cat("%", kHex[byte >> 4], kHex[byte & 15]);
  }
  return uri;
}

JsonObject sarif_location(std::string_view path, JsonObject region) {
  JsonObject place{{"artifactLocation", JsonObject{{"uri", sarif_uri(path)}}}};
  if (!region.empty()) place["region"] = std::move(region);
  return JsonObject{{"physicalLocation", std::move(place)}};
}

Json sarif_document(JsonArray rules, JsonArray results) {
  JsonObject driver{{"name", "sluice"}, {"version", kVersion}, {"rules", std::move(rules)}};
  // Columns of ours count bytes; where a line is ASCII that is the same.
  JsonObject run{{"tool", JsonObject{{"driver", std::move(driver)}}},
                 {"columnKind", "unicodeCodePoints"},
                 {"results", std::move(results)}};
  return JsonObject{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                    {"version", "2.1.0"},
                    {"runs", JsonArray{std::move(run)}}};
}

}  // namespace sluice::cli
