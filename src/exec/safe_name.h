// Names that come from pipeline files, as names of files. Pure.
#pragma once

#include <string>
#include <string_view>

namespace sluice::exec {

// Letters, digits, '-' and '_' stay; everything else becomes %XX, so different names stay different
// and none is "", "." or "..". Names that would be longer than 120 bytes end in a hash of the rest.
std::string safe_name(std::string_view name);

}  // namespace sluice::exec
