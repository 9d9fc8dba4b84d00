// Files by which the engine finds a leg's supervisor, in the folder of the attempt.
#pragma once

namespace sluice::exec {

inline constexpr char kSocketName[] = "supervisor.sock";
// Held (flock) while a supervisor lives; removed when it ends in order.
inline constexpr char kLockName[] = "supervisor.lock";

}  // namespace sluice::exec
