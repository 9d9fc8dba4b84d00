// Identifiers. Pure: time and randomness come in as arguments.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"

namespace sluice {

// A random, sortable identifier: 48 bits of milliseconds and 80 random bits as 26 characters of
// lower-case Crockford base 32 (the ULID specification). Later ones sort after earlier ones.
// `random` holds at least 10 bytes.
std::string make_sortable_id(Timestamp now, std::span<const std::uint8_t> random);

bool is_sortable_id(std::string_view text);

}  // namespace sluice
