// The modes rate and roundtrip.
#include "clients/figures.h"
#include "clients/handle.h"
#include "clients/modes.h"
#include "clients/payload.h"

#include <atomic>
#include <chrono>
#include <cmath>
#include <sys/prctl.h>
#include <thread>
#include <vector>

namespace rdkafka_bench {
namespace {

/// The first records find cold caches and connections; they are sent and not counted.
constexpr std::int64_t unmeasured_divisor = 10;

void* tag(std::int64_t index) {
    return reinterpret_cast<void*>(static_cast<std::intptr_t>(index));
}

struct Acknowledgements {
    std::vector<double> sent;
    std::vector<double> taken;
    std::atomic<std::int64_t> seen = 0;
};

void acknowledged(const rd_kafka_message_t& message, void* context) {
    auto& acks = *static_cast<Acknowledgements*>(context);
    const auto i = static_cast<std::size_t>(reinterpret_cast<std::intptr_t>(message._private));
    acks.taken[i] = now() - acks.sent[i];
    acks.seen.fetch_add(1, std::memory_order_release);
}

void send(rd_kafka_topic_t* topic, std::int64_t index, std::int32_t partition,
          std::vector<std::uint8_t>& payload) {
    if (rd_kafka_produce(topic, partition, RD_KAFKA_MSG_F_COPY, payload.data(), payload.size(),
                         nullptr, 0, tag(index)) != 0) {
        give_up(rd_kafka_err2str(rd_kafka_last_error()));
    }
}

void send_at_rate(const Options& options, rd_kafka_topic_t* topic, Acknowledgements& acks) {
    const OwnPayload payloads(options.size, options.filler);
    std::vector<std::uint8_t> payload(static_cast<std::size_t>(options.size));
    const auto start = std::chrono::steady_clock::now();
    for (std::int64_t i = 0; i < options.count; ++i) {
        const auto due = std::chrono::nanoseconds(i * 1'000'000'000 / options.rate);
        std::this_thread::sleep_until(start + due);
        payloads.write(static_cast<std::uint64_t>(i), payload);
        acks.sent[static_cast<std::size_t>(i)] = now();
        send(topic, i, static_cast<std::int32_t>(i % options.partitions), payload);
    }
}

/// The next record on `queue`, which must be number `counter`.
void receive(rd_kafka_queue_t* queue, const OwnPayload& payloads, std::int64_t counter,
             const Deadline& deadline) {
    rd_kafka_message_t* message = nullptr;
    while (message == nullptr) {
        message = rd_kafka_consume_queue(queue, 100);
        deadline.check("waiting for a record to come back");
    }
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        give_up(rd_kafka_message_errstr(message));
    }
    const std::span payload(static_cast<const std::uint8_t*>(message->payload), message->len);
    if (OwnPayload::counter_of(payload) != counter || !payloads.matches(payload)) {
        give_up("the record that came back is not the one that was sent");
    }
    rd_kafka_message_destroy(message);
}

}  // namespace

std::string rate(const Options& options) {
    const Deadline deadline(options);
    prctl(PR_SET_TIMERSLACK, 1000UL);  // 1 us: at 20,000 a second the default 50 us is a whole turn
    Acknowledgements acks;
    acks.sent.resize(static_cast<std::size_t>(options.count));
    acks.taken.resize(static_cast<std::size_t>(options.count));
    const Handle handle = make_producer(options, acknowledged, &acks);
    const Topic topic = open_topic(options, handle.get());
    // Reports are taken by a thread of their own, else they would wait for the sender's sleep.
    std::thread reports([&] {
        while (acks.seen.load(std::memory_order_acquire) < options.count) {
            rd_kafka_poll(handle.get(), 100);
            deadline.check("waiting for acknowledgements");
        }
    });
    send_at_rate(options, topic.get(), acks);
    reports.join();
    const auto skip = options.count / unmeasured_divisor;
    const double elapsed = acks.sent.back() - acks.sent[static_cast<std::size_t>(skip)];
    return latency_json({acks.taken.begin() + skip, acks.taken.end()}, elapsed);
}

std::string roundtrip(const Options& options) {
    const Deadline deadline(options);
    const OwnPayload payloads(options.size, options.filler);
    const Handle producer = make_producer(options);
    const Handle consumer = make_consumer(options);
    const Topic out = open_topic(options, producer.get());
    const Topic in = open_topic(options, consumer.get());
    const Queue queue = start_reading_from_end(options, consumer.get(), in.get());
    std::vector<std::uint8_t> payload(static_cast<std::size_t>(options.size));
    std::vector<double> taken;
    double measured_from = 0;
    for (std::int64_t i = 0; i < options.count; ++i) {
        const bool measured = i >= options.count / unmeasured_divisor;
        payloads.write(static_cast<std::uint64_t>(i), payload);
        const double start = now();
        if (measured && taken.empty()) {
            measured_from = start;
        }
        send(out.get(), i, static_cast<std::int32_t>(i % options.partitions), payload);
        receive(queue.get(), payloads, i, deadline);
        if (measured) {
            taken.push_back(now() - start);
        }
    }
    return latency_json(std::move(taken), now() - measured_from);
}

}  // namespace rdkafka_bench
