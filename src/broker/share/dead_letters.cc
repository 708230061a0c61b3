#include "broker/share/dead_letters.h"

#include "broker/coordinators/state_partition.h"
#include "broker/share/led_share_partition.h"
#include "broker/topic_service.h"
#include "wire/messages/produce.h"
#include "wire/records/batch_builder.h"
#include "wire/records/record_reader.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace barnabas::broker {
namespace {

constexpr Duration patience = 30s;              // as producers have (delivery.timeout.ms is longer)
constexpr std::uint32_t read_bytes = 1 << 20;   // at once
constexpr std::size_t batch_bytes = 256 << 10;  // before another batch is begun
constexpr std::size_t unpacked_max = 256 << 20;

constexpr std::string_view enable = "errors.deadletterqueue.group.enable";

struct Original {
    std::string key;
    std::string value;
    bool has_key = false;
    bool has_value = false;
    std::vector<std::pair<std::string, std::optional<std::string>>> headers{};
};
using Originals = std::map<Offset, Original>;

Original copy_of(const wire::RecordView& record) {
    Original copy{.key = std::string(record.key ? as_text(*record.key) : ""),
                  .value = std::string(record.value ? as_text(*record.value) : ""),
                  .has_key = record.key.has_value(),
                  .has_value = record.value.has_value()};
    for (const auto& header : record.headers) {
        auto value = header.value ? std::optional(std::string(as_text(*header.value)))
                                  : std::optional<std::string>();
        copy.headers.emplace_back(std::string(header.key), std::move(value));
    }
    return copy;
}

/// On the blocking pool: what the slice holds of the wanted records, and where it ends.
Result<Offset> unpack(const runtime::FileSlice& slice, const share::DeadLetters& wanted,
                      Originals& into) {
    ByteBuffer bytes;
    bytes.resize(slice.size);
    TRY_ASSIGN(const auto got, slice.file->read_at(slice.position, bytes.mutable_view()));
    wire::BatchCursor batches(bytes.view().first(got));
    wire::RecordReader reader;
    Offset end = no_offset;
    while (true) {
        TRY_ASSIGN(const auto batch, batches.next());
        if (!batch) {
            return end;
        }
        end = batch->next_offset();
        if (batch->is_control() || batch->last_offset() < wanted.first) {
            continue;
        }
        TRY(reader.start(*batch, unpacked_max));
        wire::RecordView record;
        while (true) {
            TRY_ASSIGN(const bool more, reader.next(record));
            if (!more) {
                break;
            }
            if (record.offset >= wanted.first && record.offset <= wanted.last) {
                into.emplace(record.offset, copy_of(record));
            }
        }
    }
}

/// The records themselves, as far as the log still has them.
awaitable<Result<Originals>> read_originals(BrokerShard& shard, SharedPartition at,
                                            share::DeadLetters wanted) {
    Originals found;
    Offset from = wanted.first;
    const Time until = shard.shard.clock().now() + patience;
    while (from <= wanted.last && !shard.stopping && shard.shard.clock().now() < until) {
        auto* partition = shard.partitions.find(at.topic, at.partition);
        if (partition == nullptr) {
            co_return std::unexpected(shard.why_not_here(at.topic, at.partition));
        }
        from = std::max(from, partition->log().log_start());
        if (from >= partition->log().high_watermark()) {
            break;
        }
        auto read = partition->read({.offset = from,
                                     .max_bytes = read_bytes,
                                     .at_least_one_batch = true,
                                     .may_wait = false});
        if (read.error != ErrorCode::none) {
            co_return fail(read.error, "the records from offset {} cannot be read", from);
        }
        if (read.cold) {
            auto reads = shard.cold_reads.start({std::move(*read.cold)});
            co_await shard.cold_reads.wait_for(std::move(reads), until);
            continue;
        }
        if (read.records.size == 0) {
            break;
        }
        auto work = [slice = read.records, wanted, &found] { return unpack(slice, wanted, found); };
        const auto end = co_await runtime::run_blocking(shard.shard, std::move(work));
        if (!end) {
            co_return fail(end.error().code, "{}", end.error().message);
        }
        if (*end <= from) {
            break;
        }
        from = *end;
    }
    co_return found;
}

/// What is said of every record of one batch of letters.
struct Envelope {
    std::string topic;
    std::string partition;
    std::string group;
    std::string delivery_count;
    std::string_view message;
};

Result<void> add_letter(wire::BatchBuilder& builder, const Envelope& envelope, Offset offset,
                        const Original* original, Timestamp now) {
    namespace header = dead_letter_header;
    const auto number = fmt::format("{}", offset);
    std::vector<wire::RecordHeader> headers;
    if (original != nullptr) {
        for (const auto& [key, value] : original->headers) {
            headers.push_back({key, value ? wire::NullableBytes(as_bytes(*value)) : std::nullopt});
        }
    }
    headers.push_back({header::topic, as_bytes(envelope.topic)});
    headers.push_back({header::partition, as_bytes(envelope.partition)});
    headers.push_back({header::offset, as_bytes(number)});
    headers.push_back({header::group, as_bytes(envelope.group)});
    headers.push_back({header::delivery_count, as_bytes(envelope.delivery_count)});
    headers.push_back({header::message, as_bytes(envelope.message)});
    wire::BatchBuilder::Record record{.timestamp = now, .key = {}, .value = {}, .headers = headers};
    if (original != nullptr) {
        if (original->has_key) {
            record.key = as_bytes(original->key);
        }
        if (original->has_value) {
            record.value = as_bytes(original->value);
        }
    }
    return builder.append(Offset{builder.count()}, record);
}

/// On the shard that owns the queue's partition.
awaitable<Result<void>> append(BrokerShard& owner, SharedPartition to, ByteBuffer batch) {
    const Time until = owner.shard.clock().now() + patience;
    StatePartition place({.shard = owner, .topic = to.topic, .number = to.partition});
    if (auto ready = co_await place.ready(until); !ready) {
        co_return ready;
    }
    auto* partition = owner.partitions.find(to.topic, to.partition);
    if (partition == nullptr) {
        co_return std::unexpected(owner.why_not_here(to.topic, to.partition));
    }
    const auto outcome = partition->produce({.records = batch.mutable_view(),
                                             .version = wire::ProduceRequest::versions.last,
                                             .acks_all = true,
                                             .now = owner.shard.clock().both()},
                                            owner.validator);
    if (outcome.error != ErrorCode::none) {
        co_return fail(outcome.error, "{}", outcome.message);
    }
    if (outcome.flush_to) {
        std::vector<Flusher::Wanted> wanted{
            {.topic = to.topic, .partition = to.partition, .end = *outcome.flush_to}};
        const auto flushed = co_await owner.flusher.flush(std::move(wanted), until);
        if (flushed.front().error) {
            co_return std::unexpected(*flushed.front().error);
        }
    }
    co_return Result<void>();
}

awaitable<Result<void>> send(Services& services, BrokerShard& shard, SharedPartition to,
                             ByteBuffer batch) {
    auto& owner = services.owner(to.topic, to.partition);
    auto work = [&owner, to, &batch] { return append(owner, to, std::move(batch)); };
    co_return co_await runtime::await_on(shard.shard, owner.shard, work);
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
    Result<Originals> originals = Originals();
    if (group.dead_letter_copies_record) {
        originals = co_await read_originals(shard, key.at, letters);
        if (!originals) {
            services.log.warn("dead letters of group {} go without their records: {}", key.group,
                              originals.error().message);
            originals = Originals();
        }
    }
    const Envelope envelope{.topic = source->name,
                            .partition = fmt::format("{}", key.at.partition),
                            .group = key.group,
                            .delivery_count = fmt::format("{}", letters.delivery_count),
                            .message = letters.rejected
                                           ? "The record was rejected by its consumer"
                                           : "The record was delivered as often as it may be"};
    for (Offset next = letters.first; next <= letters.last;) {
        ByteBuffer batch;
        wire::BatchBuilder builder;
        builder.start(batch, {});
        for (; next <= letters.last && builder.uncompressed_size() < batch_bytes; ++next) {
            const auto found = originals->find(next);
            const auto* original = found == originals->end() ? nullptr : &found->second;
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
