#include "client/config/producer_config.h"

#include "base/config_text.h"
#include "client/config/client_rows.h"

#include <algorithm>
#include <limits>

namespace barnabas::client {
namespace {

/// Brokers remember that many batches of a producer and partition.
constexpr int idempotent_in_flight_max = 5;
constexpr std::int64_t ms_max = 100LL * 365 * 24 * 3600 * 1000;

Duration ms(const ConfigValues& values, std::string_view name) {
    return std::chrono::milliseconds(std::clamp<std::int64_t>(values.integer(name), 0, ms_max));
}

wire::Compression compression(const ConfigValues& values) {
    const auto codec = wire::codec_of_name(values.text("compression.type"));
    const auto level = [&](std::string_view name) {
        return static_cast<int>(values.integer(name));
    };
    switch (codec.value_or(wire::Codec::none)) {  // the row accepts no other name
        case wire::Codec::gzip:
            return {wire::Codec::gzip, level("compression.gzip.level")};
        case wire::Codec::lz4:
            return {wire::Codec::lz4, level("compression.lz4.level")};
        case wire::Codec::zstd:
            return {wire::Codec::zstd, level("compression.zstd.level")};
        case wire::Codec::snappy:
            return wire::Compression::of(wire::Codec::snappy);
        case wire::Codec::none:
            return {};
    }
    std::unreachable();
}

Result<ProducerConfig::Partitioning> partitioning(const ConfigValues& values) {
    using enum ProducerConfig::Partitioning;
    if (values.is_null("partitioner.class") || values.text("partitioner.class").empty()) {
        return standard;
    }
    const auto& name = values.text("partitioner.class");
    if (name == "round-robin" || name == "RoundRobinPartitioner" ||
        name == "org.apache.kafka.clients.producer.RoundRobinPartitioner") {
        return round_robin;
    }
    if (name == "hash") {
        return hash;
    }
    return fail(ErrorCode::invalid_config,
                "partitioner.class '{}' is not known: leave it out for the default, or take "
                "round-robin or hash; one of your own goes into ProducerOptions",
                name);
}

Result<> judge_idempotence(const ClientConfig& set, ProducerConfig& config) {
    if (config.idempotent) {
        const bool asked = set.contains("enable.idempotence");
        const bool wrong_acks = config.acks != -1;
        const bool wrong_retries = config.retries == 0;
        if (asked && wrong_acks) {
            return fail(ErrorCode::invalid_config,
                        "enable.idempotence=true needs acks=all, and acks is {}", config.acks);
        }
        if (asked && wrong_retries) {
            return fail(ErrorCode::invalid_config,
                        "enable.idempotence=true needs retries above 0, and retries is 0");
        }
        config.idempotent = !wrong_acks && !wrong_retries;
    }
    if (config.idempotent && config.in_flight_max > idempotent_in_flight_max) {
        return fail(ErrorCode::invalid_config,
                    "max.in.flight.requests.per.connection is {}, and an idempotent producer needs "
                    "at most {}; or set enable.idempotence=false",
                    config.in_flight_max, idempotent_in_flight_max);
    }
    if (config.transactional_id && !config.idempotent) {
        return fail(ErrorCode::invalid_config,
                    "transactional.id needs an idempotent producer: enable.idempotence=true, "
                    "acks=all and retries above 0");
    }
    return {};
}

Result<> judge_timeouts(const ClientConfig& set, ProducerConfig& config) {
    const Duration least = config.linger + config.common.request_timeout;
    if (config.delivery_timeout >= least) {
        return {};
    }
    if (set.contains("delivery.timeout.ms")) {
        return fail(ErrorCode::invalid_config,
                    "delivery.timeout.ms is {}, and must be at least linger.ms + "
                    "request.timeout.ms = {}",
                    config.delivery_timeout / 1ms, least / 1ms);
    }
    config.delivery_timeout = least;
    return {};
}

}  // namespace

Result<ProducerConfig> producer_config(const ClientConfig& set) {
    TRY_ASSIGN(const ConfigValues values, parse_client_config(producer_definition(), set));
    ProducerConfig config;
    TRY_ASSIGN(config.common, common_config(values));
    const auto& acks = values.text("acks");
    config.acks = acks == "0" ? 0 : acks == "1" ? 1 : -1;
    config.batch_size =
        static_cast<std::size_t>(std::max<std::int64_t>(values.integer("batch.size"), 1));
    config.buffer_memory = static_cast<std::size_t>(values.integer("buffer.memory"));
    config.compression = compression(values);
    config.delivery_timeout = ms(values, "delivery.timeout.ms");
    config.idempotent = values.boolean("enable.idempotence");
    config.linger = ms(values, "linger.ms");
    config.block_max = ms(values, "max.block.ms");
    config.in_flight_max =
        static_cast<int>(values.integer("max.in.flight.requests.per.connection"));
    config.request_size_max = static_cast<std::size_t>(values.integer("max.request.size"));
    config.metadata_idle_max = ms(values, "metadata.max.idle.ms");
    TRY_ASSIGN(config.partitioning, partitioning(values));
    config.adaptive = values.boolean("partitioner.adaptive.partitioning.enable");
    config.availability_timeout = ms(values, "partitioner.availability.timeout.ms");
    config.ignore_keys = values.boolean("partitioner.ignore.keys");
    if (values.boolean("partitioner.rack.aware") && !values.text("client.rack").empty()) {
        config.preferred_rack = values.text("client.rack");
    }
    config.retries = static_cast<std::int32_t>(values.integer("retries"));
    if (!values.is_null("transactional.id")) {
        config.transactional_id = values.text("transactional.id");
    }
    config.transaction_timeout = ms(values, "transaction.timeout.ms");
    if (config.common.client_id.empty()) {
        config.common.client_id =
            config.transactional_id ? "producer-" + *config.transactional_id : "producer";
    }
    TRY(judge_idempotence(set, config));
    TRY(judge_timeouts(set, config));
    return config;
}

}  // namespace barnabas::client
