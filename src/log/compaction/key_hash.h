#pragma once

#include "base/bytes.h"

#include <cstdint>

namespace barnabas::log {

/// What stands for a key while a log is compacted: 128 bits, so that two keys practically never
/// share one. Both 0 is a hash like any other.
struct KeyHash {
    std::uint64_t first = 0;
    std::uint64_t second = 0;

    friend bool operator==(const KeyHash&, const KeyHash&) = default;
};

/// SipHash-2-4 with 128 bits under a secret that each compaction draws anew. Kafka takes MD5, for
/// which two keys with one hash can be made: the older of them would be lost. Without the secret
/// nobody can make such a pair. Immutable, safe on every thread.
class KeyHasher {
public:
    KeyHasher(std::uint64_t secret_first, std::uint64_t secret_second)
        : k0_(secret_first), k1_(secret_second) {}

    [[nodiscard]] KeyHash operator()(ByteView key) const;

private:
    std::uint64_t k0_;
    std::uint64_t k1_;
};

}  // namespace barnabas::log
