#pragma once

#include "base/result.h"
#include "base/types.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::broker {

/// A partition as share sessions name it.
struct SharedPartition {
    TopicId topic;
    PartitionId partition;

    friend auto operator<=>(const SharedPartition&, const SharedPartition&) = default;
};

/// Whose session it is: each member of a group has one.
struct ShareSessionKey {
    std::string group;
    std::string member;

    friend auto operator<=>(const ShareSessionKey&, const ShareSessionKey&) = default;
};

/// The epochs that begin and end a session; every other belongs to an open one (KIP-932).
inline constexpr std::int32_t initial_share_epoch = 0;
inline constexpr std::int32_t final_share_epoch = -1;

/// Which members have a share session, on whichever shard: a member has one, its newest. Safe on
/// every thread.
class ShareSessionRegister {
public:
    /// The member's newest session from now on: a number that no other had. Nothing where it would
    /// be one member more than `most`.
    [[nodiscard]] std::optional<std::uint64_t> add(const ShareSessionKey& key, std::size_t most);
    /// That session ends. True: it was the member's newest, and what the member holds is nobody's.
    [[nodiscard]] bool remove(const ShareSessionKey& key, std::uint64_t number);
    /// Members with a session.
    [[nodiscard]] std::size_t size() const;

private:
    mutable std::mutex mutex_;
    std::map<ShareSessionKey, std::uint64_t> newest_;
    std::uint64_t last_number_ = 0;
};

/// The share sessions of one shard's connections (kafka.server.share.SharePartitionManager,
/// ShareSessionCache): which partitions each fetches. Pure bookkeeping; lives on its shard. A
/// session ends with its connection. A member that comes back to another shard is told
/// SHARE_SESSION_NOT_FOUND and begins anew; what is left of the session there takes nothing from it
/// when it ends.
class ShareSessions {
public:
    explicit ShareSessions(std::shared_ptr<ShareSessionRegister> all_shards)
        : all_shards_(std::move(all_shards)) {}

    struct Fetch {
        ShareSessionKey key;
        std::int32_t epoch = 0;
        const void* connection = nullptr;
        std::vector<SharedPartition> partitions{};  // that are to be fetched from now on
        std::vector<SharedPartition> forgotten{};
        bool acknowledges = false;
        std::size_t sessions_max = 0;  // of the whole broker
    };
    struct Begun {
        bool is_new = false;    // every partition is in the response, also those without records
        bool replaced = false;  // a session of the member that was there already
        std::int32_t epoch = 0;
        std::uint64_t number = 0;                   // of the session: is_open()
        std::vector<SharedPartition> partitions{};  // to be fetched now, in turn first
    };
    /// share_session_not_found, invalid_share_session_epoch, share_session_limit_reached;
    /// invalid_request if a session begins with acknowledgements. With final_share_epoch nothing is
    /// fetched; the session stays until end().
    Result<Begun> begin_fetch(const Fetch& fetch);
    /// The same for ShareAcknowledge, which can begin no session.
    Result<void> begin_acknowledge(const ShareSessionKey& key, std::int32_t epoch);

    /// Whether the session of this number goes on.
    [[nodiscard]] bool is_open(const ShareSessionKey& key, std::uint64_t number) const;

    /// Of what was fetched for one partition, as far as the session cares.
    struct Fetched {
        SharedPartition partition;
        bool has_records = false;
        bool has_error = false;
    };
    /// Whether the response of an open session names the partition: it has something, or had an
    /// error before, or is new.
    bool carries(const ShareSessionKey& key, const Fetched& fetched);

    struct Ended {
        ShareSessionKey key;
        std::vector<SharedPartition> partitions;  // none where the member has a newer session
    };
    /// Nothing if there is no such session.
    std::vector<Ended> end(const ShareSessionKey& key);
    std::vector<Ended> end_connection(const void* connection);

    [[nodiscard]] std::size_t size() const { return sessions_.size(); }

private:
    struct Partition {
        SharedPartition partition;
        bool owes_answer = false;
    };
    struct Session {
        std::uint64_t number = 0;
        std::int32_t epoch = 1;  // that the next request has to have
        const void* connection = nullptr;
        std::vector<Partition> partitions;
    };
    Result<Session*> find(const ShareSessionKey& key, std::int32_t epoch);
    static void update(Session& session, const Fetch& fetch);

    std::shared_ptr<ShareSessionRegister> all_shards_;
    std::map<ShareSessionKey, Session> sessions_;
};

}  // namespace barnabas::broker
