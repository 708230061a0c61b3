#pragma once

#include "base/bytes.h"
#include "base/invariant.h"
#include "base/result.h"
#include "wire/codec.h"
#include "wire/persisted/family.h"

#include <cstdint>
#include <utility>

namespace barnabas::wire {

// How records lie in the topics that Kafka keeps its state in. All errors are corrupt_message: what
// is read here was written by a broker.

/// A record's body behind what says which one it is; a view of the record's key or value.
struct StoredRecord {
    std::int16_t id = 0;  ///< in its family
    std::int16_t version = 0;
    ByteView body;
};

/// Values of the metadata and remote-log families: unsigned varints 1 (the frame's version), id and
/// version, then the body (org.apache.kafka.server.common.serialization.AbstractApiMessageSerde).
[[nodiscard]] Result<StoredRecord> read_metadata_frame(ByteView value);
void write_metadata_frame(std::int16_t id, std::int16_t version, Output& output);

/// Keys of the group, transaction and share families: int16 id, then the body, whose version is 0.
[[nodiscard]] Result<StoredRecord> read_coordinator_key(ByteView key);

/// Their values: int16 version, then the body. `id` comes from the key. The consumer protocol's
/// subscription and assignment, the principal and EndTxnMarker are stored like this as well.
[[nodiscard]] Result<StoredRecord> read_versioned(ByteView value, std::int16_t id = 0);

/// The body as an R; refused where R does not have the version. INVARIANT: id is R's.
template <class R>
[[nodiscard]] Result<R> decode_stored(const StoredRecord& stored);

template <class R>
[[nodiscard]] ByteBuffer encode_metadata_record(const R& record, std::int16_t version);
template <class Key>
[[nodiscard]] ByteBuffer encode_coordinator_key(const Key& key);
template <class R>
[[nodiscard]] ByteBuffer encode_versioned(const R& record, std::int16_t version);

void write_int16(std::int16_t number, Output& output);

template <class R>
Result<R> decode_stored(const StoredRecord& stored) {
    if constexpr (requires { R::record_id; }) {
        INVARIANT(stored.id == R::record_id, "{} is not record {}", R::name, stored.id);
    }
    auto record = decode<R>(stored.body, stored.version);
    if (!record) {
        return fail(ErrorCode::corrupt_message, "{}", record.error().message);
    }
    return record;
}

template <class R>
ByteBuffer encode_metadata_record(const R& record, std::int16_t version) {
    Output output;
    write_metadata_frame(R::record_id, version, output);
    encode(record, version, output);
    return std::move(output.bytes);
}

template <class Key>
ByteBuffer encode_coordinator_key(const Key& key) {
    Output output;
    write_int16(Key::record_id, output);
    encode(key, 0, output);
    return std::move(output.bytes);
}

template <class R>
ByteBuffer encode_versioned(const R& record, std::int16_t version) {
    Output output;
    write_int16(version, output);
    encode(record, version, output);
    return std::move(output.bytes);
}

}  // namespace barnabas::wire
