// Share groups: the coordinator decides, the share coordinators are asked to make or delete the
// state of partitions, and then the coordinator stores that it is so.
#include "broker/coordinators/coordinators.h"
#include "broker/coordinators/group_state.h"
#include "broker/coordinators/share_state_client.h"
#include "coordinator/append_error.h"
#include "coordinator/classic/sentences.h"

#include <map>
#include <memory>
#include <set>
#include <utility>

namespace barnabas::broker {
namespace {

using coordinator::error_of_append;
using coordinator::Told;

template <class Reply>
Reply refused_saying(const Error& error) {
    Reply reply;
    reply.error_code = std::to_underlying(error_of_append(error.code));
    reply.error_message = error.message;
    return reply;
}

/// The errors of an answer of the share coordinators, by partition.
using PartitionErrors = std::map<std::pair<Uuid, std::int32_t>, Error>;

template <class Answer>
PartitionErrors errors_of(const Answer& answer) {
    PartitionErrors errors;
    for (const auto& topic : answer.results) {
        for (const auto& partition : topic.partitions) {
            if (partition.error_code != 0) {
                errors.insert_or_assign({topic.topic_id, partition.partition},
                                        Error{.code = static_cast<ErrorCode>(partition.error_code),
                                              .message = partition.error_message.value_or("")});
            }
        }
    }
    return errors;
}

/// Of the topic: nothing if all its partitions went well.
const Error* error_of(const PartitionErrors& errors, const Uuid& topic) {
    const auto at = errors.lower_bound({topic, 0});
    return at != errors.end() && at->first.first == topic ? &at->second : nullptr;
}

void add_errors(wire::AlterShareGroupOffsetsResponse& reply, const PartitionErrors& errors) {
    for (auto& topic : reply.responses) {
        for (auto& partition : topic.partitions) {
            const auto at = errors.find({topic.topic_id, partition.partition_index});
            if (partition.error_code == 0 && at != errors.end()) {
                partition.error_code = std::to_underlying(at->second.code);
                partition.error_message = at->second.message;
            }
        }
    }
}

}  // namespace

awaitable<Result<wire::InitializeShareGroupStateResponse>> GroupPartition::State::initialize(
    wire::InitializeShareGroupStateRequest request) {
    auto answer = co_await host.shard().share_state->initialize(request);
    auto store = [&](Now at, Told&) { return groups.initialized(request, answer, at); };
    auto refuse = [](Error error) { return Result<void>(std::unexpected(std::move(error))); };
    auto stored = co_await run(store, refuse);
    if (!stored) {
        co_return std::unexpected(std::move(stored.error()));
    }
    co_return answer;
}

void GroupPartition::initialize_share(wire::InitializeShareGroupStateRequest request) {
    shard().coordinators->spawn(run_initialize_share(shared_from_this(), std::move(request)));
}

awaitable<void> GroupPartition::run_initialize_share(
    std::shared_ptr<CoordinatorPartition> /*self*/,
    wire::InitializeShareGroupStateRequest request) {
    const auto group = coordinator::shown(request.group_id);
    // What is asked for has to be on record first: a group is deleted with what it knows of.
    if (!co_await groups_->settled(groups_->deadline())) {
        co_return;  // there is another coordinator now, which will ask again
    }
    auto answer = co_await groups_->initialize(std::move(request));
    if (!answer) {
        groups_->log.warn(
            "group {}: its share partitions are initialized, but that cannot be stored: {}; they "
            "are initialized again",
            group, answer.error().message);
        co_return;
    }
    if (const auto errors = errors_of(*answer); !errors.empty()) {
        groups_->log.warn(
            "group {}: {} share partitions cannot be initialized, the first: {} ({}); they are "
            "tried again with a member's next heartbeat",
            group, errors.size(), errors.begin()->second.message, errors.begin()->second.code);
    }
}

awaitable<wire::ShareGroupHeartbeatResponse> GroupPartition::heartbeat(
    const wire::ShareGroupHeartbeatRequest& request, coordinator::Client client) {
    auto decide = [&](Now at, Told& told) {
        return groups_->groups.heartbeat(request, client, at, told);
    };
    co_return co_await groups_->run(decide, refused_saying<wire::ShareGroupHeartbeatResponse>);
}

awaitable<wire::ShareGroupDescribeResponse::Group> GroupPartition::describe_share(
    std::string group) {
    auto decide = [&](Now, Told&) { return groups_->groups.describe_share(group); };
    auto refuse = [&](const Error& error) {
        auto refused = refused_saying<wire::ShareGroupDescribeResponse::Group>(error);
        refused.group_id = group;
        return refused;
    };
    co_return co_await groups_->run(decide, refuse);
}

awaitable<Result<coordinator::SharePartitions>> GroupPartition::share_partitions(
    std::string group) {
    auto decide = [&](Now, Told&) { return groups_->groups.share_partitions(group); };
    auto refuse = [](const Error& error) {
        return Result<coordinator::SharePartitions>(
            fail(error_of_append(error.code), "{}", error.message));
    };
    co_return co_await groups_->run(decide, refuse);
}

awaitable<wire::AlterShareGroupOffsetsResponse> GroupPartition::alter_share_offsets(
    const wire::AlterShareGroupOffsetsRequest& request) {
    using Alteration = coordinator::ShareGroups::Alteration;
    auto decide = [&](Now at, Told&) { return groups_->groups.alter_share_offsets(request, at); };
    auto refuse = [](const Error& error) {
        return Alteration{.reply = refused_saying<wire::AlterShareGroupOffsetsResponse>(error)};
    };
    auto begun = co_await groups_->run(decide, refuse);
    if (!begun.initialize) {
        co_return std::move(begun.reply);
    }
    const auto answer = co_await groups_->initialize(std::move(*begun.initialize));
    if (!answer) {
        co_return refused_saying<wire::AlterShareGroupOffsetsResponse>(answer.error());
    }
    add_errors(begun.reply, errors_of(*answer));
    co_return std::move(begun.reply);
}

awaitable<wire::DeleteShareGroupOffsetsResponse> GroupPartition::remove_share_offsets(
    const wire::DeleteShareGroupOffsetsRequest& request) {
    using Response = wire::DeleteShareGroupOffsetsResponse;
    using Removal = coordinator::ShareGroups::OffsetsRemoval;
    auto decide = [&](Now at, Told&) { return groups_->groups.remove_share_offsets(request, at); };
    auto refuse = [](const Error& error) {
        return Removal{.reply = refused_saying<Response>(error)};
    };
    auto begun = co_await groups_->run(decide, refuse);
    if (!begun.remove) {
        co_return std::move(begun.reply);
    }
    const auto errors = errors_of(co_await shard().share_state->remove(std::move(*begun.remove)));
    std::set<Uuid> done;
    for (const auto& [id, name] : begun.topics) {
        auto& told = begun.reply.responses.emplace_back();
        told.topic_name = name;
        told.topic_id = id;
        if (const Error* const error = error_of(errors, id)) {
            told.error_code = std::to_underlying(error->code);
            told.error_message = error->message;
        } else {
            done.insert(id);
        }
    }
    auto store = [&](Now at, Told&) {
        return groups_->groups.share_offsets_removed(request.group_id, done, at);
    };
    auto give_up = [](Error error) { return Result<void>(std::unexpected(std::move(error))); };
    if (const auto stored = co_await groups_->run(store, give_up); !stored) {
        co_return refused_saying<Response>(stored.error());
    }
    co_return std::move(begun.reply);
}

awaitable<Result<void>> GroupPartition::remove_share_state(std::string group) {
    using Begun = Result<std::optional<wire::DeleteShareGroupStateRequest>>;
    auto decide = [&](Now at, Told&) { return groups_->groups.begin_removal(group, at); };
    auto refuse = [](const Error& error) {
        return Begun(fail(error_of_append(error.code), "{}", error.message));
    };
    auto begun = co_await groups_->run(decide, refuse);
    if (!begun) {
        co_return std::unexpected(std::move(begun.error()));
    }
    if (!*begun) {
        co_return Result<void>();
    }
    const auto errors = errors_of(co_await shard().share_state->remove(std::move(**begun)));
    if (!errors.empty()) {
        co_return fail(errors.begin()->second.code,
                       "the state of {} share partitions of group {} cannot be deleted, the first: "
                       "{}",
                       errors.size(), coordinator::shown(group), errors.begin()->second.message);
    }
    co_return Result<void>();
}

}  // namespace barnabas::broker
