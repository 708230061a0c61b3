#include "broker/config/broker_config.h"

#include "base/config_resolver.h"
#include "base/config_text.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <arpa/inet.h>
#include <limits>
#include <netinet/in.h>
#include <sys/socket.h>

namespace barnabas::broker {
namespace {

/// Milliseconds of any size; what is too long for a Duration is the longest one.
Duration milliseconds(std::int64_t ms) {
    constexpr std::int64_t most =
        std::chrono::duration_cast<std::chrono::milliseconds>(Duration::max()).count();
    return std::chrono::milliseconds(std::min(ms, most));
}

/// The row that judges `name`, which may be a listener's (and a SASL mechanism's) own.
const ConfigRow* row_of(const ConfigDefinition& definition, std::string_view name) {
    const std::string_view base = without_listener(name);
    const ConfigRow* row = definition.find(base);
    if (row == nullptr && base.size() != name.size() && base.contains('.')) {
        row = definition.find(base.substr(base.find('.') + 1));  // listener.name.x.plain.sasl...
    }
    return row;
}

/// What a file may hold for plug-ins that Barnabas does not load.
bool is_for_a_plugin(std::string_view name) {
    return name.starts_with("rsm.config.") || name.starts_with("rlmm.config.");
}

/// The first of `names` that is set; Kafka's precedence among units.
std::optional<std::pair<std::string_view, std::int64_t>> first_set(
    const ConfigValues& values, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
        if (!values.is_null(name)) {
            return std::pair(name, values.integer(name));
        }
    }
    return std::nullopt;
}

/// Splits what is set into what the definition knows (returned) and warnings; ends at the first
/// name that is unknown or refused.
Result<ConfigMap> sort_names(const ConfigDefinition& definition, const ConfigMap& set,
                             const LoadOptions& options, std::vector<std::string>& warnings) {
    ConfigMap known;
    for (const auto& [name, text] : set) {
        const ConfigRow* row = row_of(definition, name);
        if (row == nullptr) {
            if (!options.allow_unknown && !is_for_a_plugin(name)) {
                return std::unexpected(definition.unknown(name));
            }
            warnings.push_back(definition.unknown(name).message);
            continue;
        }
        TRY_ASSIGN(const ConfigValue value, parse_config(*row, text));
        if (row->effect.kind == ConfigEffect::Kind::refused && value != default_of(*row) &&
            !trim(text).empty()) {
            return fail(ErrorCode::invalid_config, "{} cannot be set: {}", name,
                        row->effect.reason);
        }
        if (row->effect.kind == ConfigEffect::Kind::no_effect) {
            warnings.push_back(fmt::format("{} has no effect here: {}", name, row->effect.reason));
        } else if (without_listener(name).size() != name.size()) {
            warnings.push_back(fmt::format(
                "{} has no effect here: settings of single listeners are not supported yet", name));
        }
        known.emplace(name, text);
    }
    return known;
}

/// Without the names of single listeners: what ConfigValues::parse takes.
ConfigMap without_listener_names(const ConfigMap& known) {
    ConfigMap plain;
    for (const auto& [name, text] : known) {
        if (without_listener(name).size() == name.size()) {
            plain.emplace(name, text);
        }
    }
    return plain;
}

Result<BrokerId> broker_id(const ConfigValues& values, const ConfigMap& known) {
    const std::int64_t node = values.integer("node.id");
    const std::int64_t broker = values.integer("broker.id");
    if (broker < -1) {
        return fail(ErrorCode::invalid_config, "broker.id={}: must be at least -1", broker);
    }
    if (broker >= 0 && known.contains("node.id") && broker != node) {
        return fail(ErrorCode::invalid_config,
                    "node.id={} and broker.id={} must be the same, or only one of them set", node,
                    broker);
    }
    return BrokerId(static_cast<std::int32_t>(broker >= 0 ? broker : node));
}

/// A KRaft file is welcome if this process is the whole cluster: it is broker and controller.
Result<void> check_kraft(const ConfigValues& values, BrokerId id) {
    const auto& roles = values.list("process.roles");
    for (const std::string_view role : {"broker", "controller"}) {
        if (std::ranges::find(roles, role) == roles.end()) {
            return fail(
                ErrorCode::invalid_config,
                "process.roles={}: a server of Barnabas is broker and controller, and joins no "
                "KRaft quorum; add {}",
                fmt::join(roles, ","), role);
        }
    }
    for (const std::string& voter : values.list("controller.quorum.voters")) {
        if (!voter.starts_with(fmt::format("{}@", id))) {
            return fail(
                ErrorCode::invalid_config,
                "controller.quorum.voters names {}, but Barnabas cannot join a KRaft quorum: "
                "leave out all voters but this node",
                voter);
        }
    }
    return {};
}

bool is_controller_listener(const ConfigValues& values, const ListenerConfig& listener) {
    if (values.is_null("controller.listener.names")) {
        return false;
    }
    return std::ranges::any_of(
        values.list("controller.listener.names"),
        [&](const std::string& name) { return listener_name(name) == listener.name; });
}

/// Controller listeners of a KRaft file stay closed: nothing would answer on them.
Result<std::vector<ListenerConfig>> open_listeners(const ConfigValues& values,
                                                   const ProtocolMap& protocols,
                                                   std::vector<std::string>& warnings) {
    TRY_ASSIGN(auto listeners, parse_listeners("listeners", values.list("listeners"), protocols));
    TRY(check_listeners(listeners));
    std::erase_if(listeners, [&](const ListenerConfig& listener) {
        const bool controller = is_controller_listener(values, listener);
        if (controller) {
            warnings.push_back(fmt::format(
                "listeners: {} is a controller's listener and stays closed", listener.name));
        }
        return controller;
    });
    if (listeners.empty()) {
        return fail(ErrorCode::invalid_config, "listeners: a broker needs one for its clients");
    }
    for (const ListenerConfig& listener : listeners) {
        if (listener.protocol != SecurityProtocol::plaintext) {
            return fail(ErrorCode::invalid_config,
                        "listeners: {} is {}, which is not supported yet; only PLAINTEXT is",
                        listener.name, protocol_name(listener.protocol));
        }
    }
    return listeners;
}

/// One per listener, in their order; where advertised.listeners has none of a name, the listener's
/// own address is advertised.
Result<std::vector<ListenerConfig>> advertised_listeners(
    const ConfigValues& values, const ProtocolMap& protocols,
    const std::vector<ListenerConfig>& listeners) {
    std::vector<ListenerConfig> advertised;
    if (!values.is_null("advertised.listeners")) {
        TRY_ASSIGN(advertised, parse_listeners("advertised.listeners",
                                               values.list("advertised.listeners"), protocols));
    }
    std::vector<ListenerConfig> in_order;
    for (const ListenerConfig& listener : listeners) {
        const auto own = std::ranges::find(advertised, listener.name, &ListenerConfig::name);
        in_order.push_back(own != advertised.end() ? *own : listener);
        if (own == advertised.end() &&
            (listener.at.host == "0.0.0.0" || listener.at.host == "::")) {
            in_order.back().at.host.clear();
        }
        if (in_order.back().at.host == "0.0.0.0" || in_order.back().at.host == "::") {
            return fail(ErrorCode::invalid_config,
                        "advertised.listeners: clients cannot connect to {}; name an address that "
                        "they can reach",
                        in_order.back().at.host);
        }
    }
    for (const ListenerConfig& extra : advertised) {
        if (!is_controller_listener(values, extra) &&
            std::ranges::find(listeners, extra.name, &ListenerConfig::name) == listeners.end()) {
            return fail(ErrorCode::invalid_config,
                        "advertised.listeners: there is no listener {} to advertise", extra.name);
        }
    }
    return in_order;
}

/// The text of `address`, which has the bytes of that family.
std::string ip_text(int family, const void* address) {
    char text[INET6_ADDRSTRLEN] = {};
    return ::inet_ntop(family, address, text, sizeof text);
}

/// An address as peers' are written: IPv6 shortened, IPv4 also where it came as IPv6. Nothing for a
/// name.
std::optional<std::string> canonical_ip(std::string host) {
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    }
    in_addr v4{};
    if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) {
        return ip_text(AF_INET, &v4);
    }
    in6_addr v6{};
    if (::inet_pton(AF_INET6, host.c_str(), &v6) != 1) {
        return std::nullopt;
    }
    constexpr std::size_t v4_behind = 12;
    return IN6_IS_ADDR_V4MAPPED(&v6) ? ip_text(AF_INET, v6.s6_addr + v4_behind)
                                     : ip_text(AF_INET6, &v6);
}

/// "host:limit,host:limit".
Result<std::map<std::string, std::int32_t, std::less<>>> parse_ip_overrides(
    std::string_view text, std::vector<std::string>& warnings) {
    std::map<std::string, std::int32_t, std::less<>> limits;
    for (const std::string& element : split_list(text)) {
        const std::size_t colon = element.rfind(':');
        const auto limit = colon == std::string::npos
                               ? std::nullopt
                               : parse_integer(std::string_view(element).substr(colon + 1));
        if (!limit || *limit < 0 || *limit > std::numeric_limits<std::int32_t>::max()) {
            return fail(ErrorCode::invalid_config,
                        "max.connections.per.ip.overrides: {} must have the form host:limit",
                        element);
        }
        if (const auto ip = canonical_ip(element.substr(0, colon))) {
            limits.insert_or_assign(*ip, static_cast<std::int32_t>(*limit));
        } else {
            warnings.push_back(fmt::format(
                "max.connections.per.ip.overrides: {} has no effect here: names are not looked up; "
                "give the address",
                element));
        }
    }
    return limits;
}

Result<void> check_network(const NetworkConfig& network) {
    const auto queued = network.queued_max_request_bytes;
    if (queued && *queued < network.request_max_bytes) {
        return fail(
            ErrorCode::invalid_config,
            "queued.max.request.bytes={} must be at least socket.request.max.bytes={}, or -1",
            *queued, network.request_max_bytes);
    }
    if (network.max_connections_per_ip == 0 && network.max_connections_per_ip_overrides.empty()) {
        return fail(ErrorCode::invalid_config,
                    "max.connections.per.ip=0 lets nobody in: name exceptions in "
                    "max.connections.per.ip.overrides");
    }
    return {};
}

std::int32_t int32(const ConfigValues& values, std::string_view name) {
    return static_cast<std::int32_t>(values.integer(name));
}

Result<NetworkConfig> make_network(const ConfigValues& values, std::vector<std::string>& warnings) {
    TRY_ASSIGN(ProtocolMap protocols,
               parse_protocol_map(values.text("listener.security.protocol.map")));
    if (!values.is_null("controller.listener.names")) {
        // Kafka supplies the protocol of a controller's listener that the map leaves out.
        for (const std::string& name : values.list("controller.listener.names")) {
            protocols.emplace(listener_name(name), SecurityProtocol::plaintext);
        }
    }
    NetworkConfig network;
    TRY_ASSIGN(network.listeners, open_listeners(values, protocols, warnings));
    TRY_ASSIGN(network.advertised, advertised_listeners(values, protocols, network.listeners));
    for (const std::string& text : values.list("metrics.listeners")) {
        TRY_ASSIGN(auto at, parse_host_and_port("metrics.listeners", text));
        network.metrics_listeners.push_back(std::move(at));
    }
    network.metrics_per_partition = values.boolean("metrics.per.partition");
    network.max_connections = int32(values, "max.connections");
    network.max_connections_per_ip = int32(values, "max.connections.per.ip");
    TRY_ASSIGN(network.max_connections_per_ip_overrides,
               parse_ip_overrides(values.text("max.connections.per.ip.overrides"), warnings));
    if (const auto idle = values.integer("connections.max.idle.ms"); idle >= 0) {
        network.connections_max_idle = milliseconds(idle);
    }
    network.listen_backlog = int32(values, "socket.listen.backlog.size");
    network.send_buffer_bytes = int32(values, "socket.send.buffer.bytes");
    network.receive_buffer_bytes = int32(values, "socket.receive.buffer.bytes");
    network.request_max_bytes = int32(values, "socket.request.max.bytes");
    if (const auto queued = values.integer("queued.max.request.bytes"); queued > 0) {
        network.queued_max_request_bytes = queued;
    }
    TRY(check_network(network));
    return network;
}

Result<void> check_log_times(const ConfigValues& values) {
    const auto roll = first_set(values, {"log.roll.ms", "log.roll.hours"});
    if (roll && roll->second < 1) {
        return fail(ErrorCode::invalid_config, "{}={}: must be at least 1", roll->first,
                    roll->second);
    }
    const auto jitter = first_set(values, {"log.roll.jitter.ms", "log.roll.jitter.hours"});
    if (jitter && jitter->second < 0) {
        return fail(ErrorCode::invalid_config, "{}={}: must be at least 0", jitter->first,
                    jitter->second);
    }
    const auto kept =
        first_set(values, {"log.retention.ms", "log.retention.minutes", "log.retention.hours"});
    if (kept && kept->second == 0) {
        return fail(ErrorCode::invalid_config, "{}=0: must be at least 1, or -1 to keep records",
                    kept->first);
    }
    return {};
}

Result<CleanerConfig> make_cleaner(const ConfigValues& values) {
    const auto size = [&values](std::string_view name) {
        return static_cast<std::size_t>(std::max<std::int64_t>(values.integer(name), 0));
    };
    CleanerConfig cleaner{
        .enable = values.boolean("log.cleaner.enable"),
        .threads = size("log.cleaner.threads"),
        .dedupe_buffer_bytes = size("log.cleaner.dedupe.buffer.size"),
        .load_factor = values.real("log.cleaner.io.buffer.load.factor"),
        .io_buffer_bytes = size("log.cleaner.io.buffer.size"),
        .io_max_bytes_per_second = values.real("log.cleaner.io.max.bytes.per.second"),
        .backoff = milliseconds(values.integer("log.cleaner.backoff.ms"))};
    if (!cleaner.enable) {
        return cleaner;
    }
    if (cleaner.threads == 0) {
        return fail(ErrorCode::invalid_config,
                    "log.cleaner.threads=0: must be at least 1; log.cleaner.enable=false turns "
                    "compaction off");
    }
    constexpr std::size_t least = std::size_t{1} << 20;
    if (cleaner.dedupe_buffer_bytes / cleaner.threads <= least) {
        return fail(ErrorCode::invalid_config,
                    "log.cleaner.dedupe.buffer.size={}: must be more than {} for each of "
                    "log.cleaner.threads={}",
                    cleaner.dedupe_buffer_bytes, least, cleaner.threads);
    }
    if (!(cleaner.load_factor > 0 && cleaner.load_factor <= 1)) {
        return fail(ErrorCode::invalid_config,
                    "log.cleaner.io.buffer.load.factor={}: must be more than 0 and at most 1",
                    cleaner.load_factor);
    }
    if (!(cleaner.io_max_bytes_per_second > 0)) {
        return fail(ErrorCode::invalid_config,
                    "log.cleaner.io.max.bytes.per.second={}: must be more than 0",
                    cleaner.io_max_bytes_per_second);
    }
    return cleaner;
}

Result<StorageConfig> make_storage(const ConfigValues& values) {
    TRY(check_log_times(values));
    StorageConfig storage;
    storage.log_dirs = values.list(values.is_null("log.dirs") ? "log.dir" : "log.dirs");
    const auto ms = [&values](std::string_view name) { return milliseconds(values.integer(name)); };
    storage.log_dir_min_free_bytes = values.integer("log.dir.min.free.bytes");
    storage.recovery_threads_per_dir =
        static_cast<std::size_t>(values.integer("num.recovery.threads.per.data.dir"));
    storage.cordoned_log_dirs = values.list("cordoned.log.dirs");
    if (values.integer("log.dir.retry.interval.ms") > 0) {
        storage.log_dir_retry_interval = ms("log.dir.retry.interval.ms");
    }
    if (!values.is_null("num.replica.alter.log.dirs.threads")) {
        const auto threads = values.integer("num.replica.alter.log.dirs.threads");
        storage.move_threads = static_cast<std::size_t>(std::max<std::int64_t>(threads, 1));
    }
    storage.move_bytes_per_second =
        values.integer("replica.alter.log.dirs.io.max.bytes.per.second");
    storage.initial_task_delay = ms("log.initial.task.delay.ms");
    storage.flush_scheduler_interval = ms("log.flush.scheduler.interval.ms");
    storage.high_watermark_checkpoint_interval =
        ms("replica.high.watermark.checkpoint.interval.ms");
    const auto ms_unless_0 = [&](std::string_view name) {
        return values.integer(name) == 0 ? std::nullopt : std::optional<Duration>(ms(name));
    };
    storage.recovery_point_checkpoint_interval =
        ms_unless_0("log.flush.offset.checkpoint.interval.ms");
    storage.log_start_checkpoint_interval =
        ms_unless_0("log.flush.start.offset.checkpoint.interval.ms");
    storage.retention_check_interval = ms("log.retention.check.interval.ms");
    storage.producer_expiration = ms("producer.id.expiration.ms");
    storage.producer_expiration_check_interval = ms("producer.id.expiration.check.interval.ms");
    TRY_ASSIGN(storage.cleaner, make_cleaner(values));
    return storage;
}

TopicsConfig make_topics(const ConfigValues& values) {
    return {.auto_create = values.boolean("auto.create.topics.enable"),
            .deletion = values.boolean("delete.topic.enable"),
            .default_partitions = int32(values, "num.partitions"),
            .default_replication_factor = int32(values, "default.replication.factor")};
}

FetchConfig make_fetch(const ConfigValues& values) {
    return {.max_bytes = int32(values, "fetch.max.bytes"),
            .session_slots = int32(values, "max.incremental.fetch.session.cache.slots"),
            .describe_partitions_max = int32(values, "max.request.partition.size.limit")};
}

ProcessConfig make_process(const ConfigValues& values) {
    const std::string level = to_lower(values.text("log.level"));
    return {.shards = int32(values, "shards"),
            .log_format = values.text("log.format") == "json" ? LogFormat::json : LogFormat::text,
            .log_level = level == "debug"   ? LogLevel::debug
                         : level == "warn"  ? LogLevel::warn
                         : level == "error" ? LogLevel::error
                                            : LogLevel::info};
}

}  // namespace

ConfigMap config_without_file() {
    return {{"listeners", "PLAINTEXT://localhost:9092"}, {"log.dirs", "./barnabas-data"}};
}

Result<LoadedConfig> load_broker_config(const ConfigDefinition& definition, const ConfigMap& set,
                                        const LoadOptions& options) {
    LoadedConfig loaded;
    TRY_ASSIGN(loaded.statics, sort_names(definition, set, options, loaded.warnings));
    TRY_ASSIGN(const ConfigValues values,
               ConfigValues::parse(definition, without_listener_names(loaded.statics)));
    BrokerConfig& config = loaded.config;
    TRY_ASSIGN(config.id, broker_id(values, loaded.statics));
    TRY(check_kraft(values, config.id));
    if (!values.is_null("broker.rack")) {
        config.rack = values.text("broker.rack");
    }
    TRY_ASSIGN(config.network, make_network(values, loaded.warnings));
    TRY_ASSIGN(config.storage, make_storage(values));
    config.topics = make_topics(values);
    config.fetch = make_fetch(values);
    TRY_ASSIGN(config.groups, make_groups(values));
    config.transactions = make_transactions(values);
    TRY_ASSIGN(config.share_coordinator, make_share_coordinator(values));
    config.process = make_process(values);
    return loaded;
}

}  // namespace barnabas::broker
