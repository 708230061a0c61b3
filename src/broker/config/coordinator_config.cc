#include "broker/config/coordinator_config.h"

#include "base/config_text.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

namespace barnabas::broker {
namespace {

using std::chrono::milliseconds;

milliseconds ms(const ConfigValues& values, std::string_view name) {
    return milliseconds(values.integer(name));
}

std::int32_t int32(const ConfigValues& values, std::string_view name) {
    return static_cast<std::int32_t>(values.integer(name));
}

/// What is too long for a Duration is the longest one.
Duration long_ms(std::int64_t count) {
    constexpr std::int64_t most = std::chrono::duration_cast<milliseconds>(Duration::max()).count();
    return milliseconds(std::min(count, most));
}

constexpr std::string_view min_heartbeat = "group.consumer.min.heartbeat.interval.ms";
constexpr std::string_view max_heartbeat = "group.consumer.max.heartbeat.interval.ms";
constexpr std::string_view min_session = "group.consumer.min.session.timeout.ms";
constexpr std::string_view max_session = "group.consumer.max.session.timeout.ms";
constexpr std::string_view min_assignment = "group.consumer.min.assignment.interval.ms";
constexpr std::string_view max_assignment = "group.consumer.max.assignment.interval.ms";

Result<void> check_order(std::string_view least_name, milliseconds least,
                         std::string_view most_name, milliseconds most) {
    if (least > most) {
        return fail(ErrorCode::invalid_config, "{}={}: must be at least {}={}", most_name,
                    most.count(), least_name, least.count());
    }
    return {};
}

Result<void> check_within(std::string_view name, milliseconds value,
                          const ConsumerGroupBounds::Range& range, std::string_view least_name,
                          std::string_view most_name) {
    if (value < range.min || value > range.max) {
        return fail(ErrorCode::invalid_config, "{}={}: must be from {} ({}) to {} ({})", name,
                    value.count(), range.min.count(), least_name, range.max.count(), most_name);
    }
    return {};
}

Result<ConsumerGroupBounds> make_bounds(const ConfigValues& values) {
    const ConsumerGroupBounds bounds{
        .heartbeat_interval = {ms(values, min_heartbeat), ms(values, max_heartbeat)},
        .session_timeout = {ms(values, min_session), ms(values, max_session)},
        .assignment_interval = {ms(values, min_assignment), ms(values, max_assignment)}};
    TRY(check_order(min_heartbeat, bounds.heartbeat_interval.min, max_heartbeat,
                    bounds.heartbeat_interval.max));
    TRY(check_order(min_session, bounds.session_timeout.min, max_session,
                    bounds.session_timeout.max));
    TRY(check_order(min_assignment, bounds.assignment_interval.min, max_assignment,
                    bounds.assignment_interval.max));
    return bounds;
}

/// By the names that requests have, or those of Kafka's classes.
Result<std::vector<coordinator::AssignorKind>> parse_assignors(
    const std::vector<std::string>& names) {
    constexpr std::string_view package = "org.apache.kafka.coordinator.group.assignor.";
    std::vector<coordinator::AssignorKind> kinds;
    for (const std::string& name : names) {
        std::string_view word = name;
        if (word.starts_with(package)) {
            word.remove_prefix(package.size());
        }
        auto kind = coordinator::AssignorKind::uniform;
        if (word == "range" || word == "RangeAssignor") {
            kind = coordinator::AssignorKind::range;
        } else if (word != "uniform" && word != "UniformAssignor") {
            return fail(ErrorCode::invalid_config,
                        "group.consumer.assignors: there is no assignor {}; there are uniform and "
                        "range, and Java classes cannot be loaded",
                        name);
        }
        if (std::ranges::find(kinds, kind) != kinds.end()) {
            return fail(ErrorCode::invalid_config,
                        "group.consumer.assignors: {} stands there twice",
                        coordinator::assignor_name(kind));
        }
        kinds.push_back(kind);
    }
    return kinds;
}

coordinator::MigrationPolicy migration_policy(std::string_view text) {
    using enum coordinator::MigrationPolicy;
    const std::string word = to_lower(text);
    return word == "disabled"    ? disabled
           : word == "upgrade"   ? upgrade
           : word == "downgrade" ? downgrade
                                 : bidirectional;
}

Result<coordinator::ClassicConfig> make_classic(const ConfigValues& values) {
    coordinator::ClassicConfig classic;
    classic.initial_rebalance_delay =
        std::max(ms(values, "group.initial.rebalance.delay.ms"), milliseconds(0));
    classic.session_timeout_min = ms(values, "group.min.session.timeout.ms");
    classic.session_timeout_max = ms(values, "group.max.session.timeout.ms");
    classic.size_max = int32(values, "group.max.size");
    TRY(check_order("group.min.session.timeout.ms", ms(values, "group.min.session.timeout.ms"),
                    "group.max.session.timeout.ms", ms(values, "group.max.session.timeout.ms")));
    return classic;
}

coordinator::OffsetsConfig make_offsets(const ConfigValues& values) {
    constexpr std::int64_t ms_per_minute = 60'000;
    return {.metadata_length_max = int32(values, "offset.metadata.max.bytes"),
            .retention = long_ms(values.integer("offsets.retention.minutes") * ms_per_minute)};
}

Result<coordinator::ConsumerGroupConfig> make_consumer(const ConfigValues& values) {
    coordinator::ConsumerGroupConfig consumer;
    consumer.max_size = static_cast<std::size_t>(values.integer("group.consumer.max.size"));
    consumer.classic_max_size = static_cast<std::size_t>(values.integer("group.max.size"));
    TRY_ASSIGN(consumer.assignors, parse_assignors(values.list("group.consumer.assignors")));
    consumer.migration = migration_policy(values.text("group.consumer.migration.policy"));
    consumer.regex_refresh_interval = ms(values, "group.consumer.regex.refresh.interval.ms");
    return consumer;
}

/// Of a coordinator's topic.
Result<wire::Compression> compression(const ConfigValues& values, std::string_view name) {
    const auto codec = wire::codec_of_id(int32(values, name));
    if (!codec) {
        return fail(ErrorCode::invalid_config,
                    "{}={}: must be 0 (none), 1 (gzip), 2 (snappy), 3 (lz4) or 4 (zstd)", name,
                    values.integer(name));
    }
    return wire::Compression::of(*codec);
}

Result<void> make_protocols(const ConfigValues& values, GroupsConfig& groups) {
    const auto& protocols = values.list("group.coordinator.rebalance.protocols");
    const auto has = [&protocols](std::string_view name) {
        return std::ranges::any_of(
            protocols, [name](const std::string& word) { return to_lower(word) == name; });
    };
    if (!has("classic")) {
        return fail(ErrorCode::invalid_config,
                    "group.coordinator.rebalance.protocols={}: classic cannot be left out",
                    fmt::join(protocols, ","));
    }
    groups.serves_consumer_protocol = has("consumer");
    return {};
}

}  // namespace

Result<void> check_consumer_times(const NamedConsumerTimes& named,
                                  const ConsumerGroupBounds& bounds) {
    const auto& times = named.times;
    TRY(check_within(named.heartbeat_interval, times.heartbeat_interval, bounds.heartbeat_interval,
                     min_heartbeat, max_heartbeat));
    TRY(check_within(named.session_timeout, times.session_timeout, bounds.session_timeout,
                     min_session, max_session));
    TRY(check_within(named.assignment_interval, times.assignment_interval,
                     bounds.assignment_interval, min_assignment, max_assignment));
    if (times.session_timeout <= times.heartbeat_interval) {
        return fail(ErrorCode::invalid_config, "{}={}: must be more than {}={}",
                    named.session_timeout, times.session_timeout.count(), named.heartbeat_interval,
                    times.heartbeat_interval.count());
    }
    return {};
}

Result<GroupsConfig> make_groups(const ConfigValues& values) {
    GroupsConfig groups;
    TRY_ASSIGN(groups.classic, make_classic(values));
    groups.offsets = make_offsets(values);
    TRY_ASSIGN(groups.consumer, make_consumer(values));
    const NamedConsumerTimes named{
        .heartbeat_interval = "group.consumer.heartbeat.interval.ms",
        .session_timeout = "group.consumer.session.timeout.ms",
        .assignment_interval = "group.consumer.assignment.interval.ms",
        .times = {.heartbeat_interval = ms(values, "group.consumer.heartbeat.interval.ms"),
                  .session_timeout = ms(values, "group.consumer.session.timeout.ms"),
                  .assignment_interval = ms(values, "group.consumer.assignment.interval.ms")}};
    TRY_ASSIGN(groups.consumer_bounds, make_bounds(values));
    TRY(check_consumer_times(named, groups.consumer_bounds));
    groups.consumer_times = named.times;
    TRY_ASSIGN(groups.shares, make_shares(values));
    TRY(make_protocols(values, groups));
    groups.offsets_check_interval = long_ms(values.integer("offsets.retention.check.interval.ms"));
    groups.commit_timeout = ms(values, "offsets.commit.timeout.ms");
    TRY_ASSIGN(groups.compression, compression(values, "offsets.topic.compression.codec"));
    groups.topic = {.partitions = int32(values, "offsets.topic.num.partitions"),
                    .replication_factor = static_cast<std::int16_t>(
                        values.integer("offsets.topic.replication.factor")),
                    .segment_bytes = int32(values, "offsets.topic.segment.bytes")};
    return groups;
}

TransactionsConfig make_transactions(const ConfigValues& values) {
    TransactionsConfig transactions;
    auto& coordinator = transactions.coordinator;
    coordinator.timeout_ms_max = int32(values, "transaction.max.timeout.ms");
    coordinator.id_expiration = ms(values, "transactional.id.expiration.ms");
    coordinator.abort_interval =
        ms(values, "transaction.abort.timed.out.transaction.cleanup.interval.ms");
    coordinator.expiration_interval =
        ms(values, "transaction.remove.expired.transaction.cleanup.interval.ms");
    coordinator.two_phase_commit = values.boolean("transaction.two.phase.commit.enable");
    transactions.verifies_partitions = values.boolean("transaction.partition.verification.enable");
    transactions.add_retry_max = ms(values, "add.partitions.to.txn.retry.backoff.max.ms");
    transactions.topic = {.partitions = int32(values, "transaction.state.log.num.partitions"),
                          .replication_factor = static_cast<std::int16_t>(
                              values.integer("transaction.state.log.replication.factor")),
                          .segment_bytes = int32(values, "transaction.state.log.segment.bytes"),
                          .min_insync_replicas = int32(values, "transaction.state.log.min.isr")};
    return transactions;
}

Result<ShareCoordinatorConfig> make_share_coordinator(const ConfigValues& values) {
    ShareCoordinatorConfig shares;
    shares.states = {
        .updates_per_snapshot =
            int32(values, "share.coordinator.snapshot.update.records.per.snapshot"),
        .cold_interval = ms(values, "share.coordinator.cold.partition.snapshot.interval.ms"),
        .prune_interval = ms(values, "share.coordinator.state.topic.prune.interval.ms")};
    shares.write_timeout = ms(values, "share.coordinator.write.timeout.ms");
    TRY_ASSIGN(shares.compression,
               compression(values, "share.coordinator.state.topic.compression.codec"));
    shares.topic = {.partitions = int32(values, "share.coordinator.state.topic.num.partitions"),
                    .replication_factor = static_cast<std::int16_t>(
                        values.integer("share.coordinator.state.topic.replication.factor")),
                    .segment_bytes = int32(values, "share.coordinator.state.topic.segment.bytes"),
                    .min_insync_replicas = int32(values, "share.coordinator.state.topic.min.isr")};
    return shares;
}

}  // namespace barnabas::broker
