// The mode consume.
#include "clients/figures.h"
#include "clients/handle.h"
#include "clients/keys.h"
#include "clients/modes.h"
#include "clients/payload.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace rdkafka_bench {
namespace {

std::span<const std::uint8_t> payload_of(const rd_kafka_message_t& message) {
    return {static_cast<const std::uint8_t*>(message.payload), message.len};
}

std::span<const std::uint8_t> key_of(const rd_kafka_message_t& message) {
    return {static_cast<const std::uint8_t*>(message.key), message.key_len};
}

/// Compares what comes with what was written. Own payloads were dealt to the partitions in turn, so
/// partition p must hold p, p + P, p + 2P, ... in this order: with the right number of records in
/// all, each one is there exactly once. Of what was compacted, the last of each key must be there,
/// at its own offset, and nothing else. Java's were dealt by its partitioner: the set must be
/// equal.
class Proof {
public:
    explicit Proof(const Options& options)
        : options_(options),
          own_(options.size, options.filler),
          keys_(options.keys),
          gone_(keys_.gone(options.cleaned_to)) {
        for (std::int32_t i = 0; i < options.partitions; ++i) {
            expected_.push_back(first_there(i));
        }
        if (options.written_by != "ours" && options.written_by != "java") {
            give_up("--written-by is ours or java, not " + options.written_by);
        }
    }

    /// How many records there must be.
    [[nodiscard]] std::int64_t count() const {
        return options_.count - std::ranges::count(gone_, true);
    }

    void add(const rd_kafka_message_t& message) {
        const auto payload = payload_of(message);
        if (options_.written_by == "java") {
            return read_.add(payload);
        }
        auto& expected = expected_[static_cast<std::size_t>(message.partition)];
        if (OwnPayload::counter_of(payload) != expected || !own_.matches(payload) ||
            !keys_.matches(static_cast<std::uint64_t>(expected), key_of(message))) {
            give_up(fmt::format("partition {} offset {}: record {} of {} bytes, expected record {}",
                                message.partition, message.offset, OwnPayload::counter_of(payload),
                                payload.size(), expected));
        }
        if (!gone_.empty() && message.offset != expected) {
            give_up(fmt::format("record {} is at offset {} since it was compacted", expected,
                                message.offset));
        }
        expected = first_there(expected + options_.partitions);
    }

    void finish() const {
        if (options_.written_by == "java" &&
            read_ != java_payloads(options_.count, options_.size)) {
            give_up("what was read is not what ProducerPerformance wrote");
        }
    }

private:
    [[nodiscard]] std::int64_t first_there(std::int64_t counter) const {
        while (counter < std::ssize(gone_) && gone_[static_cast<std::size_t>(counter)]) {
            ++counter;
        }
        return counter;
    }

    const Options& options_;
    OwnPayload own_;
    OwnKeys keys_;
    std::vector<bool> gone_;
    std::vector<std::int64_t> expected_;
    SetDigest read_;
};

}  // namespace

std::string consume(const Options& options) {
    const Deadline deadline(options);
    Proof proof(options);
    const Handle handle = make_consumer(options);
    const Topic topic = open_topic(options, handle.get());
    std::array<rd_kafka_message_t*, 4096> batch{};
    const double start = now();
    const Queue queue =
        start_reading(options, handle.get(), topic.get(), RD_KAFKA_OFFSET_BEGINNING);
    const std::int64_t wanted = proof.count();
    std::int64_t records = 0;
    std::int64_t bytes = 0;
    while (records < wanted) {
        const auto got = rd_kafka_consume_batch_queue(queue.get(), 100, batch.data(), batch.size());
        for (ssize_t i = 0; i < got; ++i) {
            auto* message = batch[static_cast<std::size_t>(i)];
            if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
                give_up(rd_kafka_message_errstr(message));
            }
            proof.add(*message);
            bytes += static_cast<std::int64_t>(message->len);
            rd_kafka_message_destroy(message);
        }
        records += std::max<ssize_t>(got, 0);
        deadline.check("reading");
    }
    const double elapsed = now() - start;
    if (records != wanted) {
        give_up(fmt::format("{} records came where {} were to be", records, wanted));
    }
    proof.finish();
    return throughput_json(records, bytes, elapsed);
}

}  // namespace rdkafka_bench
