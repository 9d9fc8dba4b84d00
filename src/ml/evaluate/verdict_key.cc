#include "ml/evaluate/verdict_key.h"

#include <array>

#include "base/strings.h"

namespace sluice::ml {
namespace {

constexpr std::size_t kKeyBytes = 32;

Result<VerdictKey> read_key(os::Files& files, const os::Path& path) {
  const auto info = TRY(files.stat(path));
  if (info.kind != os::FileKind::Regular || (info.mode & 077) != 0)
    return Error(ErrorCode::PermissionDenied,
                 cat(path.string(), " must be a regular file that only its owner may read: ",
                     "chmod 600 it, or remove it to make a new key (old verdicts then no longer "
                     "verify)"));
  const std::string bytes = TRY(files.read(path, 4096));
  if (bytes.size() != kKeyBytes)
    return corrupt(cat(path.string(), ": a verdict key has ", kKeyBytes, " bytes, this file has ",
                       bytes.size(), "; remove it to make a new key (old verdicts then no longer ",
                       "verify)"));
  return VerdictKey(bytes);
}

}  // namespace

Result<VerdictKey> VerdictKey::open(os::Files& files, os::Random& random, const os::Path& home) {
  const os::Path path = home / "keys" / "verdict.key";
  if (files.stat(path).ok()) return read_key(files, path);
  TRY(files.make_directories(home / "keys", 0700));
  std::array<std::uint8_t, kKeyBytes> bytes{};
  random.fill(bytes);
  const std::string text(bytes.begin(), bytes.end());
  const auto created = files.create_exclusive(path, text, os::Durability::Power, 0600);
  // Another process may have been first; its key counts.
  if (!created.ok() && created.error().code() != ErrorCode::AlreadyExists) return created.error();
  return read_key(files, path);
}

}  // namespace sluice::ml
