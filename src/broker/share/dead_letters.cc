#include "broker/share/dead_letters.h"

#include "base/invariant.h"
#include "broker/partition_writer.h"
#include "broker/share/led_share_partition.h"
#include "broker/share/original_records.h"
#include "broker/share/share_partitions.h"
#include "broker/topic_service.h"
#include "wire/messages/produce.h"
#include "wire/records/batch_builder.h"

#include <optional>
#include <utility>
#include <vector>

namespace barnabas::broker {
namespace {

constexpr Duration patience = 30s;              // as producers have (delivery.timeout.ms is longer)
constexpr std::size_t batch_bytes = 256 << 10;  // before another batch is begun

constexpr std::string_view enable = "errors.deadletterqueue.group.enable";

/// What is said of every record of one batch of letters.
struct Envelope {
    std::string topic;
    std::string partition;
    std::string group;
    std::string delivery_count;
    std::string_view message;
};

Result<void> add_letter(wire::BatchBuilder& builder, const Envelope& envelope, Offset offset,
                        const OriginalRecord* original, Timestamp now) {
    namespace header = dead_letter_header;
    const auto bytes_of = [](const std::optional<std::string>& text) {
        return text ? wire::NullableBytes(as_bytes(*text)) : std::nullopt;
    };
    const auto number = fmt::format("{}", offset);
    std::vector<wire::RecordHeader> headers;
    wire::BatchBuilder::Record record{.timestamp = now, .key = {}, .value = {}, .headers = {}};
    if (original != nullptr) {
        for (const auto& [key, value] : original->headers) {
            headers.push_back({key, bytes_of(value)});
        }
        record.key = bytes_of(original->key);
        record.value = bytes_of(original->value);
    }
    headers.push_back({header::topic, as_bytes(envelope.topic)});
    headers.push_back({header::partition, as_bytes(envelope.partition)});
    headers.push_back({header::offset, as_bytes(number)});
    headers.push_back({header::group, as_bytes(envelope.group)});
    headers.push_back({header::delivery_count, as_bytes(envelope.delivery_count)});
    headers.push_back({header::message, as_bytes(envelope.message)});
    record.headers = headers;
    return builder.append(Offset{builder.count()}, record);
}

/// On the shard that owns the queue's partition.
awaitable<Result<void>> append(BrokerShard& owner, SharedPartition to, ByteBuffer batch) {
    const Time until = owner.shard.clock().now() + patience;
    PartitionWriter queue({.shard = owner, .topic = to.topic, .number = to.partition});
    if (auto ready = co_await queue.ready(until); !ready) {
        co_return ready;
    }
    const auto appended = queue.append([&](replication::Partition& partition) {
        return partition.produce({.records = batch.mutable_view(),
                                  .version = wire::ProduceRequest::versions.last,
                                  .acks_all = true,
                                  .now = owner.shard.clock().both()},
                                 owner.validator);
    });
    if (!appended) {
        co_return fail(appended.error().code, "{}", appended.error().message);
    }
    co_return co_await queue.committed(queue.end(), until);
}

awaitable<Result<void>> send(Services& services, BrokerShard& shard, SharedPartition to,
                             ByteBuffer batch) {
    auto& owner = services.owner(to.topic, to.partition);
    auto work = [&owner, to, &batch] { return append(owner, to, std::move(batch)); };
    co_return co_await runtime::await_on(shard.shard, owner.shard, work);
}

/// A letter for each offset from `next` to the end of what was read, in batches.
awaitable<Result<void>> send_all(Services& services, BrokerShard& shard, SharedPartition to,
                                 const Envelope& envelope, Offset next,
                                 const OriginalRecords& originals) {
    while (next < originals.end) {
        ByteBuffer batch;
        wire::BatchBuilder builder;
        builder.start(batch, {});
        for (; next < originals.end && builder.uncompressed_size() < batch_bytes; ++next) {
            const auto found = originals.records.find(next);
            const auto* original = found == originals.records.end() ? nullptr : &found->second;
            if (auto added =
                    add_letter(builder, envelope, next, original, shard.shard.clock().both().wall);
                !added) {
                co_return added;
            }
        }
        if (auto finished = builder.finish(); !finished) {
            co_return std::unexpected(std::move(finished.error()));
        }
        if (auto sent = co_await send(services, shard, to, std::move(batch)); !sent) {
            co_return sent;
        }
    }
    co_return Result<void>();
}

/// Makes the queue if it is not there and may be made.
awaitable<Result<void>> ensure_topic(Services& services, BrokerShard& shard, std::string name) {
    if (shard.image->topic(name) != nullptr) {
        co_return Result<void>();
    }
    std::vector<WantedTopic> topics{{.name = name,
                                     .partitions = -1,
                                     .replication_factor = -1,
                                     .assignments = {},
                                     .configs = {{std::string(enable), "true"}}}};
    auto create = [&services, &topics, until = shard.shard.clock().now() + patience] {
        return services.topics->create(topics, until);
    };
    const auto created =
        co_await runtime::await_on(shard.shard, services.shards.front()->shard, create);
    const auto& outcome = created.front();
    if (outcome.error != ErrorCode::none && outcome.error != ErrorCode::topic_already_exists) {
        co_return fail(outcome.error, "the topic {} cannot be created: {}", name, outcome.message);
    }
    co_return Result<void>();
}

awaitable<Result<void>> write_letters(Services& services, BrokerShard& shard, SharePartitionKey key,
                                      share::DeadLetters letters) {
    const auto group = share_settings_of(*shard.image, *shard.settings, key.group);
    const auto& config = shard.settings->config.groups.shares;
    if (auto checked = check_dead_letter_topic(*shard.image, config, group.dead_letter_topic);
        !checked) {
        co_return checked;
    }
    if (auto made = co_await ensure_topic(services, shard, group.dead_letter_topic); !made) {
        co_return made;
    }
    const auto image = shard.image;
    const auto* queue = image->topic(group.dead_letter_topic);
    const auto* source = image->topic(key.at.topic);
    if (queue == nullptr || source == nullptr) {
        co_return fail(ErrorCode::unknown_topic_or_partition, "topic {} is gone",
                       queue == nullptr ? group.dead_letter_topic : key.at.topic.to_string());
    }
    const SharedPartition to{
        queue->id,
        PartitionId{key.at.partition.get() % static_cast<std::int32_t>(queue->partitions.size())}};
    const Envelope envelope{.topic = source->name,
                            .partition = fmt::format("{}", key.at.partition),
                            .group = key.group,
                            .delivery_count = fmt::format("{}", letters.delivery_count),
                            .message = letters.rejected
                                           ? "The record was rejected by its consumer"
                                           : "The record was delivered as often as it may be"};
    bool copies = group.dead_letter_copies_record;
    for (Offset next = letters.first; next <= letters.last;) {
        OriginalRecords originals{.records = {}, .end = letters.last + 1};
        if (copies) {
            const Time until = shard.shard.clock().now() + patience;
            auto read = co_await read_originals(shard, key.at, next, letters.last, until);
            copies = read.has_value();
            if (copies) {
                originals = std::move(*read);
            } else {
                services.log.warn(
                    "dead letters of group {} from offset {} on go without their records: {}",
                    key.group, next, read.error().message);
            }
        }
        if (auto sent = co_await send_all(services, shard, to, envelope, next, originals); !sent) {
            co_return sent;
        }
        INVARIANT(next < originals.end, "{} letters from offset {} on", originals.end - next, next);
        next = originals.end;
    }
    co_return Result<void>();
}

}  // namespace

bool has_dead_letters(const ClusterImage& image, const ShareGroupSettings& group) {
    return !group.dead_letter_topic.empty() && has_share_groups(image.features) &&
           image.features.level(share_version) >= 2;
}

Result<void> check_dead_letter_topic(const ClusterImage& image, const SharesConfig& config,
                                     std::string_view topic) {
    if (topic.empty() || topic.starts_with("__") || !topic.starts_with(config.dead_letter_prefix)) {
        return fail(ErrorCode::invalid_config,
                    "errors.deadletterqueue.topic.name is \"{}\"; it must begin with \"{}\" "
                    "(errors.deadletterqueue.topic.name.prefix) and not with \"__\"",
                    topic, config.dead_letter_prefix);
    }
    const auto* found = image.topic(topic);
    if (found == nullptr) {
        if (!config.dead_letter_topics_auto_create) {
            return fail(
                ErrorCode::invalid_config,
                "there is no topic {}, and errors.deadletterqueue.auto.create.topics.enable "
                "is false",
                topic);
        }
        return {};
    }
    const auto set = found->configs.find(enable);
    if (set == found->configs.end() || set->second != "true") {
        return fail(ErrorCode::invalid_config, "{} of topic {} is not true", enable, topic);
    }
    return {};
}

awaitable<void> bury(Services& services, BrokerShard& shard, SharePartitionKey key,
                     share::DeadLetters letters) {
    const auto written = co_await write_letters(services, shard, key, letters);
    auto& counters = shard.shares->counters();
    auto& counter = written ? counters.dead_letters_written : counters.dead_letters_lost;
    counter += static_cast<std::uint64_t>(letters.last - letters.first + 1);
    if (!written) {
        services.log.error(
            "the offsets {} to {} of partition {} of topic {}, which group {} is done with, are "
            "not "
            "in its dead letter queue: {}",
            letters.first, letters.last, key.at.partition, key.at.topic, key.group,
            written.error().message);
    }
}

}  // namespace barnabas::broker
