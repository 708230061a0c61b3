// The mode consume.
#include "clients/figures.h"
#include "clients/handle.h"
#include "clients/modes.h"
#include "clients/payload.h"

#include <fmt/format.h>

#include <array>
#include <span>
#include <vector>

namespace rdkafka_bench {
namespace {

std::span<const std::uint8_t> payload_of(const rd_kafka_message_t& message) {
    return {static_cast<const std::uint8_t*>(message.payload), message.len};
}

/// Compares what comes with what was written. Own payloads were dealt to the partitions in turn, so
/// partition p must hold p, p + P, p + 2P, ... in this order: with the right number of records in
/// all, each one is there exactly once. Java's were dealt by its partitioner: the set must be
/// equal.
class Proof {
public:
    explicit Proof(const Options& options) : options_(options), own_(options.size) {
        for (std::int32_t i = 0; i < options.partitions; ++i) {
            expected_.push_back(i);
        }
        if (options.written_by != "ours" && options.written_by != "java") {
            give_up("--written-by is ours or java, not " + options.written_by);
        }
    }

    void add(const rd_kafka_message_t& message) {
        const auto payload = payload_of(message);
        if (options_.written_by == "java") {
            return read_.add(payload);
        }
        auto& expected = expected_[static_cast<std::size_t>(message.partition)];
        if (OwnPayload::counter_of(payload) != expected || !own_.matches(payload)) {
            give_up(fmt::format("partition {} offset {}: record {} of {} bytes, expected record {}",
                                message.partition, message.offset, OwnPayload::counter_of(payload),
                                payload.size(), expected));
        }
        expected += options_.partitions;
    }

    void finish() const {
        if (options_.written_by == "java" &&
            read_ != java_payloads(options_.count, options_.size)) {
            give_up("what was read is not what ProducerPerformance wrote");
        }
    }

private:
    const Options& options_;
    OwnPayload own_;
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
    std::int64_t records = 0;
    std::int64_t bytes = 0;
    while (records < options.count) {
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
    if (records != options.count) {
        give_up(fmt::format("{} records came where {} were written", records, options.count));
    }
    proof.finish();
    return throughput_json(records, bytes, elapsed);
}

}  // namespace rdkafka_bench
