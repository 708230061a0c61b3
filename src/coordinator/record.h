#pragma once

#include "base/bytes.h"
#include "wire/persisted/framing.h"

#include <optional>
#include <utility>
#include <vector>

namespace barnabas::coordinator {

/// A record of a coordinator's topic, key and value as they are stored. Without a value it is a
/// tombstone. What is written is what Kafka's newest coordinator writes, so that either reads the
/// other's topics; each kind says its value's version where it is made.
struct Record {
    ByteBuffer key;
    std::optional<ByteBuffer> value;
};

using Records = std::vector<Record>;

template <class Key, class Value>
[[nodiscard]] Record make_record(const Key& key, const Value& value, std::int16_t value_version) {
    return {.key = wire::encode_coordinator_key(key),
            .value = wire::encode_versioned(value, value_version)};
}

template <class Key>
[[nodiscard]] Record make_tombstone(const Key& key) {
    return {.key = wire::encode_coordinator_key(key), .value = std::nullopt};
}

}  // namespace barnabas::coordinator
