// Members by KIP-848 against a coordinator that does what Kafka's does, in short.
#include "client/consumer/consumer_membership.h"
#include "unit/client/consumer/group_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>

namespace barnabas::client {
namespace {

constexpr Duration session = 3s;
using Partition = std::pair<Uuid, std::int32_t>;

class ConsumerCoordinator : public GroupModel::Coordinator {
public:
    explicit ConsumerCoordinator(const Layout& layout) {
        for (const auto& [topic, leaders] : layout.topics) {
            for (std::size_t i = 0; i < leaders.size(); ++i) {
                all_.emplace_back(topic_id(topic), static_cast<std::int32_t>(i));
            }
        }
    }

    void on_request(const GroupRequest& request, GroupModel::Reply reply, Time now) override {
        reply(answer(std::get<wire::ConsumerGroupHeartbeatRequest>(request), now));
    }
    void tick(Time now) override {
        const auto gone = std::erase_if(
            members_, [now](const auto& entry) { return now - entry.second.heard > session; });
        if (gone > 0) {
            deal();
        }
    }
    [[nodiscard]] bool counts(const ConsumerGroupMetadata& member) const override {
        const auto found = members_.find(member.member_id);
        return found != members_.end() && member.generation_id > 0 &&
               (member.generation_id == found->second.epoch ||
                member.generation_id == found->second.previous_epoch);
    }

private:
    struct Member {
        std::int32_t epoch = 0;
        std::int32_t previous_epoch = 0;
        std::set<Partition> target;
        std::set<Partition> assigned;  ///< given out, and not known to be given up
        std::set<Partition> told;      ///< what it was told last
        Time heard;
    };

    void deal() {
        ++group_epoch_;
        std::size_t turn = 0;
        for (auto& [id, member] : members_) {
            member.target.clear();
        }
        for (const Partition& partition : all_) {
            if (!members_.empty()) {
                auto member = members_.begin();
                std::advance(member, static_cast<std::ptrdiff_t>(turn++ % members_.size()));
                member->second.target.insert(partition);
            }
        }
    }

    static wire::ConsumerGroupHeartbeatResponse refuse(ErrorCode code) {
        wire::ConsumerGroupHeartbeatResponse response;
        response.error_code = static_cast<std::int16_t>(code);
        return response;
    }

    wire::ConsumerGroupHeartbeatResponse answer(const wire::ConsumerGroupHeartbeatRequest& request,
                                                Time now) {
        if (request.member_epoch < 0) {
            if (members_.erase(request.member_id) == 0) {
                return refuse(ErrorCode::unknown_member_id);
            }
            deal();
            wire::ConsumerGroupHeartbeatResponse response;
            response.member_epoch = request.member_epoch;
            return response;
        }
        if (request.member_epoch == 0) {
            EXPECT_TRUE(request.topic_partitions && request.topic_partitions->empty());
            EXPECT_TRUE(request.subscribed_topic_names);
            members_[request.member_id] = {};
            deal();
        } else if (!members_.contains(request.member_id)) {
            return refuse(ErrorCode::unknown_member_id);
        }
        Member& member = members_[request.member_id];
        if (request.member_epoch != 0 && request.member_epoch != member.epoch &&
            request.member_epoch != member.previous_epoch) {
            return refuse(ErrorCode::fenced_member_epoch);
        }
        member.heard = now;
        if (request.topic_partitions) {
            std::set<Partition> owned;
            for (const auto& topic : *request.topic_partitions) {
                for (const std::int32_t partition : topic.partitions) {
                    owned.emplace(topic.topic_id, partition);
                }
            }
            for (const Partition& partition : owned) {
                EXPECT_TRUE(member.assigned.contains(partition)) << "it owns what it never got";
            }
            // What it was told not to have, and does not have any more, is free.
            std::erase_if(member.assigned, [&](const Partition& partition) {
                return !member.told.contains(partition) && !owned.contains(partition);
            });
        }
        // A full request means that the last answer may not have arrived.
        const bool full = request.topic_partitions && request.subscribed_topic_names;
        return reconcile(member, request.member_epoch == 0, full);
    }

    wire::ConsumerGroupHeartbeatResponse reconcile(Member& member, bool joins, bool full) {
        std::set<Partition> next;
        std::ranges::set_intersection(member.assigned, member.target,
                                      std::inserter(next, next.end()));
        const bool gives_up = next.size() != member.assigned.size();
        if (!gives_up) {
            for (const Partition& partition : member.target) {
                const bool taken = std::ranges::any_of(members_, [&](const auto& other) {
                    return &other.second != &member && other.second.assigned.contains(partition);
                });
                if (!taken) {
                    next.insert(partition);
                }
            }
            member.assigned = next;
            if (member.epoch != group_epoch_) {
                member.previous_epoch = joins ? 0 : member.epoch;
                member.epoch = group_epoch_;
            }
        }
        wire::ConsumerGroupHeartbeatResponse response;
        response.member_epoch = member.epoch;
        response.heartbeat_interval_ms = 300;
        if (next != member.told || full) {
            member.told = next;
            auto& assignment = response.assignment.emplace();
            for (const auto& [id, partition] : next) {
                assignment.topic_partitions.push_back({.topic_id = id, .partitions = {partition}});
            }
        }
        return response;
    }

    std::vector<Partition> all_;
    std::map<std::string, Member> members_;
    std::int32_t group_epoch_ = 0;
};

TEST(ConsumerMembershipModel, EverybodyGetsHisShareWhateverHappens) {
    const unsigned seed = std::random_device{}();
    for (unsigned i = 0; i < 40; ++i) {
        SCOPED_TRACE(fmt::format("seed {}", seed + i));
        Layout layout;
        layout.topics["a"].resize(5);
        layout.topics["b"].resize(3);
        ConsumerCoordinator coordinator(layout);
        GroupModel model(seed + i, coordinator, layout, [](std::size_t number) {
            return std::make_unique<ConsumerMembership>(MembershipSettings{.group_id = "g",
                                                                           .group_instance_id = {},
                                                                           .rack = {},
                                                                           .poll_interval_max = 2s,
                                                                           .remote_assignor = {}},
                                                        fmt::format("m{}", number));
        });
        model.run(2000, 2000);
        if (HasFailure()) {
            return;
        }
    }
}

}  // namespace
}  // namespace barnabas::client
