// A test that brings its own broker: what is sent is read again, also after the broker was started
// anew. Needs nothing that runs elsewhere: test_with_a_broker
#include <barnabas/consumer.h>
#include <barnabas/producer.h>
#include <barnabas/test_broker.h>

#include <fmt/format.h>

#include <cstdio>

namespace {

using namespace std::chrono_literals;

int give_up(const barnabas::Error& error) {
    fmt::print(stderr, "{}: {}\n", error.code, error.message);
    return 1;
}

/// How many records of `topic` there are, read from its beginning.
barnabas::Result<std::size_t> count(const std::string& bootstrap, const std::string& topic) {
    TRY_ASSIGN(auto consumer, barnabas::Consumer::create({{"bootstrap.servers", bootstrap},
                                                          {"auto.offset.reset", "earliest"}}));
    const barnabas::TopicPartition partition{topic, barnabas::PartitionId{0}};
    TRY(consumer.assign({partition}));
    TRY_ASSIGN(const auto ends, consumer.end_offsets({partition}));
    std::size_t read = 0;
    for (auto at = barnabas::Offset{0}; at < ends.at(partition);) {
        TRY_ASSIGN(const auto records, consumer.poll(1s));
        read += records.size();
        TRY_ASSIGN(at, consumer.position(partition));
    }
    return read;
}

}  // namespace

int main() {
    auto broker = barnabas::TestBroker::start({.settings = {{"num.partitions", "1"}}});
    if (!broker) {
        return give_up(broker.error());
    }
    auto producer = barnabas::Producer::create({{"bootstrap.servers", broker->bootstrap()}});
    if (!producer) {
        return give_up(producer.error());
    }
    for (int number = 0; number < 100; ++number) {
        producer->send(
            barnabas::ProducerRecord{.topic = "numbers",
                                     .value = barnabas::to_bytes(fmt::format("{}", number))},
            [](const barnabas::Result<barnabas::RecordMetadata>& stored) {
                if (!stored) {
                    give_up(stored.error());
                }
            });
    }
    if (const auto closed = producer->close(); !closed) {
        return give_up(closed.error());
    }
    const auto before = count(broker->bootstrap(), "numbers");
    if (const auto restarted = broker->restart(); !restarted) {
        return give_up(restarted.error());
    }
    const auto after = count(broker->bootstrap(), "numbers");
    if (!before || !after) {
        return give_up(before ? after.error() : before.error());
    }
    fmt::print("{} records, {} after a restart of the broker on port {}\n", *before, *after,
               broker->port());
    return *before == 100 && *after == 100 ? 0 : 1;
}
