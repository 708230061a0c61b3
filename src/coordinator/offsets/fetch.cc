// What OffsetFetch and OffsetDelete come to.
#include "coordinator/offsets/offsets.h"
#include "coordinator/offsets/replies.h"

#include <algorithm>
#include <utility>

namespace barnabas::coordinator {

namespace {

using FetchTopic = wire::OffsetFetchResponse::Group::Topic;

FetchTopic::Partition nothing_of(std::int32_t partition, ErrorCode error = ErrorCode::none) {
    FetchTopic::Partition none;
    none.partition_index = partition;
    none.committed_offset = -1;
    none.error_code = std::to_underlying(error);
    return none;
}

FetchTopic::Partition reply_of(std::int32_t partition, const CommittedOffset& offset) {
    FetchTopic::Partition reply;
    reply.partition_index = partition;
    reply.committed_offset = offset.offset;
    reply.committed_leader_epoch = offset.leader_epoch;
    reply.metadata = std::string(offset.metadata);
    return reply;
}

/// An id that is not known says nothing.
bool is_another_topic(const Uuid& a, const Uuid& b) {
    return !a.is_zero() && !b.is_zero() && a != b;
}

/// Whether offsets may be deleted at all (Group.validateOffsetDelete).
ErrorCode check_remove(const Group* group) {
    if (group == nullptr || group->type() == GroupType::share) {
        return ErrorCode::group_id_not_found;
    }
    if (group->type() != GroupType::classic) {
        return ErrorCode::none;
    }
    const auto checked = group->check_delete();
    if (checked) {
        return ErrorCode::none;
    }
    // What its members read is known of consumers: then each topic is judged on its own.
    const bool known =
        checked.error().code == ErrorCode::non_empty_group && group->protocol_type() == "consumer";
    return known ? ErrorCode::none : checked.error().code;
}

}  // namespace

wire::OffsetFetchResponse::Group Offsets::fetch(const wire::OffsetFetchRequest::Group& request,
                                                std::int16_t version, bool require_stable) const {
    const Group* const group = ports_.groups.find(request.group_id);
    if (group != nullptr) {
        const auto checked = group->check_fetch(
            {.member_id =
                 request.member_id ? std::string_view(*request.member_id) : std::string_view(),
             .instance_id = std::nullopt,
             .generation_or_epoch = request.member_epoch,
             .version = version,
             .transactional = false,
             .names_member = request.member_id.has_value()});
        if (!checked && checked.error().code != ErrorCode::group_id_not_found) {
            return refused(request, checked.error().code);
        }
    }
    if (!request.topics) {
        return fetch_all(request.group_id, require_stable);
    }
    wire::OffsetFetchResponse::Group reply;
    reply.group_id = request.group_id;
    reply.topics.reserve(request.topics->size());
    for (const auto& topic : *request.topics) {
        auto& answer = reply.topics.emplace_back();
        answer.topic_id = topic.topic_id;
        answer.name = topic.name;
        answer.partitions.reserve(topic.partition_indexes.size());
        for (const auto partition : topic.partition_indexes) {
            const OffsetPlace at{
                .group = request.group_id, .topic = topic.name, .partition = partition};
            const auto offset = committed_.find(at);
            if (require_stable && pending_.contains(at)) {
                answer.partitions.push_back(
                    nothing_of(partition, ErrorCode::unstable_offset_commit));
            } else if (!offset || is_another_topic(offset->topic_id, topic.topic_id)) {
                answer.partitions.push_back(nothing_of(partition));
            } else {
                answer.partitions.push_back(reply_of(partition, *offset));
            }
        }
    }
    return reply;
}

wire::OffsetFetchResponse::Group Offsets::fetch_all(std::string_view group,
                                                    bool require_stable) const {
    wire::OffsetFetchResponse::Group reply;
    reply.group_id = group;
    const auto* const topics = committed_.find_group(group);
    if (topics == nullptr) {
        return reply;
    }
    for (const auto& [name, offsets] : *topics) {
        const auto first = static_cast<std::ptrdiff_t>(reply.topics.size());
        offsets.for_each([&](std::int32_t partition, const CommittedOffset& offset) {
            auto answer = std::find_if(
                reply.topics.begin() + first, reply.topics.end(),
                [&](const FetchTopic& topic) { return topic.topic_id == offset.topic_id; });
            if (answer == reply.topics.end()) {
                answer = reply.topics.insert(answer, FetchTopic{.topic_id = offset.topic_id,
                                                                .name = name,
                                                                .partitions = {},
                                                                .unknown_tags = {}});
            }
            const bool unstable =
                require_stable &&
                pending_.contains({.group = group, .topic = name, .partition = partition});
            answer->partitions.push_back(
                unstable ? nothing_of(partition, ErrorCode::unstable_offset_commit)
                         : reply_of(partition, offset));
        });
    }
    return reply;
}

Outcome<wire::OffsetDeleteResponse> Offsets::remove(
    const wire::OffsetDeleteRequest& request) const {
    if (request.group_id.empty()) {
        return {.reply = refused(request, ErrorCode::invalid_group_id)};
    }
    const Group* const group = ports_.groups.find(request.group_id);
    if (const auto error = check_remove(group); error != ErrorCode::none) {
        return {.reply = refused(request, error)};
    }
    Outcome<wire::OffsetDeleteResponse> out;
    out.reply.topics.reserve(request.topics.size());
    for (const auto& topic : request.topics) {
        auto& reply = out.reply.topics.emplace_back();
        reply.name = topic.name;
        const bool is_read = group->is_subscribed_to(topic.name);
        for (const auto& [partition] : topic.partitions) {
            reply.partitions.push_back(
                {.partition_index = partition,
                 .error_code = std::to_underlying(is_read ? ErrorCode::group_subscribed_to_topic
                                                          : ErrorCode::none)});
            const OffsetPlace at{
                .group = request.group_id, .topic = topic.name, .partition = partition};
            if (!is_read && (committed_.find(at) || pending_.contains(at))) {
                out.records.push_back(offset_tombstone(at));
            }
        }
    }
    return out;
}

}  // namespace barnabas::coordinator
