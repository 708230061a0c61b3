#pragma once

#include "unit/coordinator/group_world.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::coordinator::testing {

/// A partition of __consumer_offsets with share groups, and the share coordinators beside it.
class ShareWorld : public GroupWorld {
public:
    using Request = wire::ShareGroupHeartbeatRequest;
    using Response = wire::ShareGroupHeartbeatResponse;
    using TopicPartition = std::pair<Uuid, std::int32_t>;

    /// What share coordinators have a state of, with its start offset.
    std::map<TopicPartition, std::int64_t> states;
    /// Partitions that they refuse to initialize.
    std::set<TopicPartition> refused;
    /// Nobody answers: what was asked waits here.
    bool share_coordinators_are_down = false;
    std::vector<wire::InitializeShareGroupStateRequest> unanswered;

    Response share_beat(const Request& request) {
        Told out;
        auto reply = groups->heartbeat(request, client(1), now, out);
        carry_out(out);
        return reply;
    }
    void carry_out(Told& out) {
        std::ranges::move(out.events, std::back_inserter(told.events));
        for (auto& request : out.initialize) {
            if (share_coordinators_are_down) {
                unanswered.push_back(std::move(request));
            } else {
                answer(request);
            }
        }
    }
    void answer(const wire::InitializeShareGroupStateRequest& request) {
        const auto stored = groups->initialized(request, initialize(request), now);
        EXPECT_TRUE(stored || sink.error);
    }
    wire::InitializeShareGroupStateResponse initialize(
        const wire::InitializeShareGroupStateRequest& request) {
        wire::InitializeShareGroupStateResponse response;
        for (const auto& topic : request.topics) {
            auto& result = response.results.emplace_back();
            result.topic_id = topic.topic_id;
            for (const auto& partition : topic.partitions) {
                const TopicPartition at{topic.topic_id, partition.partition};
                auto& one = result.partitions.emplace_back();
                one.partition = partition.partition;
                if (refused.contains(at)) {
                    one.error_code = std::to_underlying(ErrorCode::coordinator_not_available);
                    one.error_message = "the test says so";
                } else {
                    states[at] = partition.start_offset;
                }
            }
        }
        return response;
    }
    void remove_states(const wire::DeleteShareGroupStateRequest& request) {
        for (const auto& topic : request.topics) {
            for (const auto& partition : topic.partitions) {
                states.erase({topic.topic_id, partition.partition});
            }
        }
    }
    void run_share_timers() {
        Told out;
        while (groups->run_due(now, out)) {
        }
        carry_out(out);
    }

    void change_topic(const std::string& name, std::int32_t partitions) {
        topics.put(name, partitions);
        groups->topics_changed(std::vector{name});
    }
    void remove_topic(const std::string& name) {
        const auto topic = topics.find(name);
        topics.remove(name);
        groups->topics_changed(std::vector{name});
        std::erase_if(states, [&](const auto& state) { return state.first.first == topic->id; });
        const DeletedTopic gone{.name = name, .id = topic->id};
        EXPECT_TRUE(groups->remove_topics(std::span(&gone, 1), now));
    }

    [[nodiscard]] const ShareGroup* share_group(std::string_view id = "g") const {
        return groups->groups().find_as<ShareGroup>(id);
    }
    /// Everything that the group's records say, as text.
    [[nodiscard]] std::string share_state(std::string_view id = "g") const {
        const ShareGroup* const group = share_group(id);
        if (group == nullptr) {
            return "none";
        }
        std::string text = fmt::format("{} epoch {} hash {} assignment {} at {}\n",
                                       group->state_name(), group->epoch(), group->metadata_hash(),
                                       group->assignment_epoch(), group->assigned_at());
        for (const auto& [member_id, member] : group->members()) {
            text +=
                fmt::format("{} in {} {}/{} {} | {} | {} {} {}\n", member_id,
                            member.rack_id.value_or("-"), member.epoch, member.previous_epoch,
                            text_of(member.assigned), text_of(group->target_of(member_id)),
                            fmt::join(member.topics, ","), member.client_id, member.client_host);
        }
        return text + partitions_text(group->partitions());
    }
    /// "initializing t:0,1 initialized t:2 deleting u"
    [[nodiscard]] static std::string partitions_text(const SharePartitions& partitions) {
        std::string text = "initializing";
        const auto add = [&text](const SharePartitions::Topics& topics) {
            for (const auto& [id, topic] : topics) {
                text += fmt::format(" {}:{}", topic.name, fmt::join(topic.partitions, ","));
            }
        };
        add(partitions.initializing);
        text += " initialized";
        add(partitions.initialized);
        text += " deleting";
        for (const auto& [id, name] : partitions.deleting) {
            text += fmt::format(" {}", name);
        }
        return text;
    }
};

inline wire::ShareGroupHeartbeatRequest share_join(const std::string& member,
                                                   std::vector<std::string> topics = {"a"}) {
    wire::ShareGroupHeartbeatRequest request;
    request.group_id = "g";
    request.member_id = member;
    request.subscribed_topic_names = std::move(topics);
    return request;
}

inline wire::ShareGroupHeartbeatRequest share_beat_of(const std::string& member,
                                                      std::int32_t epoch) {
    wire::ShareGroupHeartbeatRequest request;
    request.group_id = "g";
    request.member_id = member;
    request.member_epoch = epoch;
    return request;
}

/// "1-0 1-1": partitions 0 and 1 of the topic with id 1; "-" if the reply brings no assignment.
inline std::string assigned_in(const wire::ShareGroupHeartbeatResponse& reply) {
    return reply.assignment ? text_of(assignment_from(reply.assignment->topic_partitions)) : "-";
}

}  // namespace barnabas::coordinator::testing
