#include "base/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/encoding.h"

namespace sluice {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

std::string Digest::hex() const {
  return hex_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

Result<Digest> Digest::parse(std::string_view text) {
  if (text.starts_with("sha256:")) text.remove_prefix(7);
  auto raw = hex_decode(text);
  Digest digest;
  if (!raw || raw->size() != digest.bytes.size())
    return invalid_input("not a SHA-256 digest: '" + std::string(text.substr(0, 80)) +
                         "' (expected 64 hexadecimal digits)");
  std::copy(raw->begin(), raw->end(), reinterpret_cast<char*>(digest.bytes.data()));
  return digest;
}

Digest sha256(std::string_view data) {
  Sha256 hash;
  hash.update(data);
  return hash.finish();
}

Sha256::Sha256() : state_(std::make_unique<State>()) {
  CHECK(EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) == 1);
}

Sha256::~Sha256() = default;

void Sha256::update(std::string_view data) {
  CHECK(EVP_DigestUpdate(state_->context, data.data(), data.size()) == 1);
}

Digest Sha256::finish() {
  Digest digest;
  unsigned int size = 0;
  CHECK(EVP_DigestFinal_ex(state_->context, digest.bytes.data(), &size) == 1 && size == 32);
  return digest;
}

Digest hmac_sha256(std::string_view key, std::string_view data) {
  Digest digest;
  unsigned int size = 0;
  CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(data.data()), data.size(), digest.bytes.data(),
             &size) != nullptr);
  CHECK(size == 32);
  return digest;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace sluice
