#pragma once

#include "broker/handlers/authorized_operations.h"
#include "broker/handlers/on_coordinator.h"
#include "broker/handlers/side_by_side.h"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace barnabas::broker {

// What the APIs of the newer kinds of groups have in common: one code and one sentence for all.

template <class Reply>
[[nodiscard]] Reply refused_with_sentence(Error error) {
    Reply refused;
    refused.error_code = std::to_underlying(error.code);
    refused.error_message = std::move(error.message);
    return refused;
}

/// `work(GroupPartition&)` answers a Reply about the request's group, unless `served` says why such
/// groups are not served. The reply's own error is counted.
template <class Reply, class Request, class Work>
awaitable<Reply> answer_group(Call& call, const Request& request, Result<void> served, Work work) {
    Reply reply;
    if (served) {
        reply = co_await on_group<Reply>(call, request.group_id, std::move(work),
                                         refused_with_sentence<Reply>);
    } else {
        reply = refused_with_sentence<Reply>(std::move(served.error()));
    }
    call.count_error(static_cast<ErrorCode>(reply.error_code));
    co_return reply;
}

/// What each group of a describing request is answered with.
struct DescribedKind {
    Result<void> served;  // or why such groups are not
    std::string_view name;
};

/// `describe(GroupPartition&, id)` answers about one group.
template <class Group, class Describe>
awaitable<void> describe_group(Call& call, const DescribedKind& kind, const std::string& id,
                               bool operations, Describe describe, Group& answer) {
    const auto refuse = [&id](Error error) {
        auto refused = refused_with_sentence<Group>(std::move(error));
        refused.group_id = id;
        return refused;
    };
    if (!kind.served) {
        answer = refuse(kind.served.error());
    } else if (id.empty()) {
        answer = refuse({.code = ErrorCode::invalid_group_id,
                         .message = fmt::format("the empty id is no {} group's", kind.name)});
    } else {
        auto work = [&describe, &id](GroupPartition& partition) { return describe(partition, id); };
        answer = co_await on_group<Group>(call, id, std::move(work), refuse);
    }
    call.count_error(static_cast<ErrorCode>(answer.error_code));
    if (operations && answer.error_code == 0) {
        answer.authorized_operations = all_group_operations;
    }
}

/// All of the request's groups, side by side.
template <class Response, class Request, class Describe>
awaitable<Response> describe_groups(Call& call, const Request& request, DescribedKind kind,
                                    Describe describe) {
    Response response;
    response.groups.resize(request.group_ids.size());
    auto answer = [&](std::size_t i) {
        return describe_group(call, kind, request.group_ids[i],
                              request.include_authorized_operations, describe, response.groups[i]);
    };
    co_await side_by_side(call.home.shard, request.group_ids.size(), answer);
    co_return response;
}

}  // namespace barnabas::broker
