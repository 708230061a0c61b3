#include "broker/fetch_session_cache.h"

#include "base/invariant.h"

#include <limits>
#include <numeric>
#include <tuple>
#include <utility>

namespace barnabas::broker {

namespace {

constexpr std::int16_t first_version_with_topic_ids = 13;
constexpr auto id_max = static_cast<std::uint32_t>(std::numeric_limits<std::int32_t>::max());

std::int32_t next_epoch(std::int32_t epoch) {
    return epoch == std::numeric_limits<std::int32_t>::max() ? 1 : epoch + 1;
}

/// Version 15 moved the follower's id into a struct; a consumer's are negative.
bool from_follower(const wire::FetchRequest& request) {
    return request.replica_id >= 0 || request.replica_state.replica_id >= 0;
}

std::shared_ptr<FetchPartitions> partitions_of(const wire::FetchRequest& request, bool by_id) {
    auto partitions = std::make_shared<FetchPartitions>(by_id);
    for (const auto& topic : request.topics) {
        partitions->put(topic);
    }
    return partitions;
}

/// Whether an incremental response carries the partition; remembers what the client is told.
/// After an error the high watermark counts as untold, so that recovery is told as well
/// (Kafka's CachedPartition.maybeUpdateResponseData).
bool tell(FetchPartition& partition, const FetchedPartition& result) {
    const bool changed = result.record_bytes > 0 || result.redirects ||
                         result.error != ErrorCode::none ||
                         result.high_watermark != partition.told_high_watermark ||
                         result.log_start != partition.told_log_start;
    if (changed) {
        partition.told_high_watermark =
            result.error == ErrorCode::none ? result.high_watermark : no_offset;
        partition.told_log_start = result.log_start;
    }
    return changed;
}

std::vector<std::uint32_t> all_of(const FetchContext& context) {
    std::vector<std::uint32_t> positions(context.size());
    std::iota(positions.begin(), positions.end(), 0U);
    return positions;
}

/// What makes one session worth less than another: consumers before followers, small before large.
auto worth(const FetchSession& session) {
    return std::tuple(session.privileged, session.partitions->size(), session.id);
}

}  // namespace

FetchSessionCache::FetchSessionCache(Options options)
    : options_(options), next_random_(options.seed) {
    INVARIANT(options.shard < options.shards, "shard {} of {}", options.shard, options.shards);
}

Result<FetchContext> FetchSessionCache::begin(const wire::FetchRequest& request,
                                              std::int16_t version, Time now) {
    using Kind = FetchContext::Kind;
    const bool by_id = version >= first_version_with_topic_ids;
    if (request.session_epoch != initial_fetch_epoch &&
        request.session_epoch != final_fetch_epoch) {
        return begin_incremental(request, by_id, now);
    }
    sessions_.erase(request.session_id);
    const auto kind = request.session_epoch == final_fetch_epoch ? Kind::sessionless : Kind::full;
    return FetchContext(kind, from_follower(request), partitions_of(request, by_id));
}

Result<FetchContext> FetchSessionCache::begin_incremental(const wire::FetchRequest& request,
                                                          bool by_id, Time now) {
    using Kind = FetchContext::Kind;
    const auto found = sessions_.find(request.session_id);
    if (found == sessions_.end()) {
        return fail(ErrorCode::fetch_session_id_not_found, "there is no fetch session {}",
                    request.session_id);
    }
    const auto session = found->second;
    if (request.session_epoch != session->epoch) {
        return fail(ErrorCode::invalid_fetch_session_epoch,
                    "fetch session {} is at epoch {}, the request says {}", session->id,
                    session->epoch, request.session_epoch);
    }
    if (session->partitions->by_id() != by_id) {
        return fail(ErrorCode::fetch_session_topic_id_error,
                    "fetch session {} names topics by {}, the request does by {}", session->id,
                    by_id ? "name" : "id", by_id ? "id" : "name");
    }
    if (session->partitions.use_count() > 1) {  // an earlier request still waits: it keeps its own
        session->partitions = std::make_shared<FetchPartitions>(*session->partitions);
    }
    for (const auto& topic : request.topics) {
        session->partitions->put(topic);
    }
    session->partitions->forget(request.forgotten_topics_data);
    if (session->partitions->size() == 0) {
        sessions_.erase(found);
        return FetchContext(Kind::sessionless, from_follower(request),
                            partitions_of(request, by_id));
    }
    session->last_used = now;
    session->epoch = next_epoch(session->epoch);
    return FetchContext(Kind::incremental, session->privileged, session->partitions, session);
}

FetchAnswer FetchSessionCache::finish(FetchContext& context,
                                      std::span<const FetchedPartition> results, Time now) {
    using Kind = FetchContext::Kind;
    INVARIANT(results.size() == context.size(), "{} results for {} partitions", results.size(),
              context.size());
    auto& partitions = *context.partitions_;
    if (context.kind_ == Kind::sessionless) {
        return {.carried = all_of(context)};
    }
    if (context.kind_ == Kind::full) {
        for (std::size_t i = 0; i < results.size(); ++i) {
            auto& partition = partitions.slot(context.order_[i]);
            partition.told_high_watermark = results[i].high_watermark;
            partition.told_log_start = results[i].log_start;
        }
        return {.session_id = create_session(context, now), .carried = all_of(context)};
    }
    FetchAnswer answer{.session_id = context.session_->id};
    if (context.session_->epoch != context.session_epoch_) {
        // The same request came twice, and the second has the session now.
        answer.error = ErrorCode::invalid_fetch_session_epoch;
        return answer;
    }
    std::vector<std::uint32_t> gave_records;
    for (std::uint32_t i = 0; i < results.size(); ++i) {
        if (tell(partitions.slot(context.order_[i]), results[i])) {
            answer.carried.push_back(i);
            if (results[i].record_bytes > 0) {
                gave_records.push_back(context.order_[i]);
            }
        }
    }
    partitions.move_to_end(gave_records);
    return answer;
}

std::size_t FetchSessionCache::partitions() const {
    std::size_t sum = 0;
    for (const auto& [id, session] : sessions_) {
        sum += session->partitions->size();
    }
    return sum;
}

std::int32_t FetchSessionCache::create_session(const FetchContext& context, Time now) {
    if (sessions_.size() >= options_.slots &&
        !make_room(context.privileged_, context.size(), now)) {
        return no_fetch_session;
    }
    auto session = std::make_shared<FetchSession>(FetchSession{
        .id = new_session_id(),
        .privileged = context.privileged_,
        .epoch = next_epoch(initial_fetch_epoch),
        .created = now,
        .last_used = now,
        .partitions = context.partitions_,
    });
    const auto id = session->id;
    sessions_.emplace(id, std::move(session));
    INVARIANT(sessions_.size() <= options_.slots, "{} sessions in {} slots", sessions_.size(),
              options_.slots);
    return id;
}

/// A new session takes the place of one that is stale; of a consumer's if it is a follower's; of a
/// smaller one that has lived long enough (Kafka's FetchSessionCacheShard.tryEvict). A walk through
/// all, instead of Kafka's three ordered trees: those cost every fetch, this one a full cache.
bool FetchSessionCache::make_room(bool privileged, std::size_t size, Time now) {
    FetchSession* oldest = nullptr;
    FetchSession* least = nullptr;
    for (const auto& [id, session] : sessions_) {
        if (!oldest ||
            std::pair(session->last_used, id) < std::pair(oldest->last_used, oldest->id)) {
            oldest = session.get();
        }
        const bool settled = session->last_used - session->created > options_.eviction;
        if ((settled || (privileged && !session->privileged)) &&
            (!least || worth(*session) < worth(*least))) {
            least = session.get();
        }
    }
    FetchSession* victim = nullptr;
    if (oldest && now - oldest->last_used > options_.eviction) {
        victim = oldest;
    } else if (least && worth(*least) <= std::tuple(privileged, size, 0)) {
        victim = least;
    }
    if (!victim) {
        return false;
    }
    sessions_.erase(victim->id);
    ++evictions_;
    return true;
}

/// Random, so that a client of the broker's last life does not meet somebody else's session;
/// splitmix64, each shard in its own range of the positive numbers.
std::int32_t FetchSessionCache::new_session_id() {
    const std::uint32_t range = id_max / options_.shards;
    while (true) {
        auto random = next_random_ += 0x9e3779b97f4a7c15ULL;
        random = (random ^ (random >> 30)) * 0xbf58476d1ce4e5b9ULL;
        random = (random ^ (random >> 27)) * 0x94d049bb133111ebULL;
        random ^= random >> 31;
        const auto id = static_cast<std::int32_t>(1 + options_.shard * range + random % range);
        if (!sessions_.contains(id)) {
            return id;
        }
    }
}

}  // namespace barnabas::broker
