// Text put into XML and HTML.
#pragma once

#include <string>
#include <string_view>

namespace sluice::ml {

// Safe as text and between double quotes; characters that XML does not allow become U+FFFD.
std::string markup_text(std::string_view text);

}  // namespace sluice::ml
