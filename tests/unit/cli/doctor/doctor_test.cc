#include "cli/doctor/examination.h"
#include "cli/doctor/greetings.h"
#include "cli/doctor/judgement.h"
#include "unit/cli/options_of.h"

#include <gtest/gtest.h>

#include <map>

namespace barnabas::cli {
namespace {

using namespace std::string_literals;
using Level = FindingLevel;

/// What a broker says to the greeting: size, its number, no error.
std::string kafka_answer() {
    return "\x00\x00\x00\x0a"s + kafka_greeting().substr(8, 4) + "\0\0\0\0\0\0"s;
}

/// What somebody says who serves these APIs, each in version 0.
std::string answer_with_apis(const std::vector<char>& keys) {
    std::string body = kafka_greeting().substr(8, 4) + "\0\0"s + "\0\0\0"s;
    body += static_cast<char>(keys.size());
    for (const auto key : keys) {
        body += '\0';
        body += key;
        body += "\0\0\0\0"s;
    }
    return "\0\0\0"s + static_cast<char>(body.size()) + body;
}

TEST(Greetings, AControllerIsKnownByWhatItLacks) {
    const auto controller = answer_with_apis({1, 18, 52});
    EXPECT_TRUE(is_of_controller(controller));
    EXPECT_FALSE(is_of_controller(answer_with_apis({0, 1, 3, 18})));
    EXPECT_FALSE(is_of_controller(answer_with_apis({})));
    EXPECT_FALSE(is_of_controller(kafka_answer()));
    EXPECT_FALSE(is_of_controller("HTTP/1.1 400 Bad Request\r\n"));
    for (std::size_t size = 0; size < controller.size(); ++size) {
        EXPECT_FALSE(is_of_controller(controller.substr(0, size))) << size;
    }
}

TEST(Greetings, ProtocolsAreKnownByTheirFirstBytes) {
    const std::pair<std::string, Protocol> rows[] = {
        {"", Protocol::silence},
        {kafka_answer(), Protocol::kafka},
        {"\x00\x00\x00\x0a"s + "XXXX\0\0"s, Protocol::unknown},  // another number
        {"\x7f\x00\x00\x0a"s + kafka_greeting().substr(8, 4), Protocol::unknown},
        {"\x15\x03\x03\x00\x02\x02\x28"s, Protocol::tls},
        {"\x16\x03\x03\x00\x7a\x02"s, Protocol::tls},
        {"HTTP/1.1 400 Bad Request\r\n", Protocol::http},
        {"SSH-2.0-OpenSSH_9.2\r\n", Protocol::ssh},
        {"AMQP\x00\x00\x09\x01"s, Protocol::amqp},
        {"-ERR unknown command", Protocol::redis},
        {"\x4a\x00\x00\x00\x0a"
         "8.0"s,
         Protocol::mysql},
        {"hello", Protocol::unknown},
    };
    for (const auto& [answer, want] : rows) {
        EXPECT_EQ(protocol_of(answer), want) << protocol_name(want);
    }
}

TEST(Greetings, AreWellFormed) {
    const auto kafka = kafka_greeting();
    EXPECT_EQ(kafka.substr(0, 4), "\x00\x00\x00\x19"s);
    EXPECT_EQ(kafka.size(), 4U + 0x19);
    const auto tls = tls_greeting();
    EXPECT_EQ(tls.substr(0, 3), "\x16\x03\x01"s);
    EXPECT_EQ(static_cast<std::size_t>(static_cast<unsigned char>(tls[4])), tls.size() - 5);
}

/// What a broker says to the question for brokers: one, at typed:9092.
std::string brokers_answer() {
    const std::string body = kafka_greeting().substr(8, 4) + "\0\0\0\1"s + "\0\0\0\0"s +
                             "\0\5typed"s + "\0\0\x23\x84"s + "\xff\xff"s + "\0\0\0\0"s +
                             "\0\0\0\0"s;
    return "\0\0\0"s + static_cast<char>(body.size()) + body;
}

TEST(Greetings, BrokersAreRead) {
    EXPECT_EQ(answer_size(""), 16U);
    EXPECT_EQ(answer_size(brokers_answer().substr(0, 9)), brokers_answer().size());
    const auto brokers = brokers_of(brokers_answer());
    ASSERT_TRUE(brokers) << brokers.error().message;
    EXPECT_EQ(*brokers,
              (std::vector<admin::Node>{{.id = BrokerId(0), .host = "typed", .port = 9092}}));
    for (std::size_t size = 0; size < brokers_answer().size(); ++size) {
        EXPECT_FALSE(brokers_of(brokers_answer().substr(0, size))) << size;
    }
}

Contact answered(std::string answer) {
    return {.connected = Duration(2ms), .answer = std::move(answer), .closed = false};
}
Contact refused() {
    return {
        .connected = fail(ErrorCode::network_exception, "refused"), .answer = {}, .closed = false};
}

TEST(Judgement, OfGreetings) {
    struct Row {
        Contact kafka;
        std::optional<Contact> tls;
        Level want;
        std::string text;
    };
    const Row rows[] = {
        {answered(kafka_answer()), {}, Level::ok, "h:1 speaks Kafka's"},
        {answered(answer_with_apis({1, 18, 52})),
         {},
         Level::fail,
         "h:1 is a controller's port, which is for brokers"},
        {refused(), {}, Level::fail, "h:1: refused"},
        {answered("\x15\x03\x03\x00\x02"s), {}, Level::fail, "h:1 speaks TLS"},
        {answered(""), answered("\x16\x03\x03\x00\x02"s), Level::fail, "h:1 speaks TLS"},
        {answered("HTTP/1.1 400"), answered(""), Level::fail,
         "h:1 answers, but its protocol is HTTP"},
        {answered(""), answered(""), Level::fail, "h:1 gives no answer to Kafka's first request"},
    };
    for (const auto& row : rows) {
        const auto findings = judge_greeting({.where = "h:1", .kafka = row.kafka, .tls = row.tls});
        EXPECT_EQ(findings.back().level, row.want) << row.text;
        EXPECT_EQ(findings.back().text, row.text);
        EXPECT_EQ(findings.back().advice.empty(), row.want == Level::ok) << row.text;
    }
}

TEST(Judgement, OneAddressThatWorksIsEnough) {
    const Greeting good{.where = "h:1 (127.0.0.1)", .kafka = answered(kafka_answer())};
    const Greeting bad{.where = "h:1 (::1)", .kafka = refused()};
    const auto mixed = judge_order("h", {bad, good});
    EXPECT_EQ(mixed.front().level, Level::warn);
    EXPECT_NE(mixed.front().advice.find("lose time"), std::string::npos);
    EXPECT_EQ(judge_order("h", {bad, bad}).front().level, Level::fail);
}

TEST(Judgement, OfAdvertisedAddresses) {
    const HostAddress local{.text = "127.0.0.1", .is_loopback = true};
    const HostAddress far{.text = "10.0.0.5"};
    const Greeting good{.where = "x", .kafka = answered(kafka_answer())};
    const Greeting bad{.where = "x", .kafka = refused()};
    struct Row {
        std::string host;
        Result<std::vector<HostAddress>> addresses;
        Greeting greeting;
        bool bootstrap_is_local;
        Level want;
        std::string part;
    };
    using Addresses = std::vector<HostAddress>;
    const Row rows[] = {
        {"typed", Addresses{far}, good, false, Level::ok, "use typed:9092, as you do"},
        {"other", Addresses{far}, good, false, Level::ok, "which works from here"},
        {"other", Addresses{far}, bad, false, Level::fail, "where refused"},
        {"other", fail(ErrorCode::network_exception, "?"), bad, false, Level::fail,
         "a name that this machine does not know"},
        // The first hour's failure: bootstrap works, then everybody is sent home.
        {"localhost", Addresses{local}, good, false, Level::fail,
         "which is this machine, though it was reached at another"},
        {"localhost", Addresses{local}, good, true, Level::ok, "which works from here"},
    };
    for (const auto& row : rows) {
        const Advertised advertised{.node = {.id = BrokerId(1), .host = row.host, .port = 9092},
                                    .addresses = row.addresses,
                                    .greetings = {row.greeting}};
        const auto finding =
            judge_advertised(advertised, {{.host = "typed", .port = 9092}}, row.bootstrap_is_local);
        EXPECT_EQ(finding.level, row.want) << finding.text;
        EXPECT_NE(finding.text.find(row.part), std::string::npos) << finding.text;
        EXPECT_EQ(finding.advice.find("advertised.listeners") != std::string::npos,
                  row.want == Level::fail);
    }
}

admin::ClusterDescription cluster_of(std::vector<bool> fenced) {
    admin::ClusterDescription cluster{.cluster_id = "c"};
    for (std::size_t i = 0; i < fenced.size(); ++i) {
        admin::ClusterDescription::Broker broker;
        broker.id = BrokerId(static_cast<std::int32_t>(i));
        broker.host = "typed";
        broker.port = 9092;
        broker.fenced = fenced[i];
        cluster.brokers.push_back(broker);
    }
    cluster.controller = cluster.brokers.front();
    return cluster;
}

std::vector<Level> levels(const Findings& findings) {
    std::vector<Level> all;
    for (const auto& finding : findings) {
        all.push_back(finding.level);
    }
    return all;
}

using Levels = std::vector<Level>;

TEST(Judgement, OfTheCluster) {
    EXPECT_EQ(levels(judge_cluster(cluster_of({false, true}))),
              (Levels{Level::ok, Level::warn, Level::ok}));
    auto headless = cluster_of({false});
    headless.controller = std::nullopt;
    EXPECT_EQ(levels(judge_cluster(headless)), (Levels{Level::ok, Level::fail}));
    EXPECT_EQ(levels(judge_cluster(fail(ErrorCode::request_timed_out, "late"))),
              Levels{Level::fail});
}

admin::BrokerApiVersions versions_of(int broker, std::int16_t fetch_max, bool usable = true) {
    admin::BrokerApiVersions versions;
    versions.node.id = BrokerId(broker);
    for (const std::int16_t key : {0, 1, 2, 3, 10}) {
        versions.apis.push_back(
            {.api_key = key,
             .name = fmt::format("Api{}", key),
             .version_min = 0,
             .version_max = key == 1 ? fetch_max : std::int16_t{5},
             .usable = usable || key != 1 ? std::optional<std::int16_t>(5) : std::nullopt});
    }
    return versions;
}

TEST(Judgement, OfVersions) {
    using Outcomes = admin::Outcomes<BrokerId, admin::BrokerApiVersions>;
    const auto judged = [](const Outcomes& outcomes) { return judge_versions(outcomes); };
    EXPECT_EQ(
        levels(judged({{BrokerId(1), versions_of(1, 12)}, {BrokerId(2), versions_of(2, 12)}})),
        (Levels{Level::ok, Level::ok}));
    const auto mixed =
        judged({{BrokerId(1), versions_of(1, 12)}, {BrokerId(2), versions_of(2, 13)}});
    EXPECT_EQ(levels(mixed), (Levels{Level::ok, Level::ok, Level::warn}));
    const auto old = judged({{BrokerId(1), versions_of(1, 2, false)}});
    EXPECT_EQ(levels(old), Levels{Level::fail});
    EXPECT_EQ(old.front().text,
              "broker 1 and this client share no version of Api1 (it serves 0 to 2)");
    EXPECT_EQ(levels(judged({{BrokerId(1), fail(ErrorCode::network_exception, "gone")}})),
              Levels{Level::fail});
}

admin::TopicDescription topic_of(const std::string& name, bool internal, int partitions, bool led,
                                 std::size_t in_sync) {
    admin::TopicDescription topic{.name = name, .internal = internal};
    for (int i = 0; i < partitions; ++i) {
        admin::PartitionDescription partition{.partition = PartitionId(i)};
        if (led) {
            partition.leader = admin::Node{.id = BrokerId(1)};
        }
        partition.replicas.resize(2);
        partition.isr.resize(in_sync);
        topic.partitions.push_back(partition);
    }
    return topic;
}

TEST(Judgement, OfTopics) {
    using Outcomes = admin::Outcomes<std::string, admin::TopicDescription>;
    EXPECT_EQ(levels(judge_topics(Outcomes{{"t", topic_of("t", false, 2, true, 2)}})),
              Levels{Level::ok});
    const auto findings = judge_topics(Outcomes{{"t", topic_of("t", false, 7, false, 0)},
                                                {"u", topic_of("u", false, 1, true, 1)},
                                                {"__i", topic_of("__i", true, 1, false, 0)}});
    EXPECT_EQ(levels(findings), (Levels{Level::fail, Level::fail, Level::warn}));
    EXPECT_EQ(findings[0].text, "internal partitions have no leader: __i-0");
    EXPECT_EQ(findings[1].text, "partitions have no leader: t-0, t-1, t-2, t-3, t-4 and 2 more");
    EXPECT_EQ(findings[2].text, "partitions have replicas that are not in sync: u-0");
}

TEST(Judgement, OfDisks) {
    const std::int64_t gib = 1 << 30;
    const std::tuple<std::optional<std::int64_t>, std::optional<std::int64_t>, Level> rows[] = {
        {{}, {}, Level::ok},
        {100 * gib, 50 * gib, Level::ok},
        {100 * gib, 5 * gib, Level::warn},
        {100 * gib, gib / 2, Level::fail},
    };
    for (const auto& [total, usable, want] : rows) {
        admin::LogDirDescription dir{.total_bytes = total, .usable_bytes = usable};
        EXPECT_EQ(levels(judge_log_dirs(BrokerLogDirs{{BrokerId(1), {{{"/data", dir}}}}})),
                  Levels{want});
    }
    admin::LogDirDescription broken{.state = fail(ErrorCode::kafka_storage_error, "gone")};
    EXPECT_EQ(levels(judge_log_dirs(BrokerLogDirs{{BrokerId(1), {{{"/data", broken}}}}})),
              Levels{Level::fail});
}

TEST(Judgement, OfClocks) {
    struct Row {
        std::int64_t theirs;
        bool written;
        Level want;
        std::string part;
    };
    const Row rows[] = {
        {10'000, true, Level::ok, "agree to 20 ms"},
        {9'000, true, Level::ok, "agree to 1000 ms"},
        {15'000, true, Level::warn, "4980 ms ahead"},
        {15'000, false, Level::warn, "4980 ms ahead"},
        {5'000, true, Level::warn, "5000 ms behind"},
        {5'000, false, Level::ok, "is 5 s old"},  // it may just be an old record
    };
    for (const auto& row : rows) {
        const ClockSample sample{.theirs = Timestamp(row.theirs),
                                 .before = Timestamp(10'000),
                                 .after = Timestamp(10'020)};
        const auto finding = judge_clock(std::optional(sample), row.written);
        EXPECT_EQ(finding.level, row.want) << finding.text;
        EXPECT_NE(finding.text.find(row.part), std::string::npos) << finding.text;
    }
    EXPECT_EQ(judge_clock(std::nullopt, false).level, Level::ok);
}

TEST(Judgement, OfLimits) {
    EXPECT_EQ(judge_open_files(1024, 3).level, Level::ok);
    EXPECT_EQ(judge_open_files(256, 3).level, Level::warn);
    EXPECT_EQ(judge_open_files(1024, 300).level, Level::warn);
}

TEST(Findings, AreTextAndJson) {
    const Findings findings{{.check = "name", .text = "all is well"},
                            {.level = Level::fail, .check = "clock", .text = "no", .advice = "do"}};
    EXPECT_EQ(findings_text(findings, false),
              "ok    name        all is well\nfail  clock       no\n                  -> do\n");
    EXPECT_EQ(findings_json(findings),
              "{\"level\":\"ok\",\"check\":\"name\",\"text\":\"all is well\"}\n"
              "{\"level\":\"fail\",\"check\":\"clock\",\"text\":\"no\",\"advice\":\"do\"}\n");
    EXPECT_EQ(findings_status(findings), 1);
    EXPECT_EQ(findings_status(std::span(findings).first(1)), 0);
    const Findings hostile{{.check = "name", .text = "it is \033[2Jgone\n"s}};
    EXPECT_EQ(findings_text(hostile, false), "ok    name        it is \\x1b[2Jgone\\x0a\n");
}

/// A world that answers from tables.
class FakeProbes final : public Probes {
public:
    Result<std::vector<HostAddress>> resolve(const std::string& host) override {
        const auto found = names.find(host);
        if (found == names.end()) {
            return fail(ErrorCode::network_exception, "cannot resolve the host name {}", host);
        }
        return found->second;
    }
    Contact speak(const runtime::Endpoint& address, std::string_view bytes) override {
        spoken.emplace_back(bytes == kafka_greeting()     ? "kafka"
                            : bytes == brokers_question() ? "brokers"
                                                          : "tls");
        if (address.port != 9092) {
            return refused();
        }
        return answered(bytes == brokers_question() ? brokers_answer() : kafka_answer());
    }
    Result<admin::ClusterDescription> cluster() override { return cluster_of({false}); }
    Result<admin::Outcomes<BrokerId, admin::BrokerApiVersions>> versions() override {
        return admin::Outcomes<BrokerId, admin::BrokerApiVersions>{
            {BrokerId(0), versions_of(0, 12)}};
    }
    Result<admin::Outcomes<std::string, admin::TopicDescription>> topics() override {
        return admin::Outcomes<std::string, admin::TopicDescription>{
            {"__i", topic_of("__i", true, 2, true, 2)}};
    }
    Result<BrokerLogDirs> log_dirs() override { return BrokerLogDirs(); }
    Result<std::optional<ClockSample>> newest_stamp(
        const std::vector<TopicPartition>& partitions) override {
        stamps_asked = partitions.size();
        return std::nullopt;
    }
    Result<ClockSample> write_record() override {
        ++written;
        return ClockSample{};
    }
    std::uint64_t open_files_max() override { return 1024; }

    std::map<std::string, std::vector<HostAddress>> names{
        {"typed", {{.text = "10.0.0.5"}}},
        {"both", {{.text = "::1", .is_ipv6 = true}, {.text = "127.0.0.1"}}}};
    std::vector<std::string> spoken;
    std::size_t stamps_asked = 0;
    int written = 0;
};

Findings examined(const std::string& servers, FakeProbes& probes, bool writes = false) {
    Findings all;
    examine({.servers = servers, .writes = writes}, probes,
            [&](Finding finding) { all.push_back(std::move(finding)); });
    return all;
}

TEST(Examination, OfAHealthyClusterFindsNothing) {
    FakeProbes probes;
    const auto all = examined("typed:9092", probes);
    for (const auto& finding : all) {
        EXPECT_EQ(finding.level, Level::ok) << finding.text;
    }
    EXPECT_EQ(all.size(), 11U);
    EXPECT_EQ(probes.stamps_asked, 2U);
    EXPECT_EQ(probes.spoken, (std::vector<std::string>{"kafka", "brokers", "kafka"}));
    EXPECT_EQ(probes.written, 0);
    examined("typed:9092", probes, true);
    EXPECT_EQ(probes.written, 1);
}

TEST(Examination, EndsWhereNoBrokerIsReached) {
    const std::pair<std::string, std::string> rows[] = {
        {"typed", "address"},
        {"", "address"},
        {"nowhere:9092", "name"},
        {"typed:1", "connection"},
    };
    for (const auto& [servers, check] : rows) {
        FakeProbes probes;
        const auto all = examined(servers, probes);
        EXPECT_EQ(all.back().level, Level::fail) << servers;
        EXPECT_EQ(all.back().check, check) << servers;
    }
}

TEST(Examination, EndsWhereBrokersSendClientsAstray) {
    FakeProbes probes;
    probes.names["other"] = {{.text = "10.0.0.5"}};
    probes.names.erase("typed");
    const auto all = examined("other:9092", probes);
    EXPECT_EQ(findings_status(all), 1);
    EXPECT_EQ(all[all.size() - 2].check, "advertised");
    EXPECT_NE(all[all.size() - 2].text.find("typed:9092"), std::string::npos);
    EXPECT_EQ(all.back().check, "limits");
}

TEST(Examination, GoesOnWithTheServersThatAreThere) {
    FakeProbes probes;
    const auto all = examined("nowhere:9092,typed:9092", probes);
    EXPECT_EQ(findings_status(all), 1);
    EXPECT_EQ(all.back().check, "clock");
}

}  // namespace
}  // namespace barnabas::cli
