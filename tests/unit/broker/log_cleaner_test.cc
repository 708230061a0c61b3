// Compaction in a whole broker on a simulated machine, its shards and its blocking pool included.
#include "unit/broker/broker_fixture.h"
#include "unit/log/compaction/keyed_batches.h"
#include "wire/messages/delete_topics.h"
#include "wire/messages/incremental_alter_configs.h"
#include "wire/messages/produce.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace barnabas::broker {
namespace {

const ConfigMap compacted{{"cleanup.policy", "compact"},
                          {"internal.segment.bytes", "2000"},
                          {"min.cleanable.dirty.ratio", "0.01"}};

void produce(BrokerFixture& at, const std::string& topic, const std::string& key,
             const std::string& value) {
    const auto records = log::testing::make_keyed({.records = {{.key = key, .value = value}}});
    wire::ProduceRequest request;
    request.acks = -1;
    request.timeout_ms = 1000;
    auto& sent = request.topic_data.emplace_back();
    sent.name = topic;
    auto& partition = sent.partition_data.emplace_back();
    partition.index = 0;
    partition.records = wire::Records(ByteView(records.data(), records.size()));
    const auto response = at.call<wire::ProduceResponse>(request, 9);
    ASSERT_EQ(response.responses.at(0).partition_responses.at(0).error_code, 0);
}

void produce_rounds(BrokerFixture& at, const std::string& topic, int rounds) {
    for (int i = 0; i < rounds; ++i) {
        for (int key = 0; key < 4; ++key) {
            produce(at, topic, fmt::format("key {}", key), fmt::format("{} {:0100}", i, 0));
        }
    }
}

std::uint64_t log_bytes(BrokerFixture& at, const std::string& topic) {
    std::uint64_t bytes = 0;
    const auto entries = at.disk().list("/data/" + topic + "-0");
    EXPECT_TRUE(entries);
    for (const auto& entry : *entries) {
        bytes += entry.name.ends_with(".log") ? entry.size : 0;
    }
    return bytes;
}

std::string checkpoint(BrokerFixture& at) {
    const auto text = at.disk().read_text("/data/cleaner-offset-checkpoint");
    return text ? *text : std::string();
}

TEST(LogCleaner, CompactsAndWritesDownUpToWhere) {
    BrokerFixture at({{"log.cleaner.backoff.ms", "1000"}});
    ASSERT_EQ(at.create_topic("kept", 1, compacted), ErrorCode::none);
    ASSERT_EQ(at.create_topic("left", 1, {{"internal.segment.bytes", "2000"}}), ErrorCode::none);
    produce_rounds(at, "kept", 20);
    produce_rounds(at, "left", 20);
    at.simulation().run_for(10s);
    EXPECT_LT(log_bytes(at, "kept"), 4000U);
    EXPECT_GT(log_bytes(at, "left"), 10'000U);
    const auto first = checkpoint(at);
    EXPECT_TRUE(first.starts_with("0\n1\nkept 0 ")) << first;
    produce_rounds(at, "kept", 20);
    at.simulation().run_for(10s);
    EXPECT_LT(log_bytes(at, "kept"), 4000U);
    EXPECT_NE(checkpoint(at), first);
}

TEST(LogCleaner, ForgetsTopicsThatAreDeleted) {
    BrokerFixture at({{"log.cleaner.backoff.ms", "1000"}});
    for (const auto* topic : {"one", "two"}) {
        ASSERT_EQ(at.create_topic(topic, 1, compacted), ErrorCode::none);
        produce_rounds(at, topic, 20);
    }
    at.simulation().run_for(10s);
    EXPECT_TRUE(checkpoint(at).starts_with("0\n2\none 0 ")) << checkpoint(at);
    wire::DeleteTopicsRequest request;
    request.timeout_ms = 1000;
    request.topics.emplace_back().name = "one";
    ASSERT_EQ(at.call<wire::DeleteTopicsResponse>(request).responses.at(0).error_code, 0);
    produce_rounds(at, "two", 20);
    at.simulation().run_for(10s);
    EXPECT_TRUE(checkpoint(at).starts_with("0\n1\ntwo 0 ")) << checkpoint(at);
}

// One writer went through all directories, and never came out of one that hung.
TEST(LogCleaner, WritesDownUpToWhereWhileTheDiskOfAnotherDirectoryHangs) {
    BrokerFixture at({{"log.dirs", "/a,/b"}, {"log.cleaner.backoff.ms", "1000"}});
    const auto written = [&at](std::string_view directory) {
        return at.disk()
            .read_text(fmt::format("/{}/cleaner-offset-checkpoint", directory))
            .value_or("");
    };
    for (const auto* topic : {"one", "two"}) {
        ASSERT_EQ(at.create_topic(topic, 1, compacted), ErrorCode::none);
        produce_rounds(at, topic, 20);
    }
    at.wait(10s);
    ASSERT_TRUE(written("a").starts_with("0\n1\none 0 ")) << written("a");
    ASSERT_TRUE(written("b").starts_with("0\n1\ntwo 0 ")) << written("b");
    wire::DeleteTopicsRequest request;
    request.timeout_ms = 1000;
    request.topics.emplace_back().name = "two";
    ASSERT_EQ(at.call<wire::DeleteTopicsResponse>(request).responses.at(0).error_code, 0);
    at.disk().hang("/b");  // of what is written there next
    for (int i = 0; i < 2; ++i) {
        const auto before = written("a");
        produce_rounds(at, "one", 20);
        at.wait(10s);
        EXPECT_NE(written("a"), before) << i;
    }
    at.disk().heal();
    at.wait(10s);
    EXPECT_EQ(written("b"), "0\n0\n");
}

// As the default, ./barnabas-data: the path in the configuration and that of the logs were two
// directories to it, and of the one without logs an empty checkpoint was written over the other's.
TEST(LogCleaner, KnowsADirectoryHoweverItIsSpelled) {
    for (const auto* spelled : {"./data", "data/", "/data/../data/."}) {
        SCOPED_TRACE(spelled);
        BrokerFixture at({{"log.dirs", spelled}, {"log.cleaner.backoff.ms", "1000"}});
        ASSERT_EQ(at.create_topic("kept", 1, compacted), ErrorCode::none);
        std::string before;
        for (int round = 0; round < 6; ++round) {
            SCOPED_TRACE(round);
            produce_rounds(at, "kept", 20);
            at.simulation().run_for(10s);
            const auto written = checkpoint(at);
            EXPECT_TRUE(written.starts_with("0\n1\nkept 0 ")) << written;
            EXPECT_NE(written, before);
            before = written;
        }
    }
}

ErrorCode set_for_all_brokers(BrokerFixture& at, const std::string& name,
                              const std::string& value) {
    wire::IncrementalAlterConfigsRequest request;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = 4;
    resource.resource_name = "";
    auto& config = resource.configs.emplace_back();
    config.name = name;
    config.config_operation = 0;
    config.value = value;
    const auto response = at.call<wire::IncrementalAlterConfigsResponse>(request);
    return static_cast<ErrorCode>(response.responses.at(0).error_code);
}

// It slept until the end of the old log.cleaner.backoff.ms.
TEST(LogCleaner, LooksForWorkWhenItsSettingsChange) {
    BrokerFixture at({{"log.cleaner.backoff.ms", "3600000"}});
    ASSERT_EQ(at.create_topic("kept", 1, compacted), ErrorCode::none);
    produce_rounds(at, "kept", 20);
    at.simulation().run_for(10s);
    ASSERT_GT(log_bytes(at, "kept"), 10'000U);
    ASSERT_EQ(set_for_all_brokers(at, "log.cleaner.backoff.ms", "1000"), ErrorCode::none);
    at.simulation().run_for(10s);
    EXPECT_LT(log_bytes(at, "kept"), 4000U);
    produce_rounds(at, "kept", 20);
    at.simulation().run_for(10s);
    EXPECT_LT(log_bytes(at, "kept"), 4000U) << "and again by the new one";
}

TEST(LogCleaner, MayBeGivenHalfOrTwiceTheThreadsAtOnce) {
    BrokerFixture at({{"log.cleaner.threads", "4"}});
    const struct {
        const char* threads;
        ErrorCode want;
    } rows[] = {
        {"0", ErrorCode::invalid_request}, {"1", ErrorCode::invalid_request},
        {"9", ErrorCode::invalid_request}, {"8", ErrorCode::none},
        {"16", ErrorCode::none},           {"7", ErrorCode::invalid_request},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(set_for_all_brokers(at, "log.cleaner.threads", row.threads), row.want)
            << row.threads;
    }
}

}  // namespace
}  // namespace barnabas::broker
