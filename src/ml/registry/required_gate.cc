#include "ml/registry/required_gate.h"

#include "base/strings.h"

namespace sluice::ml {
namespace {

std::string short_digest(const Digest& digest) {
  return digest.hex().substr(0, 12);
}

std::string whose(const RequiredGate& gate) {
  return cat("sluice.yml of ", gate.repository, gate.revision.empty() ? "" : " at ", gate.revision);
}

std::string what_to_do(const RequiredGate& gate, std::string_view label) {
  return cat("; run `sluice gate ", gate.file, "` again for ", label,
             " and register it with the new --verdict");
}

bool is_named(std::string_view path, std::string_view file) {
  return path == file || path.ends_with(cat("/", file));
}

}  // namespace

std::string describe(const RequiredGate& gate) {
  return cat(gate.file, " ", gate.digest.to_string(), ", by ", whose(gate));
}

bool asks_for_the_same(const RequiredGate& a, const RequiredGate& b) {
  return a.file == b.file && a.digest == b.digest && a.waivers == b.waivers && a.target == b.target;
}

Result<void> check_is_by(const RequiredGate& gate, const VerifiedVerdict& verdict,
                         std::string_view label) {
  const std::string demand = cat(whose(gate), " demands the gate ", gate.file, " (",
                                 short_digest(gate.digest), ") for it");
  const std::string again = what_to_do(gate, label);
  if (verdict.gate.digest != gate.digest)
    return failed_precondition(
        is_named(verdict.gate.name, gate.file)
            ? cat("the verdict of ", label, " is by ", verdict.gate.name, " with another content (",
                  short_digest(verdict.gate.digest), "), and ", demand,
                  ": either of them was changed", again)
            : cat("the verdict of ", label, " is by the gate ", verdict.gate.name, " (",
                  short_digest(verdict.gate.digest), "), and ", demand, again));
  if (!gate.target.empty() && verdict.target != gate.target)
    return failed_precondition(cat("the verdict of ", label, " judges by the column '",
                                   verdict.target, "', and ", gate.file, " by '", gate.target,
                                   "': leave --target out", again));
  if (!verdict.waived_checks.empty() && verdict.waivers != gate.waivers)
    return failed_precondition(cat("the verdict of ", label, " rests on waivers that ",
                                   gate.waivers ? "are not those beside " : "do not stand beside ",
                                   gate.file, " (", whose(gate),
                                   "): a waiver counts where the gate's repository has it", again));
  return success();
}

}  // namespace sluice::ml
