// What leaders of partitions and group coordinators ask for.
#include "coordinator/share_state/share_states.h"

#include "base/invariant.h"
#include "coordinator/append_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace barnabas::coordinator {
namespace {

using InitializeAsked = ShareStateAsked<wire::InitializeShareGroupStateRequest>;
using ReadAsked = ShareStateAsked<wire::ReadShareGroupStateRequest>;
using SummaryAsked = ShareStateAsked<wire::ReadShareGroupStateSummaryRequest>;
using WriteAsked = ShareStateAsked<wire::WriteShareGroupStateRequest>;
using DeleteAsked = ShareStateAsked<wire::DeleteShareGroupStateRequest>;

Result<void> check_not_negative(std::string_view what, std::int64_t value) {
    if (value < 0) {
        return fail(ErrorCode::invalid_request, "the {} is {}; it must not be negative", what,
                    value);
    }
    return {};
}

/// Of a state that is there.
Result<void> check_leader_epoch(const ShareState& state, std::int32_t asked) {
    if (state.leader_epoch_max > asked) {
        return fail(ErrorCode::fenced_leader_epoch,
                    "leader epoch {}: a leader with epoch {} has come since", asked,
                    state.leader_epoch_max);
    }
    return {};
}

Result<void> check_state_epoch(const ShareState& state, std::int32_t asked) {
    if (state.state_epoch_max > asked) {
        return fail(ErrorCode::fenced_state_epoch,
                    "state epoch {}: the state was initialized with epoch {} since", asked,
                    state.state_epoch_max);
    }
    return {};
}

Result<void> check_initialized(const ShareStateKey& key, const ShareState* state) {
    if (state == nullptr) {
        return fail(ErrorCode::invalid_request, "{} was not initialized", coordinator_key(key));
    }
    return {};
}

Result<DeliveryBatches> batches_of(const WriteAsked& asked) {
    DeliveryBatches batches;
    batches.reserve(asked.state_batches.size());
    for (const auto& one : asked.state_batches) {
        const DeliveryBatch batch{.first = Offset{one.first_offset},
                                  .last = Offset{one.last_offset},
                                  .state = one.delivery_state,
                                  .count = one.delivery_count};
        if (!is_valid(batch)) {
            return fail(ErrorCode::invalid_request,
                        "offsets {} to {} are no batch: it ends behind its beginning",
                        one.first_offset, one.last_offset);
        }
        batches.push_back(batch);
    }
    return batches;
}

/// The answer to what may not be done.
template <class Answer>
Outcome<Answer> declined(const Error& error) {
    Outcome<Answer> outcome;
    refuse(outcome.reply, error);
    return outcome;
}

}  // namespace

const ShareState* ShareStates::find(const ShareStateKey& key) const {
    const auto found = states_.find(key);
    return found == states_.end() ? nullptr : &found->second;
}

Result<void> ShareStates::check_topic(const ShareStateKey& key) const {
    const auto name = ports_.topics.name_of(key.topic);
    const auto topic = name ? ports_.topics.find(*name) : std::nullopt;
    if (!topic) {
        return fail(ErrorCode::unknown_topic_or_partition, "there is no topic with the id {}",
                    key.topic);
    }
    if (key.partition >= topic->partitions) {
        return fail(ErrorCode::unknown_topic_or_partition,
                    "topic {} has {} partitions, and no partition {}", *name, topic->partitions,
                    key.partition);
    }
    return {};
}

Record ShareStates::next_record(const ShareStateKey& key, const ShareState& so_far,
                                const ShareState& change, Now now) const {
    ShareState next;
    next.snapshot_epoch = so_far.snapshot_epoch;
    next.state_epoch = so_far.state_epoch;
    next.leader_epoch = change.leader_epoch;
    next.start = std::max(change.start, so_far.start);
    // The count is of records behind the start that it came with.
    next.delivery_complete_count = change.delivery_complete_count;
    if (change.start == so_far.start) {
        next.delivery_complete_count =
            std::max(change.delivery_complete_count, so_far.delivery_complete_count);
    } else if (change.start < so_far.start) {
        next.delivery_complete_count = so_far.delivery_complete_count;
    }
    if (so_far.updates < config_.updates_per_snapshot) {
        next.batches = combine({}, change.batches, next.start);
        return share_update_record(key, next);
    }
    next.snapshot_epoch = next_snapshot_epoch(so_far);
    next.batches = combine(so_far.batches, change.batches, next.start);
    next.created = now.wall;
    next.written = now.wall;
    return share_snapshot_record(key, next);
}

Outcome<ShareStateAnswer<wire::InitializeShareGroupStateRequest>> ShareStates::decide(
    const ShareStateKey& key, const InitializeAsked& asked, Now now) const {
    using Answer = ShareStateAnswer<wire::InitializeShareGroupStateRequest>;
    const auto* const known = find(key);
    const auto check = [&]() -> Result<void> {
        TRY(check_not_negative("partition", asked.partition));
        TRY(check_not_negative("state epoch", asked.state_epoch));
        if (known != nullptr) {
            TRY(check_state_epoch(*known, asked.state_epoch));
        }
        return check_topic(key);
    };
    if (const auto may = check(); !may) {
        return declined<Answer>(may.error());
    }
    ShareState fresh;
    fresh.snapshot_epoch = known == nullptr ? 0 : next_snapshot_epoch(*known);
    fresh.state_epoch = asked.state_epoch;
    fresh.start = Offset{asked.start_offset};
    fresh.delivery_complete_count = fresh.start == no_offset ? -1 : 0;
    fresh.created = now.wall;
    fresh.written = now.wall;
    Outcome<Answer> outcome;
    outcome.records.push_back(share_snapshot_record(key, fresh));
    return outcome;
}

Outcome<ShareStateAnswer<wire::ReadShareGroupStateRequest>> ShareStates::decide(
    const ShareStateKey& key, const ReadAsked& asked, Now now) const {
    using Answer = ShareStateAnswer<wire::ReadShareGroupStateRequest>;
    const auto* const known = find(key);
    const auto check = [&]() -> Result<void> {
        TRY(check_not_negative("partition", asked.partition));
        TRY(check_not_negative("leader epoch", asked.leader_epoch));
        TRY(check_initialized(key, known));
        TRY(check_leader_epoch(*known, asked.leader_epoch));
        return check_topic(key);
    };
    if (const auto may = check(); !may) {
        return declined<Answer>(may.error());
    }
    Outcome<Answer> outcome;
    outcome.reply.state_epoch = known->state_epoch;
    outcome.reply.start_offset = known->start.get();
    outcome.reply.state_batches.reserve(known->batches.size());
    for (const auto& batch : known->batches) {
        outcome.reply.state_batches.push_back({.first_offset = batch.first.get(),
                                               .last_offset = batch.last.get(),
                                               .delivery_state = batch.state,
                                               .delivery_count = batch.count,
                                               .unknown_tags = {}});
    }
    if (known->leader_epoch_max != asked.leader_epoch) {
        ShareState change;
        change.leader_epoch = asked.leader_epoch;
        change.start = known->start;
        change.delivery_complete_count = known->delivery_complete_count;
        outcome.records.push_back(next_record(key, *known, change, now));
    }
    return outcome;
}

Outcome<ShareStateAnswer<wire::ReadShareGroupStateSummaryRequest>> ShareStates::decide(
    const ShareStateKey& key, const SummaryAsked& asked, Now /*now*/) const {
    using Answer = ShareStateAnswer<wire::ReadShareGroupStateSummaryRequest>;
    const auto check = [&]() -> Result<void> {
        TRY(check_not_negative("partition", asked.partition));
        return check_topic(key);
    };
    if (const auto may = check(); !may) {
        return declined<Answer>(may.error());
    }
    Outcome<Answer> outcome;
    outcome.reply.start_offset = no_offset.get();
    if (const auto* const known = find(key); known != nullptr) {
        outcome.reply.state_epoch = known->state_epoch;
        outcome.reply.leader_epoch = known->leader_epoch;
        outcome.reply.start_offset = known->start.get();
        outcome.reply.delivery_complete_count = known->delivery_complete_count;
    }
    return outcome;
}

Outcome<ShareStateAnswer<wire::WriteShareGroupStateRequest>> ShareStates::decide(
    const ShareStateKey& key, const WriteAsked& asked, Now now) const {
    using Answer = ShareStateAnswer<wire::WriteShareGroupStateRequest>;
    const auto* const known = find(key);
    ShareState change;
    const auto check = [&]() -> Result<void> {
        TRY(check_not_negative("partition", asked.partition));
        TRY(check_not_negative("leader epoch", asked.leader_epoch));
        TRY(check_not_negative("state epoch", asked.state_epoch));
        TRY(check_initialized(key, known));
        TRY(check_leader_epoch(*known, asked.leader_epoch));
        TRY(check_state_epoch(*known, asked.state_epoch));
        TRY(check_topic(key));
        TRY_ASSIGN(change.batches, batches_of(asked));
        return {};
    };
    if (const auto may = check(); !may) {
        return declined<Answer>(may.error());
    }
    change.leader_epoch = known->leader_epoch;  // only reading raises it
    change.start = Offset{asked.start_offset};
    change.delivery_complete_count = asked.delivery_complete_count;
    Outcome<Answer> outcome;
    outcome.records.push_back(next_record(key, *known, change, now));
    return outcome;
}

Outcome<ShareStateAnswer<wire::DeleteShareGroupStateRequest>> ShareStates::decide(
    const ShareStateKey& key, const DeleteAsked& asked, Now /*now*/) const {
    using Answer = ShareStateAnswer<wire::DeleteShareGroupStateRequest>;
    const auto check = [&]() -> Result<void> {
        TRY(check_not_negative("partition", asked.partition));
        return check_topic(key);
    };
    if (const auto may = check(); !may) {
        return declined<Answer>(may.error());
    }
    Outcome<Answer> outcome;
    if (find(key) != nullptr) {
        outcome.records.push_back(share_state_tombstone(key));
    }
    return outcome;
}

template <class Request>
ShareStateResponse<Request> ShareStates::answer_each(const Request& request, Now now) {
    ShareStateResponse<Request> response;
    response.results.reserve(request.topics.size());
    for (const auto& topic : request.topics) {
        auto& result = response.results.emplace_back();
        result.topic_id = topic.topic_id;
        result.partitions.reserve(topic.partitions.size());
        for (const auto& asked : topic.partitions) {
            const ShareStateKey key{
                .group = request.group_id, .topic = topic.topic_id, .partition = asked.partition};
            auto outcome = decide(key, asked, now);
            if (const auto stored = store(outcome.records, now); !stored) {
                outcome.reply = {};
                refuse(outcome.reply,
                       {.code = error_of_append(stored.error().code),
                        .message = fmt::format("the share coordinator cannot write it down: {}",
                                               stored.error().message)});
            }
            outcome.reply.partition = asked.partition;
            result.partitions.push_back(std::move(outcome.reply));
        }
    }
    return response;
}

wire::InitializeShareGroupStateResponse ShareStates::answer(
    const wire::InitializeShareGroupStateRequest& request, Now now) {
    return answer_each(request, now);
}

wire::ReadShareGroupStateResponse ShareStates::answer(
    const wire::ReadShareGroupStateRequest& request, Now now) {
    return answer_each(request, now);
}

wire::ReadShareGroupStateSummaryResponse ShareStates::answer(
    const wire::ReadShareGroupStateSummaryRequest& request, Now now) {
    return answer_each(request, now);
}

wire::WriteShareGroupStateResponse ShareStates::answer(
    const wire::WriteShareGroupStateRequest& request, Now now) {
    return answer_each(request, now);
}

wire::DeleteShareGroupStateResponse ShareStates::answer(
    const wire::DeleteShareGroupStateRequest& request, Now now) {
    return answer_each(request, now);
}

Result<void> ShareStates::store(const Records& records, Now now) {
    if (records.empty()) {
        return {};
    }
    TRY_ASSIGN(Offset offset, ports_.sink.append(records, std::nullopt, now));
    for (const auto& record : records) {
        const auto applied = replay(
            {.offset = offset,
             .key = record.key.view(),
             .value = record.value ? wire::NullableBytes(record.value->view()) : std::nullopt});
        INVARIANT(applied, "what was decided cannot be applied: {}", applied.error().message);
        ++offset;
    }
    return {};
}

}  // namespace barnabas::coordinator
