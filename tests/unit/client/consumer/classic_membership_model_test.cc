// Members of the classic protocol against a coordinator that does what Kafka's does, in short.
#include "client/consumer/classic_membership.h"
#include "unit/client/consumer/group_model.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace barnabas::client {
namespace {

constexpr Duration session = 3s;
constexpr Duration rebalance = 2s;

class ClassicCoordinator : public GroupModel::Coordinator {
public:
    void on_request(const GroupRequest& request, GroupModel::Reply reply, Time now) override {
        if (const auto* join = std::get_if<wire::JoinGroupRequest>(&request)) {
            on_join(*join, std::move(reply), now);
        } else if (const auto* sync = std::get_if<wire::SyncGroupRequest>(&request)) {
            on_sync(*sync, std::move(reply), now);
        } else if (const auto* beat = std::get_if<wire::HeartbeatRequest>(&request)) {
            wire::HeartbeatResponse response;
            response.error_code = static_cast<std::int16_t>(judge(*beat, now));
            reply(response);
        } else if (const auto* leave = std::get_if<wire::LeaveGroupRequest>(&request)) {
            remove(leave->members.at(0).member_id, now);
            reply(wire::LeaveGroupResponse());
        }
    }

    void tick(Time now) override {
        for (auto it = members_.begin(); it != members_.end();) {
            const bool waits = static_cast<bool>(it->second.join);
            const bool late = phase_ == Phase::preparing && now >= rebalance_by_ && !waits;
            if (late || (!waits && now - it->second.heard > session)) {
                const std::string id = (it++)->first;
                remove(id, now);
            } else {
                ++it;
            }
        }
        complete_if_all_are_there(now);
    }

    [[nodiscard]] bool counts(const ConsumerGroupMetadata& member) const override {
        return members_.contains(member.member_id) && member.generation_id == generation_;
    }

private:
    enum class Phase { empty, preparing, completing, stable };
    struct Member {
        std::map<std::string, ByteBuffer> protocols;
        ByteBuffer share;
        GroupModel::Reply join;
        GroupModel::Reply sync;
        Time heard;
    };

    void on_join(const wire::JoinGroupRequest& request, GroupModel::Reply reply, Time now) {
        wire::JoinGroupResponse response;
        if (request.member_id.empty()) {
            response.member_id = fmt::format("m{}", next_id_++);
            response.error_code = static_cast<std::int16_t>(ErrorCode::member_id_required);
            given_.insert(response.member_id);
            reply(response);
            return;
        }
        if (!members_.contains(request.member_id) && !given_.erase(request.member_id)) {
            response.error_code = static_cast<std::int16_t>(ErrorCode::unknown_member_id);
            reply(response);
            return;
        }
        Member& member = members_[request.member_id];
        member.heard = now;
        member.join = std::move(reply);
        member.protocols.clear();
        for (const auto& protocol : request.protocols) {
            member.protocols[protocol.name].append(protocol.metadata);
        }
        if (phase_ != Phase::preparing) {
            prepare(now);
        }
        complete_if_all_are_there(now);
    }

    void prepare(Time now) {
        phase_ = Phase::preparing;
        rebalance_by_ = now + rebalance;
        for (auto& [id, member] : members_) {
            if (auto sync = std::exchange(member.sync, nullptr)) {
                wire::SyncGroupResponse response;
                response.error_code = static_cast<std::int16_t>(ErrorCode::rebalance_in_progress);
                sync(response);
            }
        }
    }

    void complete_if_all_are_there(Time now) {
        if (phase_ != Phase::preparing || members_.empty()) {
            return;
        }
        for (const auto& [id, member] : members_) {
            if (!member.join) {
                return;
            }
        }
        ++generation_;
        phase_ = Phase::completing;
        leader_ = members_.begin()->first;
        const std::string protocol = members_.begin()->second.protocols.begin()->first;
        for (auto& [id, member] : members_) {
            wire::JoinGroupResponse response;
            response.generation_id = generation_;
            response.protocol_type = "consumer";
            response.protocol_name = protocol;
            response.leader = leader_;
            response.member_id = id;
            for (const auto& [other, state] : members_) {
                if (id == leader_) {
                    response.members.push_back(
                        {.member_id = other, .metadata = state.protocols.at(protocol).view()});
                }
            }
            member.heard = now;
            std::exchange(member.join, nullptr)(response);
        }
    }

    void on_sync(const wire::SyncGroupRequest& request, GroupModel::Reply reply, Time now) {
        wire::SyncGroupResponse response;
        const ErrorCode code = judge(request, now);
        if (code != ErrorCode::none) {
            response.error_code = static_cast<std::int16_t>(code);
            reply(response);
            return;
        }
        members_[request.member_id].sync = std::move(reply);
        if (request.member_id == leader_ && phase_ == Phase::completing) {
            for (const auto& share : request.assignments) {
                members_[share.member_id].share.clear();
                members_[share.member_id].share.append(share.assignment);
            }
            phase_ = Phase::stable;
        }
        if (phase_ == Phase::stable) {
            for (auto& [id, member] : members_) {
                if (auto sync = std::exchange(member.sync, nullptr)) {
                    wire::SyncGroupResponse good;
                    good.assignment = member.share.view();
                    sync(good);
                }
            }
        }
    }

    template <class Request>
    ErrorCode judge(const Request& request, Time now) {
        const auto member = members_.find(request.member_id);
        if (member == members_.end()) {
            return ErrorCode::unknown_member_id;
        }
        if (request.generation_id != generation_) {
            return ErrorCode::illegal_generation;
        }
        member->second.heard = now;
        return phase_ == Phase::preparing ? ErrorCode::rebalance_in_progress : ErrorCode::none;
    }

    void remove(const std::string& id, Time now) {
        given_.erase(id);
        auto member = members_.extract(id);
        if (!member) {
            return;
        }
        const auto unknown = static_cast<std::int16_t>(ErrorCode::unknown_member_id);
        if (member.mapped().join) {
            wire::JoinGroupResponse response;
            response.error_code = unknown;
            member.mapped().join(response);
        }
        if (member.mapped().sync) {
            wire::SyncGroupResponse response;
            response.error_code = unknown;
            member.mapped().sync(response);
        }
        if (members_.empty()) {
            phase_ = Phase::empty;
        } else if (phase_ != Phase::preparing) {
            prepare(now);
        }
        complete_if_all_are_there(now);
    }

    Phase phase_ = Phase::empty;
    std::map<std::string, Member> members_;
    std::set<std::string> given_;
    std::string leader_;
    std::int32_t generation_ = 0;
    int next_id_ = 0;
    Time rebalance_by_{};
};

void run(unsigned seed, const std::string& strategy) {
    SCOPED_TRACE(fmt::format("seed {}, {}", seed, strategy));
    ClassicCoordinator coordinator;
    Layout layout;
    layout.topics["a"].resize(5);
    layout.topics["b"].resize(3);
    GroupModel model(seed, coordinator, layout, [&strategy](std::size_t /*number*/) {
        MembershipSettings settings{.group_id = "g",
                                    .group_instance_id = {},
                                    .rack = {},
                                    .session_timeout = session,
                                    .heartbeat_interval = 300ms,
                                    .poll_interval_max = rebalance,
                                    .remote_assignor = {}};
        return std::make_unique<ClassicMembership>(std::move(settings),
                                                   std::move(*AssignorSet::make({strategy}, {})));
    });
    model.run(2000, 2000);
}

TEST(ClassicMembershipModel, EverybodyGetsHisShareWhateverHappens) {
    const unsigned seed = std::random_device{}();
    for (unsigned i = 0; i < 10; ++i) {
        for (const auto* strategy : {"range", "roundrobin", "sticky", "cooperative-sticky"}) {
            run(seed + i, strategy);
            if (HasFailure()) {
                return;
            }
        }
    }
}

}  // namespace
}  // namespace barnabas::client
