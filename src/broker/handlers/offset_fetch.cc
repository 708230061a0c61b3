// OffsetFetch. Versions 0-10; 2 asks for all topics with null and has an error for the whole, 5
// tells leader epochs (KIP-320), 7 may insist on offsets that no transaction holds back (KIP-447),
// 8 asks for several groups (KIP-709), 9 names the member (KIP-848), 10 has topic ids. Version 0,
// for which Kafka read ZooKeeper, reads what the coordinator has as well.
#include "wire/messages/offset_fetch.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/on_coordinator.h"
#include "broker/handlers/side_by_side.h"
#include "coordinator/offsets/replies.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace barnabas::broker {
namespace {

using wire::OffsetFetchRequest;
using wire::OffsetFetchResponse;
using Asked = OffsetFetchRequest::Group;
using Answer = OffsetFetchResponse::Group;

constexpr std::int16_t error_since = 2;
constexpr std::int16_t groups_since = 8;
constexpr std::int16_t topic_ids_since = 10;

/// The one group of an older request.
Asked group_of(OffsetFetchRequest& request) {
    Asked asked;
    asked.group_id = std::move(request.group_id);
    if (!request.topics) {
        asked.topics.reset();
        return asked;
    }
    for (auto& topic : *request.topics) {
        auto& added = asked.topics->emplace_back();
        added.name = std::move(topic.name);
        added.partition_indexes = std::move(topic.partition_indexes);
    }
    return asked;
}

void add_unknown_topic(Answer& to, const Asked::Topic& topic) {
    auto& answer = to.topics.emplace_back();
    answer.topic_id = topic.topic_id;
    for (const auto number : topic.partition_indexes) {
        auto& partition = answer.partitions.emplace_back();
        partition.partition_index = number;
        partition.committed_offset = -1;
        partition.error_code = std::to_underlying(ErrorCode::unknown_topic_id);
    }
}

/// Gives topics their names and ids. Those of which the id is not known are taken out of the
/// request and answered. Offsets of a name that is not known may still be there: no error.
Answer name_topics(const Call& call, Asked& asked) {
    Answer refused;
    if (!asked.topics) {
        return refused;
    }
    const auto& image = *call.home.image;
    std::erase_if(*asked.topics, [&](Asked::Topic& topic) {
        const bool by_id = call.version >= topic_ids_since;
        const auto* found = by_id ? image.topic(topic.topic_id) : image.topic(topic.name);
        if (found != nullptr) {
            topic.name = found->name;
            topic.topic_id = found->id;
        } else if (by_id) {
            add_unknown_topic(refused, topic);
        }
        return by_id && found == nullptr;
    });
    return refused;
}

/// Of all that the group has: without what belonged to an earlier topic of a name, each topic once.
void keep_present_topics(const Call& call, Answer& answer) {
    std::vector<Answer::Topic> present;
    for (auto& topic : answer.topics) {
        const auto* found = call.home.image->topic(topic.name);
        const bool earlier =
            found != nullptr && !topic.topic_id.is_zero() && topic.topic_id != found->id;
        if (found != nullptr && topic.topic_id.is_zero()) {
            topic.topic_id = found->id;
        }
        const bool without_id = call.version >= topic_ids_since && topic.topic_id.is_zero();
        if (earlier || without_id) {
            continue;
        }
        if (!present.empty() && present.back().name == topic.name) {
            auto& partitions = present.back().partitions;
            std::ranges::move(topic.partitions, std::back_inserter(partitions));
        } else {
            present.push_back(std::move(topic));
        }
    }
    answer.topics = std::move(present);
}

awaitable<void> fetch_group(Call& call, Asked& asked, bool require_stable, Answer& answer) {
    auto unknown = name_topics(call, asked);
    const auto refuse = [&asked](const Error& error) {
        return coordinator::refused(asked, error.code);
    };
    auto fetch = [&asked, version = call.version, require_stable](GroupPartition& group) {
        return group.fetch(asked, version, require_stable);
    };
    answer = co_await on_group<Answer>(call, asked.group_id, std::move(fetch), refuse);
    if (answer.error_code != 0) {
        call.count_error(static_cast<ErrorCode>(answer.error_code));
    } else if (!asked.topics) {
        keep_present_topics(call, answer);
    } else {
        std::ranges::move(unknown.topics, std::back_inserter(answer.topics));
    }
    for (const auto& topic : answer.topics) {
        for (const auto& partition : topic.partitions) {
            call.count_error(static_cast<ErrorCode>(partition.error_code));
        }
    }
}

/// Versions 0 and 1 have no place for the group's error but the partitions that were asked for.
void put_error_into_partitions(const Asked& asked, Answer& answer) {
    answer.topics.clear();
    for (const auto& topic : *asked.topics) {
        auto& refused = answer.topics.emplace_back();
        refused.name = topic.name;
        for (const auto number : topic.partition_indexes) {
            auto& partition = refused.partitions.emplace_back();
            partition.partition_index = number;
            partition.committed_offset = -1;
            partition.error_code = answer.error_code;
        }
    }
}

/// The response of an older version.
OffsetFetchResponse response_of(Answer answer) {
    OffsetFetchResponse response;
    response.error_code = answer.error_code;
    for (auto& topic : answer.topics) {
        auto& added = response.topics.emplace_back();
        added.name = std::move(topic.name);
        for (auto& partition : topic.partitions) {
            added.partitions.push_back({.partition_index = partition.partition_index,
                                        .committed_offset = partition.committed_offset,
                                        .committed_leader_epoch = partition.committed_leader_epoch,
                                        .metadata = std::move(partition.metadata),
                                        .error_code = partition.error_code,
                                        .unknown_tags = {}});
        }
    }
    return response;
}

}  // namespace

awaitable<OffsetFetchResponse> handle_offset_fetch(Call& call, OffsetFetchRequest& request) {
    if (call.version < groups_since) {
        auto asked = group_of(request);
        Answer answer;
        co_await fetch_group(call, asked, request.require_stable, answer);
        if (answer.error_code != 0 && call.version < error_since) {
            put_error_into_partitions(asked, answer);
        }
        co_return response_of(std::move(answer));
    }
    OffsetFetchResponse response;
    response.groups.resize(request.groups.size());
    auto fetch = [&](std::size_t i) {
        return fetch_group(call, request.groups[i], request.require_stable, response.groups[i]);
    };
    co_await side_by_side(call.home.shard, request.groups.size(), fetch);
    co_return response;
}

}  // namespace barnabas::broker
