#include "coordinator/group_coordinator.h"

#include "base/invariant.h"
#include "coordinator/classic/replies.h"
#include "coordinator/offsets/replies.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace barnabas::coordinator {
namespace {

/// A command of classic groups stores again when what it stored before could not be: the leader's
/// assignment, then that everybody is gone.
constexpr int rounds_max = 16;

bool is_too_large(ErrorCode error) {
    return error == ErrorCode::message_too_large || error == ErrorCode::record_list_too_large;
}

/// Whether the group allowed it; partitions with metadata that are too long are refused alone.
bool was_accepted(const wire::OffsetCommitResponse& reply) {
    const auto is_accepted = [](const auto& partition) {
        const auto error = static_cast<ErrorCode>(partition.error_code);
        return error == ErrorCode::none || error == ErrorCode::offset_metadata_too_large;
    };
    return !reply.topics.empty() && std::ranges::all_of(reply.topics, [&](const auto& topic) {
        return std::ranges::all_of(topic.partitions, is_accepted);
    });
}

}  // namespace

GroupCoordinator::GroupCoordinator(const Ports& ports)
    : ports_(ports),
      classic_({.groups = groups_, .timers = timers_, .config = ports.classic}),
      consumer_({.groups = groups_,
                 .timers = timers_,
                 .topics = ports.topics,
                 .settings = ports.consumer}),
      offsets_({.groups = groups_, .config = ports.offsets}) {}

Result<void> GroupCoordinator::store(const Records& records, Now now,
                                     const std::optional<ProducerIdentity>& transaction) {
    if (records.empty()) {
        return {};
    }
    TRY_ASSIGN(const Offset first, ports_.sink.append(records, transaction, now));
    Offset at = first;
    for (const Record& record : records) {
        const auto applied = replay(
            {.offset = at,
             .key = record.key.view(),
             .value = record.value ? wire::NullableBytes(record.value->view()) : std::nullopt,
             .producer = transaction ? transaction->id : no_producer});
        INVARIANT(applied, "what was just written: {}", applied.error().message);
        ++at;
    }
    return {};
}

Result<void> GroupCoordinator::store_in_parts(Records records, Now now) {
    auto stored = store(records, now);
    if (stored || records.size() < 2 || !is_too_large(stored.error().code)) {
        return stored;
    }
    const auto middle = records.begin() + static_cast<std::ptrdiff_t>(records.size() / 2);
    Records rest(std::make_move_iterator(middle), std::make_move_iterator(records.end()));
    records.erase(middle, records.end());
    TRY(store_in_parts(std::move(records), now));
    return store_in_parts(std::move(rest), now);
}

Result<void> GroupCoordinator::carry_out(Decisions decisions, Now now, Told& out) {
    for (int round = 1;; ++round) {
        INVARIANT(round <= rounds_max, "{} rounds for one command", round);
        Decisions next;
        if (decisions.appended) {
            INVARIANT(!decisions.records.empty(), "{} is told of no records", *decisions.appended);
            const auto appended = ports_.sink.append(decisions.records, std::nullopt, now);
            Result<void> result;
            if (!appended) {
                result = std::unexpected(appended.error());
            }
            classic_.appended(*decisions.appended, result, now, next);
        } else if (auto stored = store(decisions.records, now); !stored) {
            INVARIANT(round == 1 && decisions.answers.empty(),
                      "{} answers to a command that failed as a whole", decisions.answers.size());
            return stored;
        }
        std::ranges::move(decisions.answers, std::back_inserter(out.answers));
        std::ranges::move(decisions.events, std::back_inserter(out.events));
        if (next.records.empty()) {
            std::ranges::move(next.answers, std::back_inserter(out.answers));
            std::ranges::move(next.events, std::back_inserter(out.events));
            return {};
        }
        decisions = std::move(next);
    }
}

void GroupCoordinator::carry_out_classic(Decisions decisions, Now now, Told& out) {
    INVARIANT(decisions.records.empty() || decisions.appended, "{} records that nobody is told of",
              decisions.records.size());
    const auto done = carry_out(std::move(decisions), now, out);
    INVARIANT(done, "classic groups are told themselves: {}", done.error().message);
}

void GroupCoordinator::join(Ticket ticket, const wire::JoinGroupRequest& request,
                            const Client& client, Now now, Told& out) {
    Decisions decisions;
    classic_.join(ticket, request, client, now, decisions);
    carry_out_classic(std::move(decisions), now, out);
}

void GroupCoordinator::sync(Ticket ticket, const wire::SyncGroupRequest& request,
                            const Client& client, Now now, Told& out) {
    Decisions decisions;
    classic_.sync(ticket, request, client, now, decisions);
    carry_out_classic(std::move(decisions), now, out);
}

wire::HeartbeatResponse GroupCoordinator::heartbeat(const wire::HeartbeatRequest& request,
                                                    Now now) {
    return classic_.heartbeat(request, now);
}

wire::LeaveGroupResponse GroupCoordinator::leave(const wire::LeaveGroupRequest& request,
                                                 const Client& client, Now now, Told& out) {
    Decisions decisions;
    auto reply = classic_.leave(request, client, now, decisions);
    carry_out_classic(std::move(decisions), now, out);
    return reply;
}

wire::ConsumerGroupHeartbeatResponse GroupCoordinator::heartbeat(
    const wire::ConsumerGroupHeartbeatRequest& request, const Client& client, Now now,
    const TopicFilter& may_see, Told& out) {
    auto outcome = consumer_.heartbeat(request, client, now, may_see);
    if (const auto stored = store(outcome.records, now); !stored) {
        wire::ConsumerGroupHeartbeatResponse refused;
        refused.error_code = std::to_underlying(append_error(stored));
        refused.error_message = stored.error().message;
        return refused;
    }
    std::ranges::move(outcome.events, std::back_inserter(out.events));
    if (outcome.reply.error_code == 0 && outcome.reply.member_id) {
        consumer_.heard(request.group_id, *outcome.reply.member_id, now);
    }
    return std::move(outcome.reply);
}

void GroupCoordinator::topics_changed(std::span<const std::string> names) {
    consumer_.topics_changed(names);
}

wire::OffsetCommitResponse GroupCoordinator::commit(const wire::OffsetCommitRequest& request,
                                                    const Client& client, Now now) {
    auto outcome = offsets_.commit(request, client, now);
    if (const auto stored = store(outcome.records, now); !stored) {
        return refused(request, error_of_append(stored.error().code));
    }
    if (!request.member_id.empty() && was_accepted(outcome.reply)) {
        classic_.touch(request.group_id, request.member_id, now);
    }
    return std::move(outcome.reply);
}

wire::TxnOffsetCommitResponse GroupCoordinator::commit(const wire::TxnOffsetCommitRequest& request,
                                                       const Client& client, Now now) {
    auto outcome = offsets_.commit(request, client, now);
    const ProducerIdentity producer{.id = ProducerId{request.producer_id},
                                    .epoch = ProducerEpoch{request.producer_epoch}};
    if (const auto stored = store(outcome.records, now, producer); !stored) {
        return refused(request, error_of_append(stored.error().code));
    }
    return std::move(outcome.reply);
}

wire::OffsetFetchResponse::Group GroupCoordinator::fetch(
    const wire::OffsetFetchRequest::Group& request, std::int16_t version,
    bool require_stable) const {
    return offsets_.fetch(request, version, require_stable);
}

wire::OffsetDeleteResponse GroupCoordinator::remove_offsets(
    const wire::OffsetDeleteRequest& request, Now now) {
    auto outcome = offsets_.remove(request);
    if (const auto stored = store_in_parts(std::move(outcome.records), now); !stored) {
        return refused(request, error_of_append(stored.error().code));
    }
    return std::move(outcome.reply);
}

bool GroupCoordinator::run_due(Now now, Told& out) {
    const auto timer = timers_.take_due(now.steady);
    if (!timer) {
        return false;
    }
    switch (timer->kind) {
        case TimerKind::classic_join:
        case TimerKind::classic_sync:
        case TimerKind::classic_session:
        case TimerKind::classic_new_member: {
            Decisions decisions;
            classic_.on_timer(*timer, now, decisions);
            carry_out_classic(std::move(decisions), now, out);
            return true;
        }
        case TimerKind::consumer_session:
        case TimerKind::consumer_rebalance:
        case TimerKind::consumer_sync:
        case TimerKind::consumer_join:
        case TimerKind::consumer_assignment:
        case TimerKind::consumer_regex:
            break;
    }
    if (!carry_out(consumer_.on_timer(*timer, now), now, out)) {
        timers_.set(*timer, now.steady + retry_interval);
    }
    return true;
}

}  // namespace barnabas::coordinator
