// Values instead of bytes: sends orders as JSON, and adds up all that are in the topic.
//     json_orders localhost:9092 sold
#include <barnabas/consumer.h>
#include <barnabas/producer.h>
#include <barnabas/serdes_json.h>
#include <barnabas/typed_consumer.h>
#include <barnabas/typed_producer.h>

#include <boost/describe.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

struct Order {
    std::string item;
    std::int64_t cents = 0;
    std::vector<std::string> notes;
};
BOOST_DESCRIBE_STRUCT(Order, (), (item, cents, notes))

namespace {

using namespace std::chrono_literals;
using barnabas::json_serde;
using barnabas::Result;
using barnabas::standard_serde;

Result<> sell(const std::string& brokers, const std::string& topic) {
    TRY_ASSIGN(auto plain, barnabas::Producer::create({{"bootstrap.servers", brokers}}));
    barnabas::TypedProducer<std::string, Order> producer(
        std::move(plain), standard_serde<std::string>(), json_serde<Order>());
    TRY(producer
            .send({.topic = topic,
                   .key = "anna",
                   .value = Order{.item = "tea", .cents = 450, .notes = {"fragile"}}})
            .get());
    TRY(producer
            .send({.topic = topic,
                   .key = "bert",
                   .value = Order{.item = "cup", .cents = 1250, .notes = {}}})
            .get());
    return producer.plain().close();
}

Result<> add_up(const std::string& brokers, const std::string& topic) {
    TRY_ASSIGN(auto plain, barnabas::Consumer::create({{"bootstrap.servers", brokers},
                                                       {"auto.offset.reset", "earliest"}}));
    TRY_ASSIGN(const auto infos, plain.partitions_for(topic));
    std::vector<barnabas::TopicPartition> partitions;
    for (const auto& info : infos) {
        partitions.push_back({.topic = topic, .partition = info.partition});
    }
    TRY(plain.assign(partitions));
    TRY_ASSIGN(const auto ends, plain.end_offsets(partitions));
    barnabas::TypedConsumer<std::string, Order> consumer(
        std::move(plain), standard_serde<std::string>(), json_serde<Order>());
    std::int64_t cents = 0;
    for (const auto& [partition, end] : ends) {
        TRY_ASSIGN(auto at, consumer.plain().position(partition));
        while (at < end) {
            TRY_ASSIGN(const auto records, consumer.poll(1s));
            for (const auto& record : records) {
                if (!record.value) {  // no JSON, or none of an Order: the others go on
                    fmt::print(stderr, "{}\n", record.value.error().message);
                } else if (*record.value) {  // else it is null: a tombstone
                    cents += (*record.value)->cents;
                }
            }
            TRY_ASSIGN(at, consumer.plain().position(partition));
        }
    }
    fmt::print("{} cents\n", cents);
    return consumer.plain().close();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        fmt::print(stderr, "usage: {} <bootstrap.servers> <topic>\n", argv[0]);
        return 2;
    }
    auto done = sell(argv[1], argv[2]);
    if (done) {
        done = add_up(argv[1], argv[2]);
    }
    if (!done) {
        fmt::print(stderr, "{}: {}\n", done.error().code, done.error().message);
        return 1;
    }
    return 0;
}
