// ShareFetch. Versions 1-2; 0 was never stable. 2 knows acquire modes (KIP-1206) and renews locks
// without fetching (KIP-1222).
#include "wire/messages/share_fetch.h"

#include "broker/config/share_config.h"
#include "broker/handlers/handlers.h"
#include "broker/share/share_acknowledgements.h"
#include "broker/share/share_fetch_operation.h"
#include "broker/share/share_partitions.h"

#include <algorithm>
#include <map>

namespace barnabas::broker {
namespace {

using wire::ShareFetchRequest;
using wire::ShareFetchResponse;
using Answer = ShareFetchResponse::Response::Partition;
/// By partition: what is fetched of it and what was acknowledged is one entry.
using Answers = std::map<SharedPartition, Answer>;

Result<void> check(const ShareFetchRequest& request) {
    if (request.share_acquire_mode < 0 || request.share_acquire_mode > 1) {
        return fail(ErrorCode::invalid_request,
                    "the acquire mode is {}; it must be 0 (batch_optimized) or 1 (record_limit)",
                    request.share_acquire_mode);
    }
    // Fetching could take longer than the lock that is renewed.
    if (request.is_renew_ack && (request.max_bytes != 0 || request.min_bytes != 0 ||
                                 request.max_records != 0 || request.max_wait_ms != 0)) {
        return fail(ErrorCode::invalid_request,
                    "a ShareFetch that renews locks (isRenewAck) fetches nothing: maxBytes, "
                    "minBytes, maxRecords and maxWaitMs must be 0");
    }
    return {};
}

ShareSessions::Fetch session_fetch(const Call& call, const ShareFetchRequest& request,
                                   const ShareSessionKey& key) {
    const auto& settings = *call.home.settings;
    const auto most = static_cast<std::size_t>(settings.config.groups.shares.max_sessions);
    ShareSessions::Fetch fetch{.key = key,
                               .epoch = request.share_session_epoch,
                               .connection = call.connection,
                               .sessions_max = most};
    for (const auto& topic : request.topics) {
        for (const auto& partition : topic.partitions) {
            fetch.partitions.push_back({topic.topic_id, PartitionId{partition.partition_index}});
            fetch.acknowledges |= !partition.acknowledgement_batches.empty();
        }
    }
    for (const auto& topic : request.forgotten_topics_data) {
        for (const auto number : topic.partitions) {
            fetch.forgotten.push_back({topic.topic_id, PartitionId{number}});
        }
    }
    return fetch;
}

ShareFetchDemands demands_of(const Call& call, const ShareFetchRequest& request,
                             const ShareSessionKey& key, std::uint64_t session) {
    const auto broker_max = call.home.settings->config.fetch.max_bytes;
    return {.group = key.group,
            .member = key.member,
            .mode = static_cast<share::AcquireMode>(request.share_acquire_mode),
            .records_max = request.max_records,
            .batch_size = request.batch_size,
            .bytes_min = request.min_bytes,
            .bytes_max = static_cast<std::uint32_t>(
                std::clamp(request.max_bytes, 0, std::max(0, broker_max))),
            .wait_max = std::chrono::milliseconds(std::max(0, request.max_wait_ms)),
            .wanted = [&sessions = call.home.shares->sessions(), key, session] {
                return sessions.is_open(key, session);
            }};
}

void name_leader(const Call& call, const SharedPartition& at, Answer& answer) {
    if (const auto* image = call.home.image->partition(at.topic, at.partition)) {
        answer.current_leader.leader_id = image->leader.get();
        answer.current_leader.leader_epoch = image->leader_epoch.get();
    }
}

void add_acknowledged(Call& call, Answers& answers,
                      std::vector<PartitionAcknowledgements>& partitions) {
    for (auto& partition : partitions) {
        auto& answer = answers[partition.key.at];
        if (!partition.error) {
            continue;
        }
        answer.acknowledge_error_code = std::to_underlying(partition.error->code);
        call.count_error(partition.error->code);
        if (partition.error->code == ErrorCode::not_leader_or_follower) {
            name_leader(call, partition.key.at, answer);
        }
        answer.acknowledge_error_message = std::move(partition.error->message);
    }
}

void add_fetched(Call& call, Answer& answer, const SharedPartition& at,
                 ShareFetchOperation::Outcome& outcome) {
    if (outcome.error) {
        if (outcome.error->code == ErrorCode::not_leader_or_follower) {
            name_leader(call, at, answer);
        }
        call.refuse(answer, std::move(*outcome.error));
        return;
    }
    if (outcome.acquired.empty()) {
        return;
    }
    for (const auto& range : outcome.acquired) {
        answer.acquired_records.push_back({.first_offset = range.first.get(),
                                           .last_offset = range.last.get(),
                                           .delivery_count = range.delivery_count,
                                           .unknown_tags = {}});
    }
    answer.records = wire::Records::spliced(outcome.records.size,
                                            static_cast<std::uint32_t>(call.sources.size()));
    call.home.metrics.fetched_bytes += outcome.records.size;
    call.sources.push_back(std::move(outcome.records));
}

awaitable<void> fetch(Call& call, const ShareFetchRequest& request, const ShareSessionKey& key,
                      const ShareSessions::Begun& begun, Answers& answers) {
    ShareFetchOperation operation(call.services, call.home, begun.partitions,
                                  demands_of(call, request, key, begun.number));
    co_await operation.run();
    auto& sessions = call.home.shares->sessions();
    for (std::size_t i = 0; i < operation.size(); ++i) {
        const auto& at = operation.partition(i);
        auto& outcome = operation.outcome(i);
        const bool carried = sessions.carries(key, {.partition = at,
                                                    .has_records = !outcome.acquired.empty(),
                                                    .has_error = outcome.error.has_value()});
        if (carried || begun.is_new) {
            add_fetched(call, answers[at], at, outcome);
        }
    }
}

void fill(ShareFetchResponse& response, Answers answers) {
    for (auto& [at, answer] : answers) {
        if (response.responses.empty() || response.responses.back().topic_id != at.topic) {
            response.responses.emplace_back().topic_id = at.topic;
        }
        answer.partition_index = at.partition.get();
        response.responses.back().partitions.push_back(std::move(answer));
    }
}

/// Who cannot have a session waits as long as a fetch would, instead of asking again at once.
awaitable<void> wait_idly(Call& call, const ShareFetchRequest& request) {
    const auto wait = std::chrono::milliseconds(std::clamp(request.max_wait_ms, 0, 1000));
    if (!call.home.stopping) {
        co_await runtime::sleep_for(call.home.shard, wait);
    }
}

}  // namespace

awaitable<ShareFetchResponse> handle_share_fetch(Call& call, ShareFetchRequest& request) {
    ShareFetchResponse response;
    const auto key = check_share_request(call, request.group_id, request.member_id);
    if (!key) {
        call.refuse(response, key.error());
        co_return response;
    }
    if (auto checked = check(request); !checked) {
        call.refuse(response, std::move(checked.error()));
        co_return response;
    }
    auto& shares = *call.home.shares;
    auto begun = shares.sessions().begin_fetch(session_fetch(call, request, *key));
    if (!begun) {
        if (begun.error().code == ErrorCode::share_session_limit_reached) {
            co_await wait_idly(call, request);
        }
        call.refuse(response, std::move(begun.error()));
        co_return response;
    }
    if (begun->is_new && !begun->replaced) {
        co_await shares.tell_began(key->group);
    }
    const auto settings = share_settings_of(*call.home.image, *call.home.settings, key->group);
    response.acquisition_lock_timeout_ms =
        static_cast<std::int32_t>(settings.record_lock_duration.count());

    Answers answers;
    auto acknowledged = acknowledgements_of(call, key->group, request.topics, request.is_renew_ack);
    // What is acknowledged is written down while the next records are looked for, as in Kafka: the
    // disk is not waited for twice.
    runtime::TaskGroup acknowledging(call.home.shard);
    acknowledging.spawn(acknowledge_all(call, key->member, acknowledged));
    const bool ends = request.share_session_epoch == final_share_epoch;
    if (!ends && !request.is_renew_ack) {
        co_await fetch(call, request, *key, *begun, answers);
    }
    co_await acknowledging.join();
    if (ends) {
        for (auto& ended : shares.sessions().end(*key)) {
            co_await shares.release(std::move(ended));
        }
    }
    add_acknowledged(call, answers, acknowledged);
    fill(response, std::move(answers));
    co_return response;
}

}  // namespace barnabas::broker
