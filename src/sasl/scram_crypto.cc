#include "sasl/scram_crypto.h"

#include "base/config_text.h"
#include "base/invariant.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <limits>

namespace barnabas::sasl {
namespace {

const EVP_MD* digest_of(ScramMechanism mechanism) {
    return mechanism == ScramMechanism::sha_256 ? EVP_sha256() : EVP_sha512();
}

const unsigned char* raw(ByteView bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::vector<std::byte> hmac(ScramMechanism mechanism, ByteView key, std::string_view text) {
    INVARIANT(key.size() == digest_size(mechanism), "a key of {} bytes", key.size());
    std::vector<std::byte> code(digest_size(mechanism));
    const auto* made =
        HMAC(digest_of(mechanism), raw(key), static_cast<int>(key.size()), raw(as_bytes(text)),
             text.size(), reinterpret_cast<unsigned char*>(code.data()), nullptr);
    INVARIANT(made != nullptr, "libcrypto has no HMAC for {}", mechanism_name(mechanism));
    return code;
}

}  // namespace

std::optional<std::int32_t> parse_iterations(std::string_view text) {
    const auto count = parse_integer(text);
    if (!count || text.starts_with('+') || *count < 1 ||
        *count > std::numeric_limits<std::int32_t>::max()) {
        return std::nullopt;
    }
    return static_cast<std::int32_t>(*count);
}

std::string_view mechanism_name(ScramMechanism mechanism) {
    return mechanism == ScramMechanism::sha_256 ? "SCRAM-SHA-256" : "SCRAM-SHA-512";
}

std::optional<ScramMechanism> scram_mechanism(std::string_view name) {
    for (const auto mechanism : {ScramMechanism::sha_256, ScramMechanism::sha_512}) {
        if (name == mechanism_name(mechanism)) {
            return mechanism;
        }
    }
    return std::nullopt;
}

std::size_t digest_size(ScramMechanism mechanism) {
    return mechanism == ScramMechanism::sha_256 ? 32 : 64;
}

std::vector<std::byte> salted_password(ScramMechanism mechanism, std::string_view password,
                                       ByteView salt, std::int32_t iterations) {
    INVARIANT(iterations >= 1, "{} iterations", iterations);
    std::vector<std::byte> salted(digest_size(mechanism));
    // Hi() is PBKDF2 with one block of output.
    const int made = PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                                       raw(salt), static_cast<int>(salt.size()), iterations,
                                       digest_of(mechanism), static_cast<int>(salted.size()),
                                       reinterpret_cast<unsigned char*>(salted.data()));
    INVARIANT(made == 1, "libcrypto has no PBKDF2 for {}", mechanism_name(mechanism));
    return salted;
}

std::vector<std::byte> client_key(ScramMechanism mechanism, ByteView salted) {
    return hmac(mechanism, salted, "Client Key");
}

std::vector<std::byte> server_key(ScramMechanism mechanism, ByteView salted) {
    return hmac(mechanism, salted, "Server Key");
}

std::vector<std::byte> stored_key(ScramMechanism mechanism, ByteView client_key) {
    std::vector<std::byte> hash(digest_size(mechanism));
    const int made = EVP_Digest(client_key.data(), client_key.size(),
                                reinterpret_cast<unsigned char*>(hash.data()), nullptr,
                                digest_of(mechanism), nullptr);
    INVARIANT(made == 1, "libcrypto has no hash for {}", mechanism_name(mechanism));
    return hash;
}

std::vector<std::byte> signature(ScramMechanism mechanism, ByteView key,
                                 std::string_view auth_message) {
    return hmac(mechanism, key, auth_message);
}

std::vector<std::byte> exclusive_or(ByteView a, ByteView b) {
    INVARIANT(a.size() == b.size(), "{} and {} bytes", a.size(), b.size());
    std::vector<std::byte> result(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        result[i] = a[i] ^ b[i];
    }
    return result;
}

bool equal_in_constant_time(ByteView a, ByteView b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace barnabas::sasl
