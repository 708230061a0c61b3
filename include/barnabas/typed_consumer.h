#pragma once

#include <barnabas/consumer.h>
#include <barnabas/serdes.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace barnabas {

/// A record with key and value as K and V; an empty optional is a null. What cannot be read is an
/// error of that record alone (INVALID_RECORD with a sentence that says where it stands): the
/// others go on, and `raw` has the bytes, to be put aside or looked at. May be kept, and used on
/// any thread; `raw` keeps the batch that it came with (ConsumerRecord).
template <class K, class V>
struct TypedConsumerRecord {
    ConsumerRecord raw;
    Result<std::optional<K>> key;
    Result<std::optional<V>> value;
};

/// A Consumer that hands out K and V instead of bytes:
///
///     TypedConsumer<std::string, std::int64_t> consumer(std::move(*plain));
///     consumer.plain().subscribe({"sums"});
///     for (auto records = consumer.poll(1s); records; records = consumer.poll(1s))
///         for (const auto& record : *records)
///             if (!record.value) { ... record.value.error().message, record.raw ... }
///             else if (!*record.value) { ... a tombstone ... }
///             else { ... **record.value ... }
///
/// Owns the consumer that it is made of, and shares the serdes with whoever else has them.
/// Everything else (subscribe, seek, commit, close) is the plain consumer's: plain(). `Plain`:
/// Consumer or ShareConsumer (typed_share_consumer.h). Its end is the plain one's.
///
/// Threads: one at a time, as there; serdes run on the thread that polls.
/// Errors: poll() has those of the plain one; a record that cannot be read as K or V is handed out
/// as the others are, its position is passed, and a commit without offsets covers it.
template <class K, class V, class Plain = Consumer>
class TypedConsumer {
public:
    explicit TypedConsumer(Plain plain, std::shared_ptr<const Serde<K>> keys = standard_serde<K>(),
                           std::shared_ptr<const Serde<V>> values = standard_serde<V>())
        : plain_(std::move(plain)), keys_(std::move(keys)), values_(std::move(values)) {}

    /// As poll() of the plain one, waiting, listeners and max.poll.records included.
    [[nodiscard]] Result<std::vector<TypedConsumerRecord<K, V>>> poll(Duration timeout) {
        TRY_ASSIGN(const ConsumerRecords records, plain_.poll(timeout));
        std::vector<TypedConsumerRecord<K, V>> typed;
        typed.reserve(records.size());
        for (const ConsumerRecord& record : records) {
            typed.push_back(
                {.raw = record,
                 .key = read(*keys_, record, record.has_key(), record.key(), true),
                 .value = read(*values_, record, record.has_value(), record.value(), false)});
        }
        return typed;
    }

    /// As long as this object lives.
    [[nodiscard]] Plain& plain() { return plain_; }

private:
    template <class T>
    static Result<std::optional<T>> read(const Serde<T>& serde, const ConsumerRecord& record,
                                         bool there, ByteView bytes, bool is_key) {
        if (!there) {
            return std::optional<T>();
        }
        auto value = serde.deserialize({.topic = record.topic(), .is_key = is_key}, bytes);
        if (!value) {
            return fail(value.error().code, "the {} of {} at offset {}: {}",
                        is_key ? "key" : "value", record.topic_partition(), record.offset(),
                        value.error().message);
        }
        return std::optional<T>(std::move(*value));
    }

    Plain plain_;
    std::shared_ptr<const Serde<K>> keys_;
    std::shared_ptr<const Serde<V>> values_;
};

}  // namespace barnabas
