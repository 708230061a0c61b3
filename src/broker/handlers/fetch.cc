// Fetch. Versions 4-18 (older clients cannot read record batches of format 2); 7 knows sessions
// (KIP-227), 9 the leader epoch, 12 the epoch last fetched (KIP-595), 13 topic ids (KIP-516), 16
// the leader to go to instead (KIP-951).
#include "wire/messages/fetch.h"

#include "broker/fetch_operation.h"
#include "broker/handlers/handlers.h"

#include <algorithm>

namespace barnabas::broker {
namespace {

using wire::FetchResponse;
using Answer = FetchResponse::Response::Partition;

FetchDemands demands_of(const Call& call, const wire::FetchRequest& request) {
    const auto broker_max = call.home.settings->config.fetch.max_bytes;
    return {.bytes_min = request.min_bytes,
            .bytes_max = static_cast<std::uint32_t>(
                std::clamp(request.max_bytes, 0, std::max(0, broker_max))),
            .wait_max = std::chrono::milliseconds(std::max(0, request.max_wait_ms)),
            .read_committed = request.isolation_level == 1};
}

FetchedPartition for_session(const replication::ReadOutcome& outcome) {
    return {.error = outcome.error,
            .high_watermark = outcome.high_watermark,
            .log_start = outcome.log_start,
            .record_bytes = outcome.records.size,
            .redirects = outcome.diverging.has_value()};
}

void add_aborted(Answer& answer, const replication::ReadOutcome& outcome, bool read_committed) {
    if (!read_committed || outcome.error != ErrorCode::none) {
        answer.aborted_transactions.reset();
        return;
    }
    for (const auto& aborted : outcome.aborted) {
        answer.aborted_transactions->push_back(
            {.producer_id = aborted.producer_id.get(), .first_offset = aborted.first_offset.get()});
    }
}

Answer answer_of(Call& call, PartitionId partition, replication::ReadOutcome& outcome,
                 const TopicImage* topic, bool read_committed) {
    Answer answer;
    answer.partition_index = partition.get();
    answer.error_code = static_cast<std::int16_t>(outcome.error);
    answer.high_watermark = outcome.high_watermark.get();
    answer.last_stable_offset = outcome.last_stable.get();
    answer.log_start_offset = outcome.log_start.get();
    answer.records = wire::Records(ByteView());
    call.count_error(outcome.error);
    add_aborted(answer, outcome, read_committed);
    if (outcome.diverging) {
        answer.diverging_epoch = {.epoch = outcome.diverging->epoch.get(),
                                  .end_offset = outcome.diverging->end.get()};
    }
    if (outcome.error == ErrorCode::not_leader_or_follower && topic != nullptr) {
        const auto* image = topic->partition(partition);
        answer.current_leader = {.leader_id = image->leader.get(),
                                 .leader_epoch = image->leader_epoch.get()};
    }
    if (outcome.records.size > 0) {
        answer.records = wire::Records::spliced(outcome.records.size,
                                                static_cast<std::uint32_t>(call.sources.size()));
        call.home.metrics.fetched_bytes += outcome.records.size;
        call.sources.push_back(std::move(outcome.records));
    }
    return answer;
}

/// Partitions that follow one another and are of one topic share its entry.
void fill(Call& call, FetchResponse& response, FetchOperation& operation,
          const FetchContext& context, const FetchAnswer& carried, bool read_committed) {
    std::optional<std::uint32_t> topic;
    for (const auto i : carried.carried) {
        if (topic != context.topic_index(i)) {
            topic = context.topic_index(i);
            auto& entry = response.responses.emplace_back();
            entry.topic = context.topic(i).name;
            entry.topic_id = context.topic(i).id;
        }
        response.responses.back().partitions.push_back(
            answer_of(call, context.position(i).partition, operation.outcome(i), operation.topic(i),
                      read_committed));
    }
}

}  // namespace

awaitable<FetchResponse> handle_fetch(Call& call, wire::FetchRequest& request) {
    FetchResponse response;
    auto& sessions = call.home.sessions;
    auto context = sessions.begin(request, call.version, call.home.shard.clock().now());
    if (!context) {
        response.error_code = static_cast<std::int16_t>(context.error().code);
        call.count_error(context.error().code);
        co_return response;
    }
    const auto demands = demands_of(call, request);
    FetchOperation operation(call.services, call.home, *context, demands);
    for (std::size_t i = 0; i < operation.size(); ++i) {
        if (operation.topic(i) != nullptr && context->topic(i).name.empty()) {
            context->name_topic(context->topic_index(i), operation.topic(i)->name);
        }
    }
    co_await operation.run();

    std::vector<FetchedPartition> results;
    results.reserve(operation.size());
    for (std::size_t i = 0; i < operation.size(); ++i) {
        results.push_back(for_session(operation.outcome(i)));
    }
    const auto carried = sessions.finish(*context, results, call.home.shard.clock().now());
    response.error_code = static_cast<std::int16_t>(carried.error);
    response.session_id = carried.session_id;
    fill(call, response, operation, *context, carried, demands.read_committed);
    co_return response;
}

}  // namespace barnabas::broker
