#pragma once

#include <barnabas/bytes.h>
#include <barnabas/records.h>
#include <barnabas/result.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace barnabas {

/// What a serializer is told besides the value.
struct SerdeContext {
    std::string_view topic;
    bool is_key = false;
};

/// Turns values of type T into bytes and back. Shared by any number of clients and threads: it
/// guards its own state. Null keys and values (tombstones) never come here.
template <class T>
class Serde {
public:
    virtual ~Serde() = default;

    /// Appends to `out`, which has nothing of the record yet. INVALID_RECORD with a sentence for a
    /// value that cannot be told.
    [[nodiscard]] virtual Result<> serialize(const SerdeContext& context, const T& value,
                                             Bytes& out) const = 0;
    /// INVALID_RECORD with a sentence for bytes that are no such value.
    [[nodiscard]] virtual Result<T> deserialize(const SerdeContext& context,
                                                ByteView bytes) const = 0;
};

/// java.util.UUID's text of a 16 byte id: 36 characters in five groups.
[[nodiscard]] std::string uuid_text(const Uuid& id);
/// INVALID_RECORD if the text is no such id; both cases of letters are read.
[[nodiscard]] Result<Uuid> parse_uuid_text(std::string_view text);

/// The same bytes as Kafka's serializers of these types: text as it is (UTF-8), bytes as they are,
/// numbers big-endian (floating point as IEEE 754), UUIDs as their 36 characters of text.
/// Deserializers want exactly as many bytes as the type has.
/// Defined for std::string, Bytes, bool, std::int16_t, std::int32_t, std::int64_t, float, double
/// and Uuid. Not thread-bound; the same object each time.
template <class T>
[[nodiscard]] std::shared_ptr<const Serde<T>> standard_serde();

template <>
[[nodiscard]] std::shared_ptr<const Serde<std::string>> standard_serde<std::string>();
template <>
[[nodiscard]] std::shared_ptr<const Serde<Bytes>> standard_serde<Bytes>();
template <>
[[nodiscard]] std::shared_ptr<const Serde<bool>> standard_serde<bool>();
template <>
[[nodiscard]] std::shared_ptr<const Serde<std::int16_t>> standard_serde<std::int16_t>();
template <>
[[nodiscard]] std::shared_ptr<const Serde<std::int32_t>> standard_serde<std::int32_t>();
template <>
[[nodiscard]] std::shared_ptr<const Serde<std::int64_t>> standard_serde<std::int64_t>();
template <>
[[nodiscard]] std::shared_ptr<const Serde<float>> standard_serde<float>();
template <>
[[nodiscard]] std::shared_ptr<const Serde<double>> standard_serde<double>();
template <>
[[nodiscard]] std::shared_ptr<const Serde<Uuid>> standard_serde<Uuid>();

}  // namespace barnabas
