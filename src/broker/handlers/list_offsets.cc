// ListOffsets. Versions 0-11; 1 answers one offset instead of a list, 2 knows isolation levels, 4
// the leader epoch, 7 the largest timestamp (-3), 8 the earliest local offset (-4), 9 the last
// tiered one (-5), 11 the earliest that waits for upload (-6).
#include "wire/messages/list_offsets.h"

#include "broker/handlers/handlers.h"
#include "broker/scatter.h"

#include <algorithm>

namespace barnabas::broker {
namespace {

using wire::ListOffsetsRequest;
using wire::ListOffsetsResponse;
using Answer = ListOffsetsResponse::Topic::Partition;

/// A lookup that goes from the index of times to that of offsets and to the batches, in a segment
/// or two. When memory is so short that what was brought in is gone again, the shard waits after
/// all.
constexpr int cold_rounds_max = 8;
/// So long a lookup may wait for its disk; then the client is told to try again, and the others of
/// its request are answered well before it gives up.
constexpr Duration cold_wait_max = 5s;

struct Item {
    const TopicImage* topic = nullptr;
    const ListOffsetsRequest::Topic::Partition* asked = nullptr;
    BrokerShard* owner = nullptr;
    ErrorCode error = ErrorCode::none;
    log::FoundOffset found;
    std::optional<log::ColdPart> cold;  // it is to be looked up again with that in memory
};

/// Whether this version of the request knows the special value: a client that sends one that is
/// younger may not understand the answer.
bool is_known(std::int64_t timestamp, std::int16_t version) {
    using replication::Partition;
    const Timestamp asked{timestamp};
    return asked == Partition::asks_max_timestamp             ? version >= 7
           : asked == Partition::asks_earliest_local          ? version >= 8
           : asked == Partition::asks_latest_tiered           ? version >= 9
           : asked == Partition::asks_earliest_pending_upload ? version >= 11
                                                              : true;
}

Item make_item(const Call& call, const TopicImage* topic,
               const ListOffsetsRequest::Topic::Partition& asked) {
    Item item{.topic = topic, .asked = &asked, .found = {}, .cold = {}};
    const PartitionId number{asked.partition_index};
    const auto* partition = topic == nullptr ? nullptr : topic->partition(number);
    if (!is_known(asked.timestamp, call.version)) {
        item.error = ErrorCode::unsupported_version;
    } else if (partition == nullptr) {
        item.error = ErrorCode::unknown_topic_or_partition;
    } else if (partition->why_offline) {
        item.error = ErrorCode::kafka_storage_error;
    } else if (partition->leader != call.services.node) {
        item.error = ErrorCode::not_leader_or_follower;
    } else {
        item.owner = &call.services.owner(topic->id, number);
    }
    return item;
}

/// On the owner's shard.
void look_up(Item& item, bool read_committed, bool may_wait) {
    const PartitionId number{item.asked->partition_index};
    auto* partition = item.owner->partitions.find(item.topic->id, number);
    if (partition == nullptr) {
        item.error = item.owner->why_not_here(item.topic->id, number).code;
        return;
    }
    if (const auto stale = partition->check_epoch(LeaderEpoch{item.asked->current_leader_epoch})) {
        item.error = *stale;
        return;
    }
    const Timestamp asked{item.asked->timestamp};
    auto found = partition->find_offset(asked, read_committed, may_wait);
    if (!found) {
        item.error = found.error().code;
        return;
    }
    item.found = found->found;
    item.cold = std::move(found->cold);
}

std::vector<log::ColdPart> cold_parts(const std::vector<Item>& items) {
    std::vector<log::ColdPart> parts;
    for (const auto& item : items) {
        if (item.cold) {
            parts.push_back(*item.cold);
        }
    }
    return parts;
}

/// Each on the shard that owns it; again with what is not in memory, once that was brought in.
awaitable<void> look_up_all(Call& call, std::vector<Item>& items, bool read_committed) {
    std::vector<runtime::Shard*> shards;
    for (const auto& item : items) {
        if (item.owner != nullptr &&
            std::ranges::find(shards, &item.owner->shard) == shards.end()) {
            shards.push_back(&item.owner->shard);
        }
    }
    auto& home = call.home;
    const Time deadline = home.shard.clock().now() + cold_wait_max;
    for (int round = 0;; ++round) {
        const bool is_last = home.stopping || home.shard.clock().now() >= deadline;
        std::function<void(std::size_t)> work = [&, round](std::size_t target) {
            for (auto& item : items) {
                const bool due = round == 0 || item.cold;
                if (due && item.owner != nullptr && &item.owner->shard == shards[target]) {
                    item.cold.reset();
                    look_up(item, read_committed, round == cold_rounds_max && !is_last);
                }
            }
        };
        co_await scatter(home.shard, shards, work);
        auto parts = cold_parts(items);
        if (parts.empty()) {
            co_return;
        }
        const auto reads = home.cold_reads.start(std::move(parts));
        if (is_last || round >= cold_rounds_max) {
            break;
        }
        co_await home.cold_reads.wait_for(reads, deadline);
    }
    for (auto& item : items) {
        if (item.cold) {
            item.error = ErrorCode::request_timed_out;
        }
    }
}

Answer answer_of(Call& call, const Item& item) {
    Answer answer;
    answer.partition_index = item.asked->partition_index;
    answer.error_code = static_cast<std::int16_t>(item.error);
    call.count_error(item.error);
    if (call.version == 0) {
        if (item.error == ErrorCode::none && item.found.offset != no_offset) {
            answer.old_style_offsets = {item.found.offset.get()};
        }
        return answer;
    }
    answer.timestamp = item.found.timestamp.get();
    answer.offset = item.found.offset.get();
    answer.leader_epoch = item.found.epoch.get();
    return answer;
}

}  // namespace

awaitable<ListOffsetsResponse> handle_list_offsets(Call& call, ListOffsetsRequest& request) {
    const ClusterImagePtr image = call.home.image;
    std::vector<Item> items;
    for (const auto& topic : request.topics) {
        for (const auto& partition : topic.partitions) {
            items.push_back(make_item(call, image->topic(topic.name), partition));
        }
    }
    co_await look_up_all(call, items, request.isolation_level == 1);

    ListOffsetsResponse response;
    auto item = items.begin();
    for (const auto& topic : request.topics) {
        auto& answers = response.topics.emplace_back();
        answers.name = topic.name;
        for (std::size_t i = 0; i < topic.partitions.size(); ++i, ++item) {
            answers.partitions.push_back(answer_of(call, *item));
        }
    }
    co_return response;
}

}  // namespace barnabas::broker
