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

/// Looks up, each on the shard that owns it: all of them at first, then those that had to wait.
struct Lookup {
    runtime::Shard& home;
    std::vector<Item>& items;
    std::vector<runtime::Shard*> shards{};  // that own them
    bool read_committed = false;
};

awaitable<std::vector<log::ColdPart>> look_up_each(Lookup& lookup, bool again, bool may_wait) {
    std::function<void(std::size_t)> work = [&lookup, again, may_wait](std::size_t target) {
        for (auto& item : lookup.items) {
            const bool due = !again || item.cold;
            if (due && item.owner != nullptr && &item.owner->shard == lookup.shards[target]) {
                item.cold.reset();
                look_up(item, lookup.read_committed, may_wait);
            }
        }
    };
    co_await scatter(lookup.home, lookup.shards, work);
    co_return cold_parts(lookup.items);
}

awaitable<void> look_up_all(Call& call, std::vector<Item>& items, bool read_committed) {
    auto& home = call.home;
    Lookup lookup{.home = home.shard, .items = items, .read_committed = read_committed};
    for (const auto& item : items) {
        if (item.owner != nullptr &&
            std::ranges::find(lookup.shards, &item.owner->shard) == lookup.shards.end()) {
            lookup.shards.push_back(&item.owner->shard);
        }
    }
    auto cold = co_await look_up_each(lookup, false, false);
    ColdReads::Look look = [&lookup](bool may_wait) {
        return look_up_each(lookup, true, may_wait);
    };
    ColdReads::Wait wait = [&home,
                            until = home.shard.clock().now() + cold_wait_max](ColdReadList reads) {
        return home.cold_reads.wait_for(std::move(reads), until);
    };
    const bool all_found =
        co_await home.cold_reads.warm_up(std::move(cold), std::move(look), std::move(wait));
    if (all_found) {
        co_return;
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
