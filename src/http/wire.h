// Messages as bytes. Pure. Line breaks inside header values become blanks, so that no value can
// add a header.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace sluice::http {

enum class AfterThis { KeepAlive, Close };

// Status line and headers with Content-Length (unless the status has no body) and, to close,
// Connection; the body is sent after it, unless the request was HEAD. Appends to `out`.
void append_head(std::string& out, const Response& response, AfterThis after);

// Request line and headers; adds Host where the request has none, and Content-Length where there is
// a body or the method expects one.
void append_head(std::string& out, const Request& request, std::string_view host);

}  // namespace sluice::http
