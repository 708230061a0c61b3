#pragma once

#include "unit/coordinator/group_model_member.h"
#include "unit/coordinator/group_model_world.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace barnabas::coordinator::testing {

/// A consumer of the consumer protocol, as Kafka's Java client is: it gives up before it takes, and
/// says so with its next heartbeat; after one without a reply it says everything again. When it can
/// stray, consumer/model_test.cc says.
class NewMember : public GroupModelMember {
public:
    bool says_subscription = false;
    bool unsure = false;  // its last request or the reply was lost

    /// It has what it was told, and has said what it wants.
    [[nodiscard]] bool is_settled() const {
        return epoch > 0 && !wanted_ && !says_subscription && !unsure;
    }

    void take_over() {
        if (wanted_) {
            owned = *std::exchange(wanted_, std::nullopt);
            says_owned_ = true;
            strays = denied_;
        }
    }

    void beat(GroupModelWorld& world, bool reply_lost = false) {
        const auto request = next_request();
        const auto reply = world.beat(request);
        const auto error = static_cast<ErrorCode>(reply.error_code);
        if (reply_lost) {
            unsure = true;
            denied_ |= error == ErrorCode::none && request.topic_partitions && wanted_;
            return;
        }
        if (error == ErrorCode::coordinator_not_available || error == ErrorCode::not_coordinator) {
            unsure = true;  // nothing has changed there
            return;
        }
        denied_ = false;
        if (error == ErrorCode::none) {
            return take(reply);
        }
        refused(error);
    }

    /// For good, or to come back soon with its instance id.
    void leave(GroupModelWorld& world, bool for_good) {
        auto request = beat_of(id, instance && !for_good ? -2 : -1);
        request.group_id = group;
        request.instance_id = instance;
        (void)world.beat(request);  // if it is refused, its session ends some time
        gone = true;
    }

private:
    [[nodiscard]] wire::ConsumerGroupHeartbeatRequest next_request() const {
        const bool full = epoch <= 0 || unsure;
        auto request = beat_of(id, std::max(epoch, 0));
        request.group_id = group;
        request.instance_id = instance;
        if (full) {
            request.rebalance_timeout_ms = 30'000;
        }
        if (full || says_subscription) {
            request.subscribed_topic_names = names;
        }
        return full || says_owned_ ? owning(request, owned) : request;
    }

    void take(const wire::ConsumerGroupHeartbeatResponse& reply) {
        epoch = reply.member_epoch;
        says_owned_ = says_subscription = unsure = false;
        EXPECT_TRUE(!strays || reply.assignment || wanted_) << id << " is not told";
        if (reply.assignment) {
            auto assignment = assignment_from(reply.assignment->topic_partitions);
            wanted_.reset();
            if (assignment != owned) {
                wanted_ = std::move(assignment);
            } else {
                says_owned_ = true;
                strays = false;
            }
        }
    }

    void refused(ErrorCode error) {
        switch (error) {
            case ErrorCode::fenced_member_epoch:
            case ErrorCode::unknown_member_id:
            case ErrorCode::group_id_not_found:
                break;
            case ErrorCode::unreleased_instance_id:
                return;  // it tries again
            case ErrorCode::fenced_instance_id:
                gone = true;
                break;
            default:
                ADD_FAILURE() << "member " << id << " of the consumer protocol is told "
                              << error_name(error);
        }
        epoch = 0;
        owned.clear();
        wanted_.reset();
        strays = false;
    }

    std::optional<Assignment> wanted_;  // it still gives up or takes over
    bool says_owned_ = false;
    bool denied_ = false;  // what it wants it said it does not own, and the reply was lost
};

}  // namespace barnabas::coordinator::testing
