#include "client/config/producer_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace barnabas::client {
namespace {

using testing::HasSubstr;

ClientConfig with(ClientConfig more) {
    more.emplace("bootstrap.servers", "localhost:9092");
    return more;
}

TEST(ProducerConfig, IsIdempotentUnlessSomethingElseIsAskedFor) {
    struct Row {
        ClientConfig set;
        bool idempotent;
    };
    const Row rows[] = {{{}, true},
                        {{{"acks", "all"}}, true},
                        {{{"acks", "1"}}, false},
                        {{{"acks", "0"}}, false},
                        {{{"retries", "0"}}, false},
                        {{{"enable.idempotence", "false"}}, false},
                        {{{"transactional.id", "t"}}, true},
                        {{{"acks", "1"}, {"max.in.flight.requests.per.connection", "9"}}, false}};
    for (const auto& row : rows) {
        const auto config = producer_config(with(row.set));
        ASSERT_TRUE(config) << config.error().message;
        EXPECT_EQ(config->idempotent, row.idempotent);
    }
}

TEST(ProducerConfig, SaysWhatContradictsWhat) {
    struct Row {
        ClientConfig set;
        std::string_view sentence;
    };
    const Row rows[] = {
        {{{"enable.idempotence", "true"}, {"acks", "1"}}, "acks=all"},
        {{{"enable.idempotence", "true"}, {"retries", "0"}}, "retries"},
        {{{"max.in.flight.requests.per.connection", "6"}}, "at most 5"},
        {{{"transactional.id", "t"}, {"acks", "1"}}, "transactional.id"},
        {{{"transactional.id", "t"}, {"enable.idempotence", "false"}}, "transactional.id"},
        {{{"delivery.timeout.ms", "30004"}}, "30005"},
        {{{"partitioner.class", "com.example.Mine"}}, "ProducerOptions"},
        {{{"interceptor.classes", "com.example.Mine"}}, "ProducerOptions"},
        {{{"linger", "5"}}, "linger.ms"},
        {{{"acks", "2"}}, "acks"},
        {{{"compression.type", "lzma"}}, "compression.type"}};
    for (const auto& row : rows) {
        const auto config = producer_config(with(row.set));
        ASSERT_FALSE(config) << row.sentence;
        EXPECT_EQ(config.error().code, ErrorCode::invalid_config);
        EXPECT_THAT(config.error().message, HasSubstr(row.sentence));
    }
}

TEST(ProducerConfig, PrefersARackOnlyIfItKnowsItsOwn) {
    EXPECT_EQ(producer_config(with({{"partitioner.rack.aware", "true"}, {"client.rack", "r1"}}))
                  ->preferred_rack,
              "r1");
    EXPECT_EQ(producer_config(with({{"partitioner.rack.aware", "true"}}))->preferred_rack,
              std::nullopt);
    EXPECT_EQ(producer_config(with({{"client.rack", "r1"}}))->preferred_rack, std::nullopt);
}

TEST(ProducerConfig, TheDeliveryTimeoutGivesWayIfNobodySetIt) {
    const auto config = producer_config(with({{"linger.ms", "200000"}}));
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->delivery_timeout, 230s);
}

TEST(ProducerConfig, TakesCodecsAndTheirLevels) {
    const auto zstd =
        producer_config(with({{"compression.type", "zstd"}, {"compression.zstd.level", "7"}}));
    ASSERT_TRUE(zstd);
    EXPECT_EQ(zstd->compression, (wire::Compression{wire::Codec::zstd, 7}));
    EXPECT_EQ(producer_config(with({}))->compression.codec, wire::Codec::none);
}

}  // namespace
}  // namespace barnabas::client
