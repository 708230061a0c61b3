#pragma once

#include "coordination/cluster.h"
#include "coordination/connection.h"
#include "coordination/loop.h"
#include "coordination/options.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace coordination_bench {

/// Which group a member joins, and the one topic that all of its members subscribe to.
struct Membership {
    std::string group;
    std::string topic;
    Address coordinator;
};

/// One member of a group, on a connection of its own. One call at a time. What the broker refuses
/// and would not refuse in a quiet life of a consumer ends the program. Lives as long as the loop.
class Member {
public:
    Member(Loop& loop, Membership membership);
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;
    virtual ~Member() = default;

    /// A connection's first request, as clients make it; makes sure that the broker has taken it.
    Task<> connect(const Options& options);
    /// Enters the group.
    virtual Task<> join() = 0;
    /// A heartbeat and what its answer demands, a new generation included; true if there is more
    /// to be said to the broker at once.
    virtual Task<bool> beat() = 0;
    virtual Task<> leave() = 0;
    /// Commits `offset` for all of its partitions. It must be in a generation.
    Task<> commit(std::int64_t offset);

    /// The generation or member epoch that partitions() belong to; -1: none.
    [[nodiscard]] std::int32_t epoch() const { return epoch_; }
    [[nodiscard]] const std::vector<std::int32_t>& partitions() const { return partitions_; }
    [[nodiscard]] const std::string& id() const { return id_; }
    /// The last offset whose commit was acknowledged; -1: none.
    [[nodiscard]] std::int64_t committed() const { return committed_; }

protected:
    Loop& loop() { return loop_; }
    Connection& connection() { return connection_; }
    [[nodiscard]] const Membership& membership() const { return membership_; }

    std::string id_;
    std::int32_t epoch_ = -1;
    std::vector<std::int32_t> partitions_;

private:
    Loop& loop_;
    Membership membership_;
    Connection connection_;
    std::int64_t committed_ = -1;
};

/// JoinGroup, SyncGroup, Heartbeat, eager. The leader deals the partitions in turn.
class ClassicMember final : public Member {
public:
    /// `partitions`: of the topic, for when it leads.
    ClassicMember(Loop& loop, Membership membership, std::int32_t partitions);

    Task<> join() override;
    Task<bool> beat() override;
    Task<> leave() override;

private:
    Task<barnabas::wire::JoinGroupResponse> join_generation();
    Task<bool> sync(barnabas::wire::JoinGroupResponse joined);
    void take(barnabas::ByteView assignment);

    std::int32_t topic_partitions_;
    barnabas::ByteBuffer subscription_;
};

/// ConsumerGroupHeartbeat (KIP-848), with the broker's own assignor.
class ConsumerMember final : public Member {
public:
    ConsumerMember(Loop& loop, Membership membership);

    Task<> join() override;
    Task<bool> beat() override;
    Task<> leave() override;

private:
    using Request = barnabas::wire::ConsumerGroupHeartbeatRequest;
    using Response = barnabas::wire::ConsumerGroupHeartbeatResponse;

    [[nodiscard]] Request request() const;
    Task<Response> say(Request request);
    bool take(const Response& response);

    barnabas::Uuid topic_id_;
    bool owes_owned_ = false;  ///< the broker does not know yet that it has its partitions
};

std::unique_ptr<Member> make_member(Loop& loop, Membership membership, const Options& options);

}  // namespace coordination_bench
