// Heads as the proxy passes them on: without what concerns one connection only (RFC 9110, 7.6.1).
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"
#include "http/wire.h"

namespace sluice::delivery {

void append_forwarded_head(std::string& out, const http::Request& request);

enum class ResponseTo { Head, Other };
void append_forwarded_head(std::string& out, const http::Response& response, ResponseTo to,
                           int revision, http::AfterThis after);

}  // namespace sluice::delivery
