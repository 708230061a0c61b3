#pragma once

#include "base/result.h"
#include "base/time.h"
#include "coordinator/classic/member.h"
#include "coordinator/classic/state.h"
#include "coordinator/group.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::coordinator {

/// A classic group: who is in it, and what of that is counted. It answers nobody and sets no timer:
/// ClassicGroups does (org.apache.kafka.coordinator.group.classic.ClassicGroup).
/// Also an id under which offsets were committed without members (a "simple" group): empty, of no
/// protocol type.
/// Always: all members have the group's protocol type, and at least one protocol that all of them
/// offer; the leader is a member; whoever is pending is not a member; the state is empty only
/// without members, stable and completing_rebalance only with some after each command.
class ClassicGroup final : public Group {
public:
    static constexpr GroupType kind = GroupType::classic;
    using State = ClassicGroupState;
    using Members = std::map<std::string, ClassicGroupMember, std::less<>>;

    /// Empty. `since`: when it became so, if that is known.
    explicit ClassicGroup(std::string id, std::optional<Timestamp> since = std::nullopt);

    /// What the topic holds of a group, or what another kind of group was converted to.
    struct Stored {
        struct Member {
            ClassicGroupMember member;
            ClassicProtocols protocols;
        };
        std::int32_t generation = 0;
        std::string protocol_type{};            // empty: none
        std::optional<std::string> protocol{};  // the one that the generation uses
        std::optional<std::string> leader{};    // not a member: somebody else is taken
        std::optional<Timestamp> since{};
        std::vector<Member> members{};  // with different ids and instance ids
    };
    /// Stable, or empty without members.
    ClassicGroup(std::string id, Stored stored);

    // --- Group ---
    [[nodiscard]] GroupType type() const override { return kind; }
    [[nodiscard]] const std::string& id() const override { return id_; }
    [[nodiscard]] std::string_view state_name() const override {
        return classic_state_name(state_);
    }
    [[nodiscard]] std::string_view protocol_type() const override;
    [[nodiscard]] std::size_t member_count() const override { return members_.size(); }
    [[nodiscard]] Result<void> check_commit(const Committer& from) const override;
    [[nodiscard]] Result<void> check_fetch(const Committer& from) const override;
    [[nodiscard]] Result<void> check_delete() const override;
    [[nodiscard]] bool is_subscribed_to(std::string_view topic) const override;
    [[nodiscard]] std::optional<Expiry> offset_expiry() const override;
    void add_tombstones(Records& to) const override;

    // --- what it is ---
    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] bool is_in(State state) const { return state_ == state; }
    [[nodiscard]] std::optional<Timestamp> since() const { return since_; }
    [[nodiscard]] std::int32_t generation() const { return generation_; }
    [[nodiscard]] const std::optional<std::string>& protocol() const { return protocol_; }
    [[nodiscard]] bool has_protocol_type() const { return protocol_type_.has_value(); }
    [[nodiscard]] bool uses_consumer_protocol() const;
    [[nodiscard]] const std::optional<std::string>& leader() const { return leader_; }
    [[nodiscard]] bool is_leader(std::string_view member) const { return leader_ == member; }
    [[nodiscard]] const Members& members() const { return members_; }
    [[nodiscard]] ClassicGroupMember* find_member(std::string_view member);
    [[nodiscard]] const ClassicGroupMember* find_member(std::string_view member) const;
    /// nullptr if no member has that instance id.
    [[nodiscard]] const std::string* static_member(std::string_view instance) const;
    [[nodiscard]] std::size_t static_count() const { return static_members_.size(); }
    [[nodiscard]] bool is_pending(std::string_view member) const;
    [[nodiscard]] std::size_t pending_count() const { return pending_.size(); }
    [[nodiscard]] std::size_t joining_count() const { return joining_; }
    [[nodiscard]] std::size_t owing_sync_count() const { return owing_sync_; }

    /// Nobody has to be waited for in the join phase.
    [[nodiscard]] bool all_joined() const {
        return joining_ == members_.size() && pending_.empty();
    }
    /// It prepares the first rebalance after it was empty: it waits for whoever may come.
    [[nodiscard]] bool is_in_initial_rebalance() const {
        return state_ == State::preparing_rebalance && previous_ == State::empty;
    }
    [[nodiscard]] bool can_rebalance() const {
        return may_follow(state_, State::preparing_rebalance);
    }
    /// Whether a member may be in it with this type and these protocols.
    [[nodiscard]] bool supports(std::string_view type, const ClassicProtocols& protocols) const;
    /// What most members prefer of that which all offer; of equals the first by name.
    /// INVARIANT: there are members.
    [[nodiscard]] std::string select_protocol() const;
    /// The longest of its members'.
    [[nodiscard]] Duration rebalance_timeout() const;
    /// unknown_member_id, or fenced_instance_id if another member has the instance id by now.
    [[nodiscard]] Result<void> check_member(std::string_view member,
                                            std::optional<std::string_view> instance) const;

    // --- what happens to it ---
    /// INVARIANT: may_follow().
    void transition(State to, Timestamp now);
    /// The first becomes the leader. It is no longer pending. INVARIANT: supports() it.
    ClassicGroupMember& add(ClassicGroupMember member, ClassicProtocols protocols);
    /// Somebody else becomes the leader, if need be. INVARIANT: it waits for nothing.
    void remove(std::string_view member);
    /// Another process is the static member now, with an id of its own, and everything else as it
    /// was. INVARIANT: it waits for nothing.
    ClassicGroupMember& replace_static(std::string_view member, std::string new_id);
    void update(ClassicGroupMember& member, ClassicProtocols protocols,
                std::int32_t session_timeout_ms, std::int32_t rebalance_timeout_ms);

    /// It waits; an earlier request of it, which nobody answers any more, is given back.
    [[nodiscard]] std::optional<ClassicWait> wait_for_join(ClassicGroupMember& member,
                                                           ClassicWait wait);
    [[nodiscard]] std::optional<ClassicWait> wait_for_sync(ClassicGroupMember& member,
                                                           ClassicWait wait);
    /// It waits no longer; nothing if it did not.
    [[nodiscard]] std::optional<ClassicWait> take_join(ClassicGroupMember& member);
    [[nodiscard]] std::optional<ClassicWait> take_sync(ClassicGroupMember& member);

    /// A member id was given out.
    void add_pending(std::string member);
    /// false if it was not pending.
    bool remove_pending(std::string_view member);

    void owe_sync(ClassicGroupMember& member);
    void settle_sync(ClassicGroupMember& member);
    void settle_all_syncs();

    /// If the leader has not joined again, somebody who has takes its place. false: there is
    /// nobody.
    bool elect_joined_leader();
    /// To completing_rebalance with the protocol that is selected, or to empty without members.
    void begin_generation(Timestamp now);

    /// How long the initial rebalance goes on waiting.
    struct InitialDelay {
        Duration step{};  // the wait that runs
        Duration left{};  // how much may be added to it
        bool somebody_came = false;
    };
    std::optional<InitialDelay> initial_delay;

private:
    void count_protocols(const ClassicGroupMember& member);
    void discount_protocols(const ClassicGroupMember& member);
    /// A candidate is a protocol that all members offer.
    [[nodiscard]] bool is_candidate(std::string_view protocol) const;
    /// Of the members' subscriptions in the current protocol.
    void learn_topics();

    std::string id_;
    State state_ = State::empty;
    State previous_ = State::dead;
    std::optional<Timestamp> since_;
    std::int32_t generation_ = 0;
    std::optional<std::string> protocol_type_;
    std::optional<std::string> protocol_;
    std::optional<std::string> leader_;
    Members members_;
    std::map<std::string, std::string, std::less<>> static_members_;  // instance id: member id
    std::set<std::string, std::less<>> pending_;
    std::map<std::string, std::size_t, std::less<>> offered_;  // protocol: by how many members
    std::size_t joining_ = 0;
    std::size_t owing_sync_ = 0;
    /// Nothing: not known (the subscriptions are not the consumer protocol's, or nobody can read
    /// them). Of the last generation.
    std::optional<std::set<std::string, std::less<>>> topics_;
};

}  // namespace barnabas::coordinator
