#pragma once

#include "base/result.h"
#include "broker/fetch_session.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

namespace barnabas::broker {

/// The epochs of KIP-227 that open or close a session; every other belongs to an open one.
inline constexpr std::int32_t initial_fetch_epoch = 0;
inline constexpr std::int32_t final_fetch_epoch = -1;
/// The session id of requests and responses without a session.
inline constexpr std::int32_t no_fetch_session = 0;

/// What came of reading one partition, as far as sessions care.
struct FetchedPartition {
    ErrorCode error = ErrorCode::none;
    Offset high_watermark = no_offset;
    Offset log_start = no_offset;
    std::uint64_t record_bytes = 0;
    /// The response names a preferred read replica or a diverging epoch: the client must act.
    bool redirects = false;
};

/// The head of a fetch response, and which partitions it carries.
struct FetchAnswer {
    ErrorCode error = ErrorCode::none;
    std::int32_t session_id = no_fetch_session;
    /// Positions in the context's order, rising.
    std::vector<std::uint32_t> carried;
};

/// The incremental fetch sessions of one shard (kafka.server.FetchManager, FetchSessionCacheShard).
/// Lives on its shard; pure bookkeeping. A session is known to the shard that made it alone: a
/// client that comes back to another one is told FETCH_SESSION_ID_NOT_FOUND and starts anew.
/// Always: sessions() <= slots.
class FetchSessionCache {
public:
    struct Options {
        std::size_t slots = 1000;       // max.incremental.fetch.session.cache.slots, our part
        Duration eviction = 120'000ms;  // min.incremental.fetch.session.eviction.ms
        std::uint32_t shard = 0;        // of `shards`: no two shards give the same id
        std::uint32_t shards = 1;
        std::uint64_t seed = 0;  // ids follow from it: a restarted broker's differ
    };

    explicit FetchSessionCache(Options options);

    /// What `request` of this version reads. A full request (initial or final epoch) closes the
    /// session it names. The error is the response's (which then has neither session nor
    /// partitions): fetch_session_id_not_found, invalid_fetch_session_epoch, or
    /// fetch_session_topic_id_error where names and topic ids are mixed in one session; the session
    /// stays as it was.
    Result<FetchContext> begin(const wire::FetchRequest& request, std::int16_t version, Time now);

    /// `results[i]` is what the context's `i`th partition gave. A full request's session is
    /// created here, if there is room; an incremental one leaves out what did not change, and
    /// reads last next time what gave records this time, so that no partition starves.
    /// To be called once per context, unless its request is given up.
    FetchAnswer finish(FetchContext& context, std::span<const FetchedPartition> results, Time now);

    [[nodiscard]] std::size_t sessions() const { return sessions_.size(); }
    [[nodiscard]] std::size_t partitions() const;
    [[nodiscard]] std::uint64_t evictions() const { return evictions_; }

private:
    Result<FetchContext> begin_incremental(const wire::FetchRequest& request, bool by_id, Time now);
    std::int32_t create_session(const FetchContext& context, Time now);
    bool make_room(bool privileged, std::size_t size, Time now);
    std::int32_t new_session_id();

    Options options_;
    std::unordered_map<std::int32_t, std::shared_ptr<FetchSession>> sessions_;
    std::uint64_t next_random_;
    std::uint64_t evictions_ = 0;
};

}  // namespace barnabas::broker
