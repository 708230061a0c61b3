#pragma once

#include "base/bytes.h"
#include "base/strong.h"
#include "base/uuid.h"
#include "coordinator/record.h"
#include "wire/messages/join_group.h"
#include "wire/messages/sync_group.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace barnabas::coordinator {

/// Who sends a request, as far as groups show it.
struct Client {
    std::string id;
    std::string host;          // "/127.0.0.1", as Kafka writes it
    std::int16_t version = 0;  // of the request
    Uuid fresh;                // random: the id of a member that has none yet is made of it
};

/// What made a group rebalance, for the metrics; GroupEvent::why says it in words.
enum class RebalanceCause : std::uint8_t {
    other,
    member_joined,
    member_left,
    member_expired,
    subscription_changed,  // a member's, also that its leader wants to assign anew
    topics_changed,        // those that members subscribe to
};

/// Something that those who run the cluster want to know of a group: one log line, one count.
struct GroupEvent {
    enum class Kind : std::uint8_t { rebalance, stable, member_expired, emptied, died, converted };
    Kind kind = Kind::rebalance;
    std::string group;
    std::string why;                               // a sentence with names and numbers
    RebalanceCause cause = RebalanceCause::other;  // of a rebalance
};

/// What a command that waits for nobody came to. Nothing has changed yet. The records go into the
/// partition as one batch, each is applied, and the reply leaves when they are committed. If they
/// cannot be appended, the client is told so instead and nothing was decided. Without records the
/// reply leaves when what was appended before is committed: it may tell of that.
template <class Reply>
struct Outcome {
    Reply reply;
    Records records{};
    std::vector<GroupEvent> events{};  // for when the records are applied
};

/// Names a request that waits for others; whoever asks chooses it, unique while it waits.
using Ticket = Strong<std::uint64_t, struct TicketTag>;

/// Bytes that many may hold and nobody changes.
using SharedBytes = std::shared_ptr<const ByteBuffer>;
/// What the views in a reply point to: the state that they came from may change before it leaves.
using HeldBytes = std::vector<SharedBytes>;

/// The reply to a request that waited.
struct Answer {
    Ticket ticket;
    std::variant<wire::JoinGroupResponse, wire::SyncGroupResponse> reply;
    HeldBytes held{};
};

/// What is to be done after a command on a group some of whose state is not stored.
/// First the records are appended as one batch. If somebody is to be told of it (`appended`), the
/// group has changed already and the records are not applied: appended() of whoever decided is
/// called with what became of them, and gives decisions again. Otherwise each is applied, and if
/// they cannot be appended the command fails as a whole.
/// Then the answers are sent, when everything that was appended so far is committed.
struct Decisions {
    Records records;
    std::optional<std::string> appended;  // a group's id; only with records
    std::vector<Answer> answers;
    std::vector<GroupEvent> events;

    void answer(Ticket ticket, wire::JoinGroupResponse reply, HeldBytes held = {}) {
        answers.push_back({ticket, std::move(reply), std::move(held)});
    }
    void answer(Ticket ticket, wire::SyncGroupResponse reply, HeldBytes held = {}) {
        answers.push_back({ticket, std::move(reply), std::move(held)});
    }
};

}  // namespace barnabas::coordinator
