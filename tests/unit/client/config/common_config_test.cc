#include "client/config/common_config.h"

#include "client/config/client_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace barnabas::client {
namespace {

using ::testing::HasSubstr;

/// As a client's own table has them.
constexpr ConfigRow own_rows[] = {
    {"bootstrap.servers", ConfigType::list, ConfigDefault::required(), non_empty_list_of(),
     ConfigScope::read_only, ConfigImportance::high, "Where to begin."},
    {"client.id", ConfigType::string, "", any_value(), ConfigScope::read_only,
     ConfigImportance::low, "The client's name."},
    {"connections.max.idle.ms", ConfigType::int64, "540000", any_value(), ConfigScope::read_only,
     ConfigImportance::low, "Idle connections."},
    {"receive.buffer.bytes", ConfigType::int32, "65536", at_least(-1), ConfigScope::read_only,
     ConfigImportance::low, "The receive buffer."}};

const ConfigDefinition& definition() {
    static const ConfigDefinition rows("test client", {own_rows, common_rows(), security_rows()});
    return rows;
}

Result<CommonConfig> parse(ClientConfig set) {
    set.try_emplace("bootstrap.servers", "a:1");
    TRY_ASSIGN(const ConfigValues values, parse_client_config(definition(), set));
    return common_config(values);
}

TEST(CommonConfig, ReadsAddresses) {
    struct Row {
        std::string text;
        std::string host;  // empty: refused
        std::uint16_t port = 0;
        std::string says = "";
    };
    const Row rows[] = {
        {"kafka:9092", "kafka", 9092},
        {"127.0.0.1:1", "127.0.0.1", 1},
        {"[::1]:65535", "::1", 65535},
        {"PLAINTEXT://kafka:9092", "kafka", 9092},
        {"EXTERNAL://kafka:9092", "kafka", 9092},
        {" kafka:9092 ", "kafka", 9092},
        {"SSL://kafka:9093", "", 0, "TLS and SASL are not supported yet"},
        {"sasl_ssl://kafka:9094", "", 0, "TLS and SASL are not supported yet"},
        {"SASL_PLAINTEXT://kafka:9095", "", 0, "TLS and SASL are not supported yet"},
        {"kafka", "", 0, "there is no port"},
        {"kafka:", "", 0, "the port is no number from 1 to 65535"},
        {"kafka:0", "", 0, "the port is no number"},
        {"kafka:65536", "", 0, "the port is no number"},
        {"kafka:9092x", "", 0, "the port is no number"},
        {":9092", "", 0, "there is no host"},
        {"[]:9092", "", 0, "there is no host"},
        {"::1:9092", "", 0, "needs brackets"},
        {"", "", 0, "there is no port"},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.text);
        const auto address = parse_address("bootstrap.servers", row.text);
        ASSERT_EQ(address.has_value(), !row.host.empty());
        if (address) {
            EXPECT_EQ(*address, (runtime::Endpoint{row.host, row.port}));
        } else {
            EXPECT_THAT(address.error().message, HasSubstr(row.says));
            EXPECT_THAT(address.error().message, HasSubstr("bootstrap.servers has '" + row.text));
        }
    }
}

TEST(CommonConfig, HasKafkasDefaults) {
    const auto config = parse({{"bootstrap.servers", "a:1,b:2"}});
    ASSERT_TRUE(config) << config.error().message;
    ASSERT_EQ(config->bootstrap.size(), 2U);
    EXPECT_EQ(config->bootstrap[1], (runtime::Endpoint{"b", 2}));
    EXPECT_EQ(config->client_id, "");
    EXPECT_EQ(config->request_timeout, 30s);
    EXPECT_EQ(config->retry_backoff, 100ms);
    EXPECT_EQ(config->retry_backoff_max, 1s);
    EXPECT_EQ(config->reconnect_backoff, 50ms);
    EXPECT_EQ(config->reconnect_backoff_max, 1s);
    EXPECT_EQ(config->connection_setup_timeout, 10s);
    EXPECT_EQ(config->connection_setup_timeout_max, 30s);
    EXPECT_EQ(config->connections_max_idle, 9min);
    EXPECT_EQ(config->metadata_age_max, 5min);
    EXPECT_TRUE(config->rebootstrap);
    EXPECT_EQ(config->rebootstrap_trigger, 5min);
    EXPECT_TRUE(config->check_cluster);
    EXPECT_EQ(config->socket.send_buffer_bytes, 131'072);
    EXPECT_EQ(config->socket.receive_buffer_bytes, 65'536);
}

TEST(CommonConfig, ReadsWhatIsSet) {
    const auto config = parse({{"connections.max.idle.ms", "-1"},
                               {"metadata.recovery.strategy", "None"},
                               {"retry.backoff.ms", "5000"},
                               {"metadata.max.age.ms", "9223372036854775807"},
                               {"security.protocol", "plaintext"},
                               {"ssl.truststore.location", "/somewhere"}});
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->connections_max_idle, Duration::max());
    EXPECT_FALSE(config->rebootstrap);
    EXPECT_EQ(config->retry_backoff_max, 5s) << "never below the first";
    EXPECT_GT(config->metadata_age_max, 24h * 365 * 99);
}

TEST(CommonConfig, RefusesWhatItCannotDo) {
    struct Row {
        ClientConfig set;
        std::string says;
    };
    const Row rows[] = {
        {{{"bootstrap.servrs", "a:1"}},
         "bootstrap.servrs is not a test client configuration; the nearest is bootstrap.servers"},
        {{{"bootstrap.servers", "a"}}, "bootstrap.servers has 'a': there is no port"},
        {{{"security.protocol", "SASL_SSL"}},
         "security.protocol cannot be 'SASL_SSL': TLS and SASL are not supported yet"},
        {{{"security.protocol", "ssl"}},
         "security.protocol cannot be 'ssl': TLS and SASL are not supported yet"},
        {{{"security.protocol", "SASL_PLAINTEXT"}}, "TLS and SASL are not supported yet"},
        {{{"security.protocol", "TLS"}}, "security.protocol"},
        {{{"bootstrap.servers", "a:1,SASL_SSL://b:1"}}, "bootstrap.servers has 'SASL_SSL://b:1'"},
        {{{"sasl.jaas.config", "..."}},
         "sasl.jaas.config is set, but TLS and SASL are not supported yet: the client speaks "
         "PLAINTEXT; set security.protocol=PLAINTEXT to do without it"},
        {{{"ssl.keystore.location", "k"}}, "ssl.keystore.location is set, but TLS"},
        {{{"ssl.truststore.location", "t"}}, "ssl.truststore.location is set, but TLS"},
        {{{"ssl.truststore.certificates", "-----BEGIN"}}, "ssl.truststore.certificates is set"},
        {{{"client.dns.lookup", "resolve_canonical_bootstrap_servers_only"}}, "Kerberos"},
        {{{"request.timeout.ms", "-1"}}, "request.timeout.ms"},
        {{{"request.timeout.ms", "soon"}}, "soon"},
    };
    for (const Row& row : rows) {
        const auto config = parse(row.set);
        ASSERT_FALSE(config) << row.says;
        EXPECT_EQ(config.error().code, ErrorCode::invalid_config);
        EXPECT_THAT(config.error().message, HasSubstr(row.says));
    }
}

TEST(ClientRows, SaysWhatHasNoEffect) {
    const auto sentences = without_effect(
        definition(), {{"client.id", "c"}, {"ssl.keystore.location", "k"}, {"unknown", "u"}});
    ASSERT_EQ(sentences.size(), 1U);
    EXPECT_THAT(sentences[0], HasSubstr("ssl.keystore.location has no effect: TLS and SASL"));
}

TEST(ClientConfig, IsReadFromAPropertiesFile) {
    const auto config = parse_client_properties("# a comment\nbootstrap.servers = a:1\nacks=all\n");
    ASSERT_TRUE(config);
    EXPECT_EQ(*config, (ClientConfig{{"acks", "all"}, {"bootstrap.servers", "a:1"}}));
}

}  // namespace
}  // namespace barnabas::client
