// What an application hears that asks for TLS or SASL before they are there.
#include <barnabas/admin.h>
#include <barnabas/consumer.h>
#include <barnabas/producer.h>
#include <barnabas/share_consumer.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace barnabas {
namespace {

using ::testing::HasSubstr;

template <class Client>
Result<> outcome_of(Result<Client> made) {
    if (!made) {
        return fail(std::move(made));
    }
    return {};
}

struct Maker {
    std::string client;
    std::function<Result<>(const ClientConfig&)> make;
};

const Maker makers[] = {
    {"producer", [](const ClientConfig& set) { return outcome_of(Producer::create(set)); }},
    {"consumer", [](const ClientConfig& set) { return outcome_of(Consumer::create(set)); }},
    {"share consumer",
     [](const ClientConfig& set) { return outcome_of(ShareConsumer::create(set)); }},
    {"admin", [](const ClientConfig& set) { return outcome_of(Admin::create(set)); }},
};

TEST(ClientSecurity, NobodySpeaksPlainTextWhoAskedForMore) {
    const std::pair<std::string, std::string> asked[] = {
        {"security.protocol", "SSL"},
        {"security.protocol", "SASL_SSL"},
        {"security.protocol", "sasl_plaintext"},
        {"sasl.jaas.config", "PlainLoginModule required username=\"me\" password=\"hidden\";"},
        {"ssl.keystore.location", "/k"},
        {"ssl.truststore.location", "/t"},
        {"bootstrap.servers", "SSL://127.0.0.1:9093"},
    };
    for (const auto& [client, make] : makers) {
        for (const auto& [name, value] : asked) {
            SCOPED_TRACE(client + ": " + name + "=" + value);
            ClientConfig set{{"bootstrap.servers", "127.0.0.1:9092"}, {"group.id", "g"}};
            if (client == "producer" || client == "admin") {
                set.erase("group.id");
            }
            set.insert_or_assign(name, value);
            const auto made = make(set);
            ASSERT_FALSE(made);
            EXPECT_EQ(made.error().code, ErrorCode::invalid_config);
            EXPECT_THAT(made.error().message, HasSubstr(name));
            EXPECT_THAT(made.error().message, HasSubstr("not supported yet"));
            EXPECT_THAT(made.error().message, ::testing::Not(HasSubstr("hidden")));
        }
    }
}

TEST(ClientSecurity, PlainTextMayBeAskedForInSoManyWords) {
    for (const auto& [client, make] : makers) {
        SCOPED_TRACE(client);
        ClientConfig set{{"bootstrap.servers", "PLAINTEXT://127.0.0.1:9092"},
                         {"security.protocol", "PLAINTEXT"},
                         {"ssl.truststore.location", "/t"},
                         {"sasl.mechanism", "PLAIN"}};
        if (client == "share consumer") {
            set.emplace("group.id", "g");
        }
        const auto made = make(set);
        EXPECT_TRUE(made) << made.error().message;
    }
}

}  // namespace
}  // namespace barnabas
