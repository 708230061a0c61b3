#pragma once

#include <barnabas/producer.h>
#include <barnabas/serdes.h>

#include <utility>

namespace barnabas {

/// A record of K and V. An empty optional is a null key or value, which no serde sees. It owns all
/// but its headers, whose bytes have to live until send() has returned.
template <class K, class V>
struct TypedProducerRecord {
    std::string topic;
    std::optional<K> key = std::nullopt;
    std::optional<V> value = std::nullopt;
    std::optional<PartitionId> partition = std::nullopt;  ///< none: the partitioner's choice
    std::optional<Timestamp> timestamp = std::nullopt;    ///< ms; none: the time of send()
    std::span<const HeaderView> headers = {};
};

/// A Producer that takes K and V instead of bytes:
///
///     auto plain = Producer::create({{"bootstrap.servers", "localhost:9092"}});
///     TypedProducer<std::string, std::int64_t> producer(std::move(*plain));
///     auto stored = producer.send({.topic = "sums", .key = "a", .value = 7}).get();
///     if (!stored) { ... stored.error().message ... }
///
/// Owns the producer that it is made of, and shares the serdes with whoever else has them: types
/// that have no standard serde bring their own, or json_serde() and list_serde() do. Everything
/// else (flush, transactions, metrics, close) is the plain producer's: plain(). Move-only; its end
/// is the plain producer's.
///
/// Threads: any, several at once, as with Producer; serdes run on the thread that calls send().
/// Errors: those of Producer::send(), and what a serde says of a key or value (INVALID_RECORD), in
/// front of which the sentence names which of them, and the topic. Nothing of such a record is
/// sent, and an open transaction goes on without it.
template <class K, class V>
class TypedProducer {
public:
    explicit TypedProducer(Producer plain,
                           std::shared_ptr<const Serde<K>> keys = standard_serde<K>(),
                           std::shared_ptr<const Serde<V>> values = standard_serde<V>())
        : plain_(std::move(plain)), keys_(std::move(keys)), values_(std::move(values)) {}

    /// As Producer::send(), with its waiting; the future of what cannot be serialized is there at
    /// once. `record` is done with when this returns.
    [[nodiscard]] Future<RecordMetadata> send(const TypedProducerRecord<K, V>& record) {
        Bytes key;
        Bytes value;
        if (auto written = serialize(record, key, value); !written) {
            return plain_.refuse(std::move(written.error()));
        }
        return plain_.send(view_of(record, key, value));
    }

    /// The same, told by a callback, which for what cannot be serialized is called in here.
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

    /// As long as this object lives.
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
