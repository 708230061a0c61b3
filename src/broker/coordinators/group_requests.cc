// The requests: each decides at once, or waits for others, and is answered when all is committed.
#include "broker/coordinators/group_state.h"
#include "coordinator/append_error.h"
#include "coordinator/classic/replies.h"

#include <utility>

namespace barnabas::broker {
namespace {

using coordinator::error_of_append;
using coordinator::Told;

template <class Response>
Response refused_with(ErrorCode error) {
    Response reply;
    reply.error_code = std::to_underlying(error_of_append(error));
    return reply;
}

}  // namespace

awaitable<Held<wire::JoinGroupResponse>> GroupPartition::join(const wire::JoinGroupRequest& request,
                                                              coordinator::Client client) {
    auto ask = [&](coordinator::Ticket ticket, Now at, Told& told) {
        groups_->groups.join(ticket, request, client, at, told);
    };
    auto refuse = [&](const Error& error) {
        return coordinator::join_refused(error_of_append(error.code), request.member_id,
                                         client.version);
    };
    co_return co_await groups_->run_waiting<wire::JoinGroupResponse>(ask, refuse);
}

awaitable<Held<wire::SyncGroupResponse>> GroupPartition::sync(const wire::SyncGroupRequest& request,
                                                              coordinator::Client client) {
    auto ask = [&](coordinator::Ticket ticket, Now at, Told& told) {
        groups_->groups.sync(ticket, request, client, at, told);
    };
    auto refuse = [](const Error& error) {
        return coordinator::sync_refused(error_of_append(error.code));
    };
    co_return co_await groups_->run_waiting<wire::SyncGroupResponse>(ask, refuse);
}

awaitable<wire::HeartbeatResponse> GroupPartition::heartbeat(
    const wire::HeartbeatRequest& request) {
    auto decide = [&](Now at, Told&) { return groups_->groups.heartbeat(request, at); };
    auto refuse = [](const Error& error) {
        return refused_with<wire::HeartbeatResponse>(error.code);
    };
    co_return co_await groups_->run(decide, refuse);
}

awaitable<wire::LeaveGroupResponse> GroupPartition::leave(const wire::LeaveGroupRequest& request,
                                                          coordinator::Client client) {
    auto decide = [&](Now at, Told& told) {
        return groups_->groups.leave(request, client, at, told);
    };
    auto refuse = [](const Error& error) {
        return refused_with<wire::LeaveGroupResponse>(error.code);
    };
    co_return co_await groups_->run(decide, refuse);
}

awaitable<wire::ConsumerGroupHeartbeatResponse> GroupPartition::heartbeat(
    const wire::ConsumerGroupHeartbeatRequest& request, coordinator::Client client) {
    auto decide = [&](Now at, Told& told) {
        return groups_->groups.heartbeat(request, client, at, {}, told);
    };
    auto refuse = [](const Error& error) {
        auto reply = refused_with<wire::ConsumerGroupHeartbeatResponse>(error.code);
        reply.error_message = error.message;
        return reply;
    };
    co_return co_await groups_->run(decide, refuse);
}

awaitable<wire::OffsetCommitResponse> GroupPartition::commit(
    const wire::OffsetCommitRequest& request, coordinator::Client client) {
    auto decide = [&](Now at, Told&) { return groups_->groups.commit(request, client, at); };
    auto refuse = [&](const Error& error) {
        return coordinator::refused(request, error_of_append(error.code));
    };
    co_return co_await groups_->run(decide, refuse);
}

awaitable<wire::TxnOffsetCommitResponse> GroupPartition::commit(
    const wire::TxnOffsetCommitRequest& request, coordinator::Client client) {
    auto decide = [&](Now at, Told&) { return groups_->groups.commit(request, client, at); };
    auto refuse = [&](const Error& error) {
        return coordinator::refused(request, error_of_append(error.code));
    };
    co_return co_await groups_->run(decide, refuse);
}

awaitable<wire::OffsetFetchResponse::Group> GroupPartition::fetch(
    const wire::OffsetFetchRequest::Group& asked, std::int16_t version, bool require_stable) {
    auto decide = [&](Now, Told&) { return groups_->groups.fetch(asked, version, require_stable); };
    auto refuse = [&](const Error& error) {
        return coordinator::refused(asked, error_of_append(error.code));
    };
    co_return co_await groups_->run(decide, refuse);
}

awaitable<wire::OffsetDeleteResponse> GroupPartition::remove_offsets(
    const wire::OffsetDeleteRequest& request) {
    auto decide = [&](Now at, Told&) { return groups_->groups.remove_offsets(request, at); };
    auto refuse = [&](const Error& error) {
        return coordinator::refused(request, error_of_append(error.code));
    };
    co_return co_await groups_->run(decide, refuse);
}

awaitable<Result<void>> GroupPartition::remove(std::string group) {
    if (auto emptied = co_await remove_share_state(group); !emptied) {
        co_return emptied;
    }
    auto decide = [&](Now at, Told& told) { return groups_->groups.remove(group, at, told); };
    auto refuse = [](const Error& error) {
        return Result<void>(fail(error_of_append(error.code), "{}", error.message));
    };
    co_return co_await groups_->run(decide, refuse);
}

awaitable<Held<wire::DescribeGroupsResponse::Group>> GroupPartition::describe(
    std::string group, std::int16_t version) {
    using Described = Held<wire::DescribeGroupsResponse::Group>;
    auto decide = [&](Now, Told&) {
        auto described = groups_->groups.describe(group, version);
        return Described{.reply = std::move(described.group), .held = std::move(described.held)};
    };
    auto refuse = [&](const Error& error) {
        Described refused;
        refused.reply.group_id = group;
        refused.reply.error_code = std::to_underlying(error_of_append(error.code));
        refused.reply.error_message = error.message;
        return refused;
    };
    co_return co_await groups_->run(decide, refuse);
}

awaitable<wire::ConsumerGroupDescribeResponse::Group> GroupPartition::describe_consumer(
    std::string group) {
    auto decide = [&](Now, Told&) { return groups_->groups.describe_consumer(group); };
    auto refuse = [&](const Error& error) {
        wire::ConsumerGroupDescribeResponse::Group refused;
        refused.group_id = group;
        refused.error_code = std::to_underlying(error_of_append(error.code));
        refused.error_message = error.message;
        return refused;
    };
    co_return co_await groups_->run(decide, refuse);
}

}  // namespace barnabas::broker
