#include "store/sealer.h"

#include <openssl/evp.h>

#include <array>
#include <span>

#include "base/encoding.h"
#include "base/strings.h"

namespace sluice::store {

namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::string_view kPrefix = "sealed:1:";

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}
std::string_view view_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()};
}

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)>;

Cipher make_cipher() {
  Cipher cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  CHECK(cipher != nullptr);
  return cipher;
}

class AesSealer final : public Sealer {
 public:
  // Each purpose has a key of its own, derived from the one in the file.
  AesSealer(os::Random& random, std::string_view key)
      : random_(random),
        sealing_key_(hmac_sha256(key, "sluice seal 1")),
        fingerprint_key_(hmac_sha256(key, "sluice fingerprint 1")) {}

  std::string seal(std::string_view bytes) const override {
    std::array<std::uint8_t, kNonceBytes> nonce;
    random_.fill(nonce);
    std::string sealed(kNonceBytes + bytes.size() + kTagBytes, '\0');
    std::copy(nonce.begin(), nonce.end(), sealed.begin());
    unsigned char* text = bytes_of(sealed) + kNonceBytes;
    unsigned char* tag = text + bytes.size();
    const Cipher cipher = make_cipher();
    int n = 0;
    CHECK(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, sealing_key_.bytes.data(),
                             nonce.data()) == 1);
    CHECK(EVP_EncryptUpdate(cipher.get(), text, &n, bytes_of(bytes),
                            static_cast<int>(bytes.size())) == 1);
    CHECK(EVP_EncryptFinal_ex(cipher.get(), text + n, &n) == 1);
    CHECK(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag) == 1);
    return cat(kPrefix, base64_encode(sealed));
  }

  Result<std::string> open_sealed(std::string_view text) const override {
    const auto broken = [] {
      return corrupt("a sealed value was changed or belongs to another key (keys/seal.key)");
    };
    if (!text.starts_with(kPrefix)) return broken();
    auto sealed = base64_decode(text.substr(kPrefix.size()));
    if (!sealed || sealed->size() < kNonceBytes + kTagBytes) return broken();
    const std::size_t size = sealed->size() - kNonceBytes - kTagBytes;
    unsigned char* nonce = bytes_of(*sealed);
    std::string bytes(size, '\0');
    const Cipher cipher = make_cipher();
    int n = 0;
    CHECK(EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, sealing_key_.bytes.data(),
                             nonce) == 1);
    CHECK(EVP_DecryptUpdate(cipher.get(), bytes_of(bytes), &n, nonce + kNonceBytes,
                            static_cast<int>(size)) == 1);
    CHECK(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes,
                              nonce + kNonceBytes + size) == 1);
    if (EVP_DecryptFinal_ex(cipher.get(), bytes_of(bytes) + n, &n) != 1) return broken();
    return bytes;
  }

  Digest fingerprint(std::string_view bytes) const override {
    return hmac_sha256(view_of(fingerprint_key_), bytes);
  }

 private:
  os::Random& random_;
  const Digest sealing_key_;
  const Digest fingerprint_key_;
};

Result<std::string> read_key(os::Files& files, const os::Path& path) {
  const os::FileInfo info = TRY(files.stat(path));
  if (info.kind != os::FileKind::Regular || (info.mode & 077) != 0) {
    return Error(ErrorCode::PermissionDenied,
                 cat(path.string(), ": others may read this key; if nobody has: chmod 600 it"));
  }
  std::string key = TRY(files.read(path, 4096));
  if (key.size() == kKeyBytes) return key;
  return corrupt(
      cat(path.string(), ": holds ", key.size(), " bytes, not the ", kKeyBytes, " of a key"));
}

Result<std::string> create_key(os::Files& files, os::Random& random, const os::Path& path) {
  std::string key(kKeyBytes, '\0');
  random.fill({bytes_of(key), key.size()});
  TRY(files.make_directories(path.parent_path(), 0700));
  const auto created = files.create_exclusive(path, key, os::Durability::Power, 0600);
  if (created.ok()) return key;
  // Another process was first: its key is the key.
  if (created.error().code() == ErrorCode::AlreadyExists) return read_key(files, path);
  return created.error();
}

}  // namespace

Result<std::unique_ptr<Sealer>> Sealer::open(os::Files& files, os::Random& random,
                                             const os::Path& home) {
  const os::Path path = home / "keys" / "seal.key";
  auto key = read_key(files, path);
  if (!key.ok() && key.error().code() == ErrorCode::NotFound) {
    key = create_key(files, random, path);
  }
  if (!key.ok()) return std::move(key).error();
  return std::make_unique<AesSealer>(random, key.value());
}

}  // namespace sluice::store
