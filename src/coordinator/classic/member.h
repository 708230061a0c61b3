#pragma once

#include "base/bytes.h"
#include "base/time.h"
#include "coordinator/outcome.h"
#include "wire/messages/join_group.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::coordinator {

/// A way of assigning that a member offers, with what it has to say in it (its subscription).
struct ClassicProtocol {
    std::string name;
    SharedBytes metadata;  // never null

    friend bool operator==(const ClassicProtocol& a, const ClassicProtocol& b);
};
using ClassicProtocols = std::vector<ClassicProtocol>;

[[nodiscard]] SharedBytes share(ByteView bytes);

/// Copies of them in the client's order; of several with one name the first.
[[nodiscard]] ClassicProtocols protocols_of(const wire::JoinGroupRequest& request);

/// A request that waits, and the version that its reply is for.
struct ClassicWait {
    Ticket ticket;
    std::int16_t version = 0;
};

/// A member of a classic group. Lives in its group, which alone changes what is private: it counts.
class ClassicGroupMember {
public:
    std::string id;
    std::optional<std::string> instance_id;  // of static members (KIP-345)
    std::string client_id;
    std::string client_host;
    std::int32_t session_timeout_ms = 0;
    std::int32_t rebalance_timeout_ms = 0;
    std::string protocol_type;
    SharedBytes assignment;  // null: nothing is assigned
    /// It was never in a generation: its time runs out even while it waits in a join, for it may
    /// be a leftover of a client that gave up and joined again.
    bool is_new = false;

    [[nodiscard]] const ClassicProtocols& protocols() const { return protocols_; }
    [[nodiscard]] bool offers(std::string_view protocol) const;
    /// nullptr if it does not offer the protocol.
    [[nodiscard]] SharedBytes metadata(std::string_view protocol) const;
    [[nodiscard]] ByteView assigned() const;
    [[nodiscard]] Duration session_timeout() const;

    [[nodiscard]] bool is_static() const { return instance_id.has_value(); }
    [[nodiscard]] bool waits_for_join() const { return join_.has_value(); }
    [[nodiscard]] bool waits_for_sync() const { return sync_.has_value(); }
    /// It has been told of the generation and has not asked for its assignment yet.
    [[nodiscard]] bool owes_sync() const { return owes_sync_; }
    /// Whoever waits for others is not expected to send heartbeats.
    [[nodiscard]] bool is_excused() const {
        return !is_new && (waits_for_join() || waits_for_sync());
    }

private:
    friend class ClassicGroup;

    ClassicProtocols protocols_;
    std::optional<ClassicWait> join_;
    std::optional<ClassicWait> sync_;
    bool owes_sync_ = false;
};

}  // namespace barnabas::coordinator
