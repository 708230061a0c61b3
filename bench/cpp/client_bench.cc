// cpp_bench: one measurement through our C++ client, one line of JSON; the command line is that of
// rdkafka_bench, as are the payloads, so that each program proves what the other one wrote.
#include "clients/figures.h"
#include "clients/options.h"
#include "clients/payload.h"
#include <barnabas/consumer.h>
#include <barnabas/producer.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <sys/prctl.h>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace rdkafka_bench {
namespace {

/// As rdkafka_bench: the first records find cold caches and connections.
constexpr std::int64_t unmeasured_share = 10;

double seconds_now() {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double>(since).count();
}

template <class T>
T or_give_up(barnabas::Result<T> result) {
    if (!result) {
        give_up(result.error().message);
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*result);
    }
}

barnabas::ClientConfig config_of(const Options& options,
                                 std::map<std::string, std::string> settings) {
    barnabas::ClientConfig config{{"bootstrap.servers", options.bootstrap}};
    for (const auto& [name, value] : settings) {
        config[name] = value;
    }
    for (const auto& [name, value] : options.properties) {
        config[name] = value;
    }
    return config;
}

using Loop = std::shared_ptr<barnabas::EventLoop>;

/// On a loop of its own unless it is given one.
barnabas::Producer producer_of(const Options& options, Loop loop = nullptr) {
    return or_give_up(barnabas::Producer::create(
        config_of(options, {{"acks", options.acks},
                            {"compression.type", options.codec},
                            {"batch.size", std::to_string(options.batch_bytes)},
                            {"linger.ms", options.linger_ms}}),
        std::move(loop)));
}

/// Reads partitions from their beginnings.
barnabas::Consumer consumer_of(const Options& options, Loop loop = nullptr) {
    return or_give_up(barnabas::Consumer::create(
        config_of(options, {{"auto.offset.reset", "earliest"}}), std::move(loop)));
}

void assign_all(barnabas::Consumer& consumer, const Options& options) {
    std::vector<barnabas::TopicPartition> partitions;
    for (std::int32_t i = 0; i < options.partitions; ++i) {
        partitions.push_back({options.topic, barnabas::PartitionId(i)});
    }
    or_give_up(consumer.assign(partitions));
}

barnabas::ByteView bytes_of(const std::vector<std::uint8_t>& payload) {
    return std::as_bytes(std::span(payload));
}

std::span<const std::uint8_t> payload_of(const barnabas::ConsumerRecord& record) {
    const auto value = record.value();
    return {reinterpret_cast<const std::uint8_t*>(value.data()), value.size()};
}

/// Tells nobody of records that were written, and ends the process for one that was not.
void failed_alone(const barnabas::Result<barnabas::RecordMetadata>& outcome) {
    if (!outcome) {
        give_up("a record was not written: " + outcome.error().message);
    }
}

std::string produce_cpp(const Options& options) {
    const OwnPayload payloads(options.size, options.filler);
    auto producer = producer_of(options);
    or_give_up(producer.partitions_for(options.topic).get());
    std::vector<std::uint8_t> payload(static_cast<std::size_t>(options.size));
    const double start = seconds_now();
    std::int32_t partition = 0;
    for (std::int64_t i = 0; i < options.count; ++i) {
        payloads.write(static_cast<std::uint64_t>(i), payload);
        producer.send({.topic = options.topic,
                       .partition = barnabas::PartitionId(partition),
                       .value = bytes_of(payload)},
                      failed_alone);
        if (++partition == options.partitions) {
            partition = 0;
        }
    }
    or_give_up(producer.flush().get());
    return throughput_json(options.count, options.count * options.size, seconds_now() - start);
}

/// Compares each record with what must be there, as rdkafka_bench does: partition p holds p, p + P,
/// p + 2P, ... in this order.
class ReadProof {
public:
    explicit ReadProof(const Options& options)
        : options_(options), own_(options.size, options.filler) {
        for (std::int32_t i = 0; i < options.partitions; ++i) {
            expected_.push_back(i);
        }
    }

    void add(const barnabas::ConsumerRecord& record) {
        const auto payload = payload_of(record);
        auto& expected = expected_[static_cast<std::size_t>(record.partition().get())];
        if (OwnPayload::counter_of(payload) != expected || !own_.matches(payload)) {
            give_up(fmt::format("partition {} offset {}: record {} of {} bytes, expected record {}",
                                record.partition(), record.offset(),
                                OwnPayload::counter_of(payload), payload.size(), expected));
        }
        expected += options_.partitions;
    }

private:
    const Options& options_;
    OwnPayload own_;
    std::vector<std::int64_t> expected_;
};

std::string consume_cpp(const Options& options) {
    ReadProof proof(options);
    auto consumer = consumer_of(options);
    const double start = seconds_now();  // as rdkafka_bench
    assign_all(consumer, options);
    std::int64_t records = 0;
    std::int64_t bytes = 0;
    while (records < options.count) {
        const auto polled = or_give_up(consumer.poll(std::chrono::milliseconds(100)));
        for (const auto& record : polled) {
            proof.add(record);
            bytes += static_cast<std::int64_t>(record.value().size());
        }
        records += static_cast<std::int64_t>(polled.size());
        if (seconds_now() - start > double(options.timeout_s)) {
            give_up(fmt::format("out of time after {} of {} records", records, options.count));
        }
    }
    const double elapsed = seconds_now() - start;
    if (records != options.count) {
        give_up(fmt::format("{} records came where {} were to be", records, options.count));
    }
    return throughput_json(records, bytes, elapsed);
}

std::string rate_cpp(const Options& options) {
    prctl(PR_SET_TIMERSLACK, 1000UL);  // as rdkafka_bench
    const OwnPayload payloads(options.size, options.filler);
    const auto count = static_cast<std::size_t>(options.count);
    std::vector<double> sent(count);
    std::vector<double> taken(count);
    auto producer = producer_of(options);
    or_give_up(producer.partitions_for(options.topic).get());
    std::vector<std::uint8_t> payload(static_cast<std::size_t>(options.size));
    const auto start = std::chrono::steady_clock::now();
    for (std::int64_t i = 0; i < options.count; ++i) {
        std::this_thread::sleep_until(start +
                                      std::chrono::nanoseconds(i * 1'000'000'000 / options.rate));
        payloads.write(static_cast<std::uint64_t>(i), payload);
        const auto at = static_cast<std::size_t>(i);
        sent[at] = seconds_now();
        producer.send(
            {.topic = options.topic,
             .partition = barnabas::PartitionId(static_cast<std::int32_t>(i % options.partitions)),
             .value = bytes_of(payload)},
            [&sent, &taken, at](const barnabas::Result<barnabas::RecordMetadata>& outcome) {
                failed_alone(outcome);
                taken[at] = seconds_now() - sent[at];
            });
    }
    or_give_up(producer.close());
    const auto skip = options.count / unmeasured_share;
    const double elapsed = sent.back() - sent[static_cast<std::size_t>(skip)];
    return latency_json({taken.begin() + skip, taken.end()}, elapsed);
}

/// The next record, which must be number `counter`.
void receive(barnabas::Consumer& consumer, const OwnPayload& payloads, std::int64_t counter,
             double deadline) {
    for (;;) {
        const auto polled = or_give_up(consumer.poll(std::chrono::milliseconds(100)));
        if (!polled.empty()) {
            const auto payload = payload_of(*polled.begin());
            if (polled.size() != 1 || OwnPayload::counter_of(payload) != counter ||
                !payloads.matches(payload)) {
                give_up("the record that came back is not the one that was sent");
            }
            return;
        }
        if (seconds_now() > deadline) {
            give_up("out of time waiting for a record to come back");
        }
    }
}

/// Producer and consumer share a loop, as all clients of a program may.
std::string roundtrip_cpp(const Options& options) {
    const double deadline = seconds_now() + double(options.timeout_s);
    const OwnPayload payloads(options.size, options.filler);
    const Loop loop = or_give_up(barnabas::EventLoop::start());
    auto producer = producer_of(options, loop);
    auto consumer = consumer_of(options, loop);
    assign_all(consumer, options);
    or_give_up(producer.partitions_for(options.topic).get());
    std::vector<std::uint8_t> payload(static_cast<std::size_t>(options.size));
    std::vector<double> taken;
    const auto skip = options.count / unmeasured_share;
    double measured_from = seconds_now();
    for (std::int64_t i = 0; i < options.count; ++i) {
        payloads.write(static_cast<std::uint64_t>(i), payload);
        const double start = seconds_now();
        producer.send(
            {.topic = options.topic,
             .partition = barnabas::PartitionId(static_cast<std::int32_t>(i % options.partitions)),
             .value = bytes_of(payload)},
            failed_alone);
        receive(consumer, payloads, i, deadline);
        if (i < skip) {
            measured_from = seconds_now();
        } else {
            taken.push_back(seconds_now() - start);
        }
    }
    return latency_json(std::move(taken), seconds_now() - measured_from);
}

}  // namespace
}  // namespace rdkafka_bench

int main(int argc, char** argv) {
    using namespace rdkafka_bench;
    const auto options = parse_options(argc, argv);
    const std::map<std::string, std::string (*)(const Options&)> modes = {
        {"produce", produce_cpp},
        {"consume", consume_cpp},
        {"rate", rate_cpp},
        {"roundtrip", roundtrip_cpp}};
    const auto mode = modes.find(options.mode);
    if (mode == modes.end()) {
        give_up("unknown mode " + options.mode);
    }
    std::printf("%s\n", mode->second(options).c_str());
    std::fflush(stdout);
    std::_Exit(0);
}
