// `sluice data infer|profile|validate|drift`: what a data file is like, whether it is as agreed,
// and whether it changed.
#pragma once

#include <string_view>

#include "base/result.h"
#include "cli/command.h"

namespace sluice::cli {

// The character that --delimiter asks for. InvalidInput for anything but one character or "tab".
Result<char> parse_delimiter(std::string_view word);

void add_data_command(CLI::App& root, Chosen& chosen);

}  // namespace sluice::cli
