#pragma once

#include <barnabas/producer.h>
#include <barnabas/serdes.h>

#include <utility>

namespace barnabas {

/// A record of K and V. An empty optional is a null key or value.
template <class K, class V>
struct TypedProducerRecord {
    std::string topic;
    std::optional<K> key = std::nullopt;
    std::optional<V> value = std::nullopt;
    std::optional<PartitionId> partition = std::nullopt;
    std::optional<Timestamp> timestamp = std::nullopt;
    std::span<const HeaderView> headers = {};
};

/// A Producer that takes K and V instead of bytes:
///   TypedProducer<std::string, std::int64_t> producer(std::move(*plain));
///   producer.send({.topic = "sums", .key = "a", .value = 7}, callback);
/// Everything else (flush, transactions, close) is the plain producer's: plain().
template <class K, class V>
class TypedProducer {
public:
    explicit TypedProducer(Producer plain,
                           std::shared_ptr<const Serde<K>> keys = standard_serde<K>(),
                           std::shared_ptr<const Serde<V>> values = standard_serde<V>())
        : plain_(std::move(plain)), keys_(std::move(keys)), values_(std::move(values)) {}

    /// As Producer::send(); a value that cannot be serialized fails like a record that cannot be
    /// sent.
    [[nodiscard]] Future<RecordMetadata> send(const TypedProducerRecord<K, V>& record) {
        Bytes key;
        Bytes value;
        if (auto written = serialize(record, key, value); !written) {
            return plain_.refuse(std::move(written.error()));
        }
        return plain_.send(view_of(record, key, value));
    }

    void send(const TypedProducerRecord<K, V>& record, DeliveryCallback callback) {
        Bytes key;
        Bytes value;
        if (auto written = serialize(record, key, value); !written) {
            if (callback) {
                callback(Result<RecordMetadata>(fail(std::move(written))));
            }
            return;
        }
        plain_.send(view_of(record, key, value), std::move(callback));
    }

    [[nodiscard]] Producer& plain() { return plain_; }

private:
    static ProducerRecordView view_of(const TypedProducerRecord<K, V>& record, const Bytes& key,
                                      const Bytes& value) {
        return {.topic = record.topic,
                .partition = record.partition,
                .timestamp = record.timestamp,
                .key = record.key ? std::optional(ByteView(key)) : std::nullopt,
                .value = record.value ? std::optional(ByteView(value)) : std::nullopt,
                .headers = record.headers};
    }
    Result<> serialize(const TypedProducerRecord<K, V>& record, Bytes& key, Bytes& value) const {
        if (record.key) {
            TRY(named(keys_->serialize({.topic = record.topic, .is_key = true}, *record.key, key),
                      "key", record.topic));
        }
        if (record.value) {
            TRY(named(values_->serialize({.topic = record.topic}, *record.value, value), "value",
                      record.topic));
        }
        return {};
    }

    static Result<> named(Result<> written, std::string_view part, const std::string& topic) {
        if (!written) {
            return fail(written.error().code, "the {} of a record for {}: {}", part, topic,
                        written.error().message);
        }
        return written;
    }

    Producer plain_;
    std::shared_ptr<const Serde<K>> keys_;
    std::shared_ptr<const Serde<V>> values_;
};

}  // namespace barnabas
