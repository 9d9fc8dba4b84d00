// Text encodings of bytes. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

std::string hex_encode(std::string_view bytes);  // lower case
std::optional<std::string> hex_decode(std::string_view text);

std::string base64_encode(std::string_view bytes);  // RFC 4648, padded
std::optional<std::string> base64_decode(std::string_view text);

// RFC 3986: everything but unreserved characters as %XX.
std::string percent_encode(std::string_view text);

bool is_valid_utf8(std::string_view text);

// Each byte sequence that is not UTF-8 becomes U+FFFD.
std::string to_valid_utf8(std::string_view text);

}  // namespace sluice
