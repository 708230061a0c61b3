// Reads one topic, changes each value and writes it to another, each record exactly once: what is
// written and how far was read are committed together, in a transaction. It goes on until it has
// copied as many records as are asked for:
//     copy_exactly_once localhost:9092 orders shouted-orders 1000
#include <barnabas/consumer.h>
#include <barnabas/producer.h>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>

namespace {

using namespace std::chrono_literals;
using barnabas::Result;

std::string shouted(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return result;
}

/// One transaction. What a send() fails with makes commit_transaction() fail.
Result<> copy_some(const barnabas::ConsumerRecords& records, const std::string& to,
                   barnabas::Consumer& consumer, barnabas::Producer& producer) {
    TRY(producer.begin_transaction());
    for (const auto& record : records) {
        const auto value = shouted(record.value_text());
        producer.send({.topic = to, .key = record.key(), .value = barnabas::as_bytes(value)},
                      nullptr);
    }
    TRY(producer.send_offsets_to_transaction(records.next_offsets(), consumer.group_metadata())
            .get());
    return producer.commit_transaction().get();
}

/// A transaction that failed is undone, and read again from where the last one ended.
Result<> start_again(barnabas::Consumer& consumer, barnabas::Producer& producer) {
    TRY(producer.abort_transaction().get());
    const auto partitions = consumer.assignment();
    TRY_ASSIGN(const auto committed, consumer.committed(partitions));
    for (const auto& partition : partitions) {
        const auto at = committed.find(partition);
        TRY(at == committed.end() ? consumer.seek_to_beginning({partition})
                                  : consumer.seek(partition, at->second));
    }
    return {};
}

Result<std::size_t> copy(const std::string& brokers, const std::string& from, const std::string& to,
                         std::size_t wanted) {
    TRY_ASSIGN(auto consumer,
               barnabas::Consumer::create({{"bootstrap.servers", brokers},
                                           {"group.id", "copy-" + from},
                                           {"group.protocol", "consumer"},
                                           {"isolation.level", "read_committed"},
                                           {"auto.offset.reset", "earliest"},
                                           {"enable.auto.commit", "false"}}));  // it is ours
    TRY_ASSIGN(auto producer, barnabas::Producer::create({{"bootstrap.servers", brokers},
                                                          {"transactional.id", "copy-" + from}}));
    TRY(producer.init_transactions().get());  // ends what a copier that died left open
    TRY(consumer.subscribe({from}));
    std::size_t copied = 0;
    while (copied < wanted) {
        TRY_ASSIGN(const auto records, consumer.poll(1s));
        if (records.empty()) {
            continue;
        }
        const auto done = copy_some(records, to, consumer, producer);
        if (done) {
            copied += records.size();
        } else if (done.error().code == barnabas::ErrorCode::producer_fenced) {
            return std::unexpected(done.error());  // another copier has taken over
        } else {
            TRY(start_again(consumer, producer));
        }
    }
    TRY(producer.close());
    TRY(consumer.close());
    return copied;
}

}  // namespace

int main(int argc, char** argv) {
    std::size_t wanted = 0;
    if (argc == 5) {
        const std::string_view text(argv[4]);
        std::from_chars(text.data(), text.data() + text.size(), wanted);
    }
    if (wanted == 0) {
        fmt::print(stderr, "usage: {} <bootstrap.servers> <from> <to> <records>\n", argv[0]);
        return 2;
    }
    const auto copied = copy(argv[1], argv[2], argv[3], wanted);
    if (!copied) {
        fmt::print(stderr, "{}: {}\n", copied.error().code, copied.error().message);
        return 1;
    }
    fmt::print("{} records copied\n", *copied);
    return 0;
}
