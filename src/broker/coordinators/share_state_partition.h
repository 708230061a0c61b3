#pragma once

#include "broker/coordinators/coordinator_partition.h"
#include "coordinator/share_state/messages.h"

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace barnabas::coordinator {
struct ShareState;
struct ShareStateKey;
}  // namespace barnabas::coordinator

namespace barnabas::broker {

/// The share coordinator of one partition of __share_group_state. Every request is answered, each
/// of its partitions with an error of Kafka's where it cannot be carried out, at the latest at
/// `until` or after share.coordinator.write.timeout.ms; what requests refer to lives until then,
/// and what they name belongs to this partition.
class ShareStatePartition final : public CoordinatorPartition {
public:
    ShareStatePartition(Services& services, StatePartition::Where where);
    ~ShareStatePartition() override;

    awaitable<wire::InitializeShareGroupStateResponse> answer(
        const wire::InitializeShareGroupStateRequest& request, Time until);
    awaitable<wire::ReadShareGroupStateResponse> answer(
        const wire::ReadShareGroupStateRequest& request, Time until);
    awaitable<wire::ReadShareGroupStateSummaryResponse> answer(
        const wire::ReadShareGroupStateSummaryRequest& request, Time until);
    awaitable<wire::WriteShareGroupStateResponse> answer(
        const wire::WriteShareGroupStateRequest& request, Time until);
    awaitable<wire::DeleteShareGroupStateResponse> answer(
        const wire::DeleteShareGroupStateRequest& request, Time until);

    /// For the metrics: what is known of that share partition at this moment, also what is not
    /// committed yet; nullptr if that is nothing.
    [[nodiscard]] const coordinator::ShareState* find(const coordinator::ShareStateKey& key) const;

    /// The shard's image is a new one: states of topics that are gone go too.
    void follow_image();

private:
    struct State;

    Result<void> replay(const StateBatch& batch) override;
    void on_loaded(Now now) override;
    void on_given_up() override;
    [[nodiscard]] Time next_wake() const override;
    awaitable<void> wake(Now now) override;

    template <class Request>
    awaitable<coordinator::ShareStateResponse<Request>> carry_out(const Request& request,
                                                                  Time until);
    awaitable<void> prune();
    [[nodiscard]] Duration write_timeout() const;

    std::unique_ptr<State> states_;
};

}  // namespace barnabas::broker
