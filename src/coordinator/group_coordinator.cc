#include "coordinator/group_coordinator.h"

#include "base/invariant.h"
#include "coordinator/append_error.h"
#include "coordinator/offsets/replies.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

namespace barnabas::coordinator {
namespace {

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
                 .settings = ports.consumer,
                 .converts = true}),
      classic_members_({.groups = groups_,
                        .timers = timers_,
                        .topics = ports.topics,
                        .settings = ports.consumer,
                        .classic = ports.classic,
                        .consumer = consumer_}),
      share_(
          {.groups = groups_, .timers = timers_, .topics = ports.topics, .settings = ports.share}),
      offsets_({.groups = groups_, .config = ports.offsets}) {}

void GroupCoordinator::apply_all(const Records& records, Offset first, ProducerId producer) {
    Offset at = first;
    for (const Record& record : records) {
        const auto applied = replay(
            {.offset = at,
             .key = record.key.view(),
             .value = record.value ? wire::NullableBytes(record.value->view()) : std::nullopt,
             .producer = producer});
        INVARIANT(applied, "what was just written: {}", applied.error().message);
        ++at;
    }
}

Result<void> GroupCoordinator::store(const Records& records, Now now,
                                     const std::optional<ProducerIdentity>& transaction) {
    if (!records.empty()) {
        TRY_ASSIGN(const Offset first, ports_.sink.append(records, transaction, now));
        apply_all(records, first, transaction ? transaction->id : no_producer);
    }
    return {};
}

Result<void> GroupCoordinator::store_of_group(const std::string& id, const Records& records,
                                              Now now, Told& out) {
    if (records.empty()) {
        return {};
    }
    TRY_ASSIGN(const Offset first, ports_.sink.append(records, std::nullopt, now));
    if (auto* const classic = groups_.find_as<ClassicGroup>(id)) {
        Decisions released;
        classic_.release(*classic, ErrorCode::rebalance_in_progress, released);
        carry_out(std::move(released), now, out);
    }
    const bool was_consumer = groups_.find_as<ConsumerGroup>(id) != nullptr;
    apply_all(records, first, no_producer);
    if (was_consumer && groups_.find_as<ClassicGroup>(id) != nullptr) {
        std::unique_ptr<ClassicGroup> group(static_cast<ClassicGroup*>(groups_.take(id).release()));
        Decisions adopted;
        classic_.adopt(std::move(group), "the last member of the consumer protocol is gone", now,
                       adopted);
        carry_out(std::move(adopted), now, out);
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

void GroupCoordinator::topics_changed(std::span<const std::string> names) {
    consumer_.topics_changed(names);
    share_.topics_changed(names);
}

wire::OffsetCommitResponse GroupCoordinator::commit(const wire::OffsetCommitRequest& request,
                                                    const Client& client, Now now) {
    auto outcome = offsets_.commit(request, client, now);
    if (const auto stored = store(outcome.records, now); !stored) {
        return refused(request, error_of_append(stored.error().code, offsets_too_large));
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
        return refused(request, error_of_append(stored.error().code, offsets_too_large));
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
        return refused(request, error_of_append(stored.error().code, offsets_too_large));
    }
    return std::move(outcome.reply);
}

}  // namespace barnabas::coordinator
