#include "broker/config/broker_config.h"

#include "broker/config/definitions.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace barnabas::broker {
namespace {

Result<LoadedConfig> load(const ConfigMap& set, LoadOptions options = {}) {
    return load_broker_config(broker_definition(), set, options);
}

ListenerConfig plaintext(std::string name, std::string host, std::uint16_t port) {
    return {.name = std::move(name), .at = {.host = std::move(host), .port = port}};
}

TEST(BrokerConfig, WithoutFileServesThisMachineOnly) {
    const auto loaded = load(config_without_file());
    ASSERT_TRUE(loaded) << loaded.error().message;
    const BrokerConfig& config = loaded->config;
    EXPECT_EQ(config.id, BrokerId(1));
    EXPECT_EQ(config.network.listeners, std::vector{plaintext("PLAINTEXT", "localhost", 9092)});
    EXPECT_EQ(config.network.advertised, config.network.listeners);
    EXPECT_EQ(config.network.metrics_listeners, (std::vector<HostAndPort>{{"127.0.0.1", 9404}}));
    EXPECT_EQ(config.storage.log_dirs, std::vector<std::string>{"./barnabas-data"});
    EXPECT_EQ(config.network.connections_max_idle, Duration(10min));
    EXPECT_EQ(config.network.queued_max_request_bytes, std::nullopt);
    EXPECT_TRUE(config.topics.auto_create);
    EXPECT_EQ(loaded->warnings, std::vector<std::string>{});
}

TEST(BrokerConfig, HasKafkasDefaultsForCompaction) {
    const auto loaded = load({});
    ASSERT_TRUE(loaded) << loaded.error().message;
    const CleanerConfig& cleaner = loaded->config.storage.cleaner;
    EXPECT_TRUE(cleaner.enable);
    EXPECT_EQ(cleaner.threads, 1U);
    EXPECT_EQ(cleaner.dedupe_buffer_bytes, 128U << 20);
    EXPECT_EQ(cleaner.load_factor, 0.9);
    EXPECT_EQ(cleaner.io_buffer_bytes, 512U << 10);
    EXPECT_GT(cleaner.io_max_bytes_per_second, 1e300);
    EXPECT_EQ(cleaner.backoff, Duration(15s));
    EXPECT_TRUE(load({{"log.cleaner.enable", "false"}, {"log.cleaner.threads", "0"}}));
}

TEST(BrokerConfig, KnowsWhenTheFirstRetentionIs) {
    const struct {
        ConfigMap set;
        Duration want;
    } rows[] = {{.set = {}, .want = 30s},
                {.set = {{"log.initial.task.delay.ms", "0"}}, .want = 0s},
                {.set = {{"log.initial.task.delay.ms", "1500"}}, .want = 1500ms}};
    for (const auto& row : rows) {
        const auto loaded = load(row.set);
        ASSERT_TRUE(loaded) << loaded.error().message;
        EXPECT_EQ(loaded->config.storage.initial_task_delay, row.want);
    }
    const auto longest = load({{"log.initial.task.delay.ms", "9223372036854775807"}});
    ASSERT_TRUE(longest) << longest.error().message;
    EXPECT_GT(longest->config.storage.initial_task_delay, Duration(100 * 365 * 24h));
    EXPECT_FALSE(load({{"log.initial.task.delay.ms", "-1"}}));
}

TEST(BrokerConfig, HasKafkasDefaultsForGroupsAndTransactions) {
    const auto loaded = load({});
    ASSERT_TRUE(loaded) << loaded.error().message;
    const GroupsConfig& groups = loaded->config.groups;
    EXPECT_EQ(groups.classic.initial_rebalance_delay, Duration(3s));
    EXPECT_EQ(groups.classic.session_timeout_min, Duration(6s));
    EXPECT_EQ(groups.classic.session_timeout_max, Duration(30min));
    EXPECT_EQ(groups.offsets.metadata_length_max, 4096);
    EXPECT_EQ(groups.offsets.retention, Duration(7 * 24h));
    EXPECT_EQ(groups.offsets_check_interval, Duration(10min));
    EXPECT_EQ(groups.commit_timeout, Duration(5s));
    EXPECT_EQ(groups.consumer.assignors,
              (std::vector{coordinator::AssignorKind::uniform, coordinator::AssignorKind::range}));
    EXPECT_EQ(groups.consumer_times.session_timeout, 45s);
    EXPECT_EQ(groups.consumer_bounds.heartbeat_interval.max, 15s);
    EXPECT_TRUE(groups.serves_consumer_protocol);
    EXPECT_EQ(groups.topic.partitions, 50);
    const TransactionsConfig& transactions = loaded->config.transactions;
    EXPECT_EQ(transactions.coordinator.timeout_ms_max, 900'000);
    EXPECT_EQ(transactions.coordinator.id_expiration, Duration(7 * 24h));
    EXPECT_TRUE(transactions.verifies_partitions);
    EXPECT_EQ(transactions.topic.min_insync_replicas, 2);
}

TEST(BrokerConfig, ReadsWhatIsSetForGroupsAndTransactions) {
    const auto loaded = load({{"group.consumer.assignors",
                               "range,org.apache.kafka.coordinator.group.assignor.UniformAssignor"},
                              {"group.consumer.migration.policy", "Upgrade"},
                              {"group.consumer.session.timeout.ms", "50000"},
                              {"group.coordinator.rebalance.protocols", "classic"},
                              {"group.initial.rebalance.delay.ms", "-1"},
                              {"offsets.retention.minutes", "2147483647"},
                              {"offsets.retention.check.interval.ms", "9223372036854775807"},
                              {"offsets.topic.compression.codec", "4"},
                              {"offsets.topic.replication.factor", "1"},
                              {"transaction.state.log.num.partitions", "3"},
                              {"transaction.two.phase.commit.enable", "true"}});
    ASSERT_TRUE(loaded) << loaded.error().message;
    const GroupsConfig& groups = loaded->config.groups;
    EXPECT_EQ(groups.consumer.assignors,
              (std::vector{coordinator::AssignorKind::range, coordinator::AssignorKind::uniform}));
    EXPECT_EQ(groups.consumer.migration, coordinator::MigrationPolicy::upgrade);
    EXPECT_EQ(groups.consumer_times.session_timeout, 50s);
    EXPECT_FALSE(groups.serves_consumer_protocol);
    EXPECT_EQ(groups.classic.initial_rebalance_delay, Duration(0));
    EXPECT_GT(groups.offsets.retention, 24h * 365 * 250) << "too long for a Duration";
    EXPECT_GT(groups.offsets_check_interval, 24h * 365 * 250);
    EXPECT_EQ(groups.compression.codec, wire::Codec::zstd);
    EXPECT_EQ(groups.topic.replication_factor, 1);
    EXPECT_EQ(loaded->config.transactions.topic.partitions, 3);
    EXPECT_TRUE(loaded->config.transactions.coordinator.two_phase_commit);
    EXPECT_EQ(loaded->warnings, std::vector<std::string>{});
}

TEST(BrokerConfig, ReadsWhatIsSetForShareCoordinators) {
    const auto defaults = load({});
    ASSERT_TRUE(defaults) << defaults.error().message;
    const ShareCoordinatorConfig& kafkas = defaults->config.share_coordinator;
    EXPECT_EQ(kafkas.states.updates_per_snapshot, 500);
    EXPECT_EQ(kafkas.states.cold_interval, 5min);
    EXPECT_EQ(kafkas.states.prune_interval, Duration(5min));
    EXPECT_EQ(kafkas.write_timeout, Duration(5s));
    EXPECT_EQ(kafkas.compression.codec, wire::Codec::none);
    EXPECT_EQ(kafkas.topic.partitions, 50);
    EXPECT_EQ(kafkas.topic.replication_factor, 3);
    EXPECT_EQ(kafkas.topic.min_insync_replicas, 2);
    EXPECT_EQ(kafkas.topic.segment_bytes, 104'857'600);

    const auto loaded = load({{"share.coordinator.snapshot.update.records.per.snapshot", "7"},
                              {"share.coordinator.cold.partition.snapshot.interval.ms", "1"},
                              {"share.coordinator.state.topic.prune.interval.ms", "2"},
                              {"share.coordinator.write.timeout.ms", "3"},
                              {"share.coordinator.state.topic.compression.codec", "3"},
                              {"share.coordinator.state.topic.num.partitions", "4"},
                              {"share.coordinator.state.topic.replication.factor", "1"},
                              {"share.coordinator.state.topic.min.isr", "1"},
                              {"share.coordinator.state.topic.segment.bytes", "2000000"}});
    ASSERT_TRUE(loaded) << loaded.error().message;
    const ShareCoordinatorConfig& shares = loaded->config.share_coordinator;
    EXPECT_EQ(shares.states.updates_per_snapshot, 7);
    EXPECT_EQ(shares.states.cold_interval, 1ms);
    EXPECT_EQ(shares.states.prune_interval, Duration(2ms));
    EXPECT_EQ(shares.write_timeout, Duration(3ms));
    EXPECT_EQ(shares.compression.codec, wire::Codec::lz4);
    EXPECT_EQ(shares.topic.partitions, 4);
    EXPECT_EQ(shares.topic.replication_factor, 1);
    EXPECT_EQ(shares.topic.min_insync_replicas, 1);
    EXPECT_EQ(shares.topic.segment_bytes, 2'000'000);
    EXPECT_EQ(loaded->warnings, std::vector<std::string>{});
}

TEST(BrokerConfig, ReadsKafkasKraftFileAsItIs) {
    const auto loaded =
        load({{"process.roles", "broker,controller"},
              {"node.id", "3"},
              {"controller.quorum.voters", "3@localhost:9093"},
              {"listeners", "PLAINTEXT://:9092,CONTROLLER://:9093"},
              {"inter.broker.listener.name", "PLAINTEXT"},
              {"advertised.listeners", "PLAINTEXT://kafka:19092,CONTROLLER://kafka:9093"},
              {"controller.listener.names", "CONTROLLER"},
              {"listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT"},
              {"num.network.threads", "3"},
              {"log.dirs", "/a,/b"},
              {"offsets.topic.replication.factor", "1"},
              {"log.retention.hours", "168"}});
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(loaded->config.id, BrokerId(3));
    EXPECT_EQ(loaded->config.network.listeners, std::vector{plaintext("PLAINTEXT", "", 9092)});
    EXPECT_EQ(loaded->config.network.advertised,
              std::vector{plaintext("PLAINTEXT", "kafka", 19092)});
    EXPECT_EQ(loaded->config.storage.log_dirs, (std::vector<std::string>{"/a", "/b"}));
    EXPECT_TRUE(
        std::ranges::find(loaded->warnings,
                          "num.network.threads has no effect here: Barnabas runs one thread "
                          "per core: see shards") != loaded->warnings.end());
}

TEST(BrokerConfig, ReadsAddressesWithALimitOfTheirOwnAsPeersWriteThem) {
    const auto loaded = load({{"max.connections.per.ip.overrides",
                               "10.0.0.9:3, ::1:4, [2001:DB8:0:0::7]:5, ::ffff:10.0.0.8:6, "
                               "broker-7:7"}});
    ASSERT_TRUE(loaded) << loaded.error().message;
    const std::map<std::string, std::int32_t, std::less<>> wanted{
        {"10.0.0.9", 3}, {"::1", 4}, {"2001:db8::7", 5}, {"10.0.0.8", 6}};
    EXPECT_EQ(loaded->config.network.max_connections_per_ip_overrides, wanted);
    ASSERT_EQ(loaded->warnings.size(), 1U);
    EXPECT_TRUE(loaded->warnings[0].contains("broker-7:7 has no effect here: names"));
}

TEST(BrokerConfig, RefusesWithASentence) {
    struct Row {
        ConfigMap set;
        std::string_view want;
    };
    const Row rows[] = {
        {{{"log.dir.s", "/a"}}, "log.dir.s is not a broker configuration; the nearest is log.dirs"},
        {{{"node.id", "-1"}}, "node.id=-1: must be at least 0"},
        {{{"log.cleaner.threads", "0"}}, "log.cleaner.threads=0: must be at least 1"},
        {{{"log.cleaner.threads", "200"}},
         "log.cleaner.dedupe.buffer.size=134217728: must be more than 1048576 for each of"},
        {{{"log.cleaner.io.buffer.load.factor", "0"}},
         "log.cleaner.io.buffer.load.factor=0: must be more than 0"},
        {{{"log.cleaner.io.max.bytes.per.second", "-1"}},
         "log.cleaner.io.max.bytes.per.second=-1: must be more than 0"},
        {{{"node.id", "1"}, {"broker.id", "2"}}, "node.id=1 and broker.id=2 must be the same"},
        {{{"zookeeper.connect", "localhost:2181"}}, "zookeeper.connect cannot be set: ZooKeeper"},
        {{{"authorizer.class.name", "X"}}, "authorizer.class.name cannot be set: access control"},
        {{{"process.roles", "controller"}}, "process.roles=controller: a server"},
        {{{"process.roles", "broker"}}, "process.roles=broker: a server"},
        {{{"controller.quorum.voters", "1@a:1,2@b:1"}}, "controller.quorum.voters names 2@b:1"},
        {{{"listeners", "localhost:9092"}}, "listeners: localhost:9092 must have the form"},
        {{{"listeners", "PLAINTEXT://localhost"}}, "listeners: localhost must end in a colon"},
        {{{"listeners", "PLAINTEXT://::1:9092"}}, "listeners: ::1:9092 must begin with"},
        {{{"listeners", "INSIDE://:9092"}},
         "listeners: listener.security.protocol.map does not say"},
        {{{"listeners", "SSL://:9092"}}, "listeners: SSL is SSL, which is not supported yet"},
        {{{"listeners", "PLAINTEXT://:9092,SASL_PLAINTEXT://:9093"}},
         "listeners: SASL_PLAINTEXT is SASL_PLAINTEXT, which is not supported yet"},
        {{{"listeners", "OUT://:9092"}, {"listener.security.protocol.map", "OUT:SASL_SSL"}},
         "listeners: OUT is SASL_SSL, which is not supported yet; only PLAINTEXT is"},
        {{{"listeners", "PLAINTEXT://a:1,plaintext://b:2"}},
         "listeners: the name PLAINTEXT stands"},
        {{{"listeners", "PLAINTEXT://a:1,SSL://b:1"}},
         "listeners: PLAINTEXT and SSL have the same"},
        {{{"advertised.listeners", "PLAINTEXT://0.0.0.0:9092"}}, "advertised.listeners: clients"},
        {{{"advertised.listeners", "SSL://a:9092"}},
         "advertised.listeners: there is no listener SSL"},
        {{{"queued.max.request.bytes", "10"}}, "queued.max.request.bytes=10 must be at least"},
        {{{"max.connections.per.ip", "0"}}, "max.connections.per.ip=0 lets nobody in"},
        {{{"max.connections.per.ip.overrides", "a"}}, "max.connections.per.ip.overrides: a must"},
        {{{"log.retention.minutes", "0"}}, "log.retention.minutes=0: must be at least 1"},
        {{{"log.roll.ms", "0"}}, "log.roll.ms=0: must be at least 1"},
        {{{"metrics.listeners", "9404"}}, "metrics.listeners: 9404 must end in a colon"},
        {{{"group.consumer.min.session.timeout.ms", "60001"}},
         "group.consumer.max.session.timeout.ms=60000: must be at least "
         "group.consumer.min.session.timeout.ms=60001"},
        {{{"group.consumer.min.heartbeat.interval.ms", "15001"}},
         "group.consumer.max.heartbeat.interval.ms=15000: must be at least"},
        {{{"group.consumer.min.assignment.interval.ms", "15001"}},
         "group.consumer.max.assignment.interval.ms=15000: must be at least"},
        {{{"group.consumer.session.timeout.ms", "44999"}},
         "group.consumer.session.timeout.ms=44999: must be from 45000 "
         "(group.consumer.min.session.timeout.ms) to 60000"},
        {{{"group.consumer.heartbeat.interval.ms", "15001"}},
         "group.consumer.heartbeat.interval.ms=15001: must be from 5000"},
        {{{"group.consumer.assignment.interval.ms", "15001"}},
         "group.consumer.assignment.interval.ms=15001: must be from 0"},
        {{{"group.consumer.min.session.timeout.ms", "1"},
          {"group.consumer.session.timeout.ms", "5000"}},
         "group.consumer.session.timeout.ms=5000: must be more than "
         "group.consumer.heartbeat.interval.ms=5000"},
        {{{"group.consumer.assignors", "sticky"}},
         "group.consumer.assignors: there is no assignor sticky"},
        {{{"group.consumer.assignors",
           "uniform,org.apache.kafka.coordinator.group.assignor.UniformAssignor"}},
         "group.consumer.assignors: uniform stands there twice"},
        {{{"group.coordinator.rebalance.protocols", "consumer"}},
         "group.coordinator.rebalance.protocols=consumer: classic cannot be left out"},
        {{{"group.min.session.timeout.ms", "7"}, {"group.max.session.timeout.ms", "6"}},
         "group.max.session.timeout.ms=6: must be at least group.min.session.timeout.ms=7"},
        {{{"offsets.topic.compression.codec", "5"}},
         "offsets.topic.compression.codec=5: must be 0 (none)"},
        {{{"share.coordinator.state.topic.compression.codec", "-1"}},
         "share.coordinator.state.topic.compression.codec=-1: must be 0 (none)"},
        {{{"listener.name.x.socket.requst.max.bytes", "1"}}, "listener.name.x.socket.requst.max"},
    };
    for (const Row& row : rows) {
        const auto loaded = load(row.set);
        ASSERT_FALSE(loaded) << row.want;
        EXPECT_EQ(loaded.error().code, ErrorCode::invalid_config);
        EXPECT_TRUE(loaded.error().message.starts_with(row.want)) << loaded.error().message;
    }
}

TEST(BrokerConfig, UnknownNamesBecomeWarningsWhereAllowed) {
    const auto loaded = load({{"my.name", "1"}, {"rack", "x"}}, {.allow_unknown = true});
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(loaded->warnings.size(), 2U);
    EXPECT_TRUE(loaded->statics.empty());
}

TEST(BrokerConfig, NamesOfOneListenerAreKnown) {
    const auto loaded = load({{"listener.name.plaintext.max.connections", "5"},
                              {"listener.name.sasl.plain.sasl.jaas.config", "secret"}});
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(loaded->statics.size(), 2U);
    EXPECT_EQ(loaded->warnings.size(), 2U) << "neither has an effect, and both say so";
}

TEST(BrokerConfig, BrokerIdAloneCounts) {
    EXPECT_EQ(load({{"broker.id", "7"}})->config.id, BrokerId(7));
    EXPECT_EQ(load({{"broker.id", "-1"}})->config.id, BrokerId(1));
}

TEST(BrokerConfig, ListenersShareAPortAcrossAddressFamilies) {
    const auto loaded =
        load({{"listeners", "PLAINTEXT://127.0.0.1:9092,INSIDE://[::1]:9092"},
              {"listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,inside:PLAINTEXT"}});
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(loaded->config.network.listeners[1], plaintext("INSIDE", "::1", 9092));
}

}  // namespace
}  // namespace barnabas::broker
