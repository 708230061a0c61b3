#include "coordinator/classic/classic_group.h"

#include "base/invariant.h"
#include "wire/codec.h"
#include "wire/persisted/consumer_protocol.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <limits>
#include <utility>

namespace barnabas::coordinator {
namespace {

/// Kafka lets it become negative, which its own clients take for no generation at all.
std::int32_t next_generation(std::int32_t generation) {
    const bool last = generation == std::numeric_limits<std::int32_t>::max();
    return last || generation < 0 ? 1 : generation + 1;
}

/// The topics of a subscription of the consumer protocol. Every version begins as version 0 does,
/// so that future ones are read as well (ConsumerProtocol.deserializeConsumerProtocolSubscription).
std::optional<std::vector<std::string>> topics_of(ByteView subscription) {
    constexpr std::size_t version_bytes = 2;
    if (subscription.size() < version_bytes) {
        return std::nullopt;
    }
    auto read =
        wire::decode<wire::ConsumerProtocolSubscription>(subscription.subspan(version_bytes), 0);
    return read ? std::optional(std::move(read->topics)) : std::nullopt;
}

}  // namespace

ClassicGroup::ClassicGroup(std::string id, std::optional<Timestamp> since)
    : id_(std::move(id)), since_(since) {}

ClassicGroup::ClassicGroup(std::string id, Stored stored)
    : id_(std::move(id)),
      state_(stored.members.empty() ? State::empty : State::stable),
      since_(stored.since),
      generation_(stored.generation),
      protocol_(std::move(stored.protocol)) {
    if (!stored.protocol_type.empty()) {
        protocol_type_ = std::move(stored.protocol_type);
    }
    for (auto& [member, protocols] : stored.members) {
        add(std::move(member), std::move(protocols));
    }
    if (stored.leader && members_.contains(*stored.leader)) {
        leader_ = std::move(stored.leader);
    }
    learn_topics();
}

ClassicGroupMember* ClassicGroup::find_member(std::string_view member) {
    const auto at = members_.find(member);
    return at == members_.end() ? nullptr : &at->second;
}

const ClassicGroupMember* ClassicGroup::find_member(std::string_view member) const {
    const auto at = members_.find(member);
    return at == members_.end() ? nullptr : &at->second;
}

const std::string* ClassicGroup::static_member(std::string_view instance) const {
    const auto at = static_members_.find(instance);
    return at == static_members_.end() ? nullptr : &at->second;
}

bool ClassicGroup::is_pending(std::string_view member) const {
    return pending_.contains(member);
}

bool ClassicGroup::is_candidate(std::string_view protocol) const {
    const auto at = offered_.find(protocol);
    return at != offered_.end() && at->second == members_.size();
}

bool ClassicGroup::supports(std::string_view type, const ClassicProtocols& protocols) const {
    if (protocols.empty()) {
        return false;
    }
    if (state_ == State::empty) {
        return !type.empty();
    }
    // All members may have left again while the first rebalance waits for more.
    return protocol_type_ == type &&
           (members_.empty() ||
            std::ranges::any_of(protocols, [&](const ClassicProtocol& protocol) {
                return is_candidate(protocol.name);
            }));
}

std::string ClassicGroup::select_protocol() const {
    INVARIANT(!members_.empty(), "group {} has nobody who votes", id_);
    std::map<std::string_view, std::size_t> votes;
    for (const auto& [id, member] : members_) {
        const auto vote = std::ranges::find_if(
            member.protocols(), [&](const auto& protocol) { return is_candidate(protocol.name); });
        INVARIANT(vote != member.protocols().end(), "no protocol of member {} suits all", id);
        ++votes[vote->name];
    }
    const auto most = std::ranges::max_element(
        votes, {}, [](const auto& counted) { return counted.second; });  // the first of equals
    return std::string(most->first);
}

Duration ClassicGroup::rebalance_timeout() const {
    std::int32_t longest_ms = 0;
    for (const auto& [id, member] : members_) {
        longest_ms = std::max(longest_ms, member.rebalance_timeout_ms);
    }
    return std::chrono::milliseconds(longest_ms);
}

void ClassicGroup::transition(State to, Timestamp now) {
    INVARIANT(may_follow(state_, to), "group {} goes from {} to {}", id_, state_name(),
              classic_state_name(to));
    INVARIANT(to != State::empty || members_.empty(), "group {} is empty with {} members", id_,
              members_.size());
    INVARIANT((to != State::stable && to != State::completing_rebalance) || !members_.empty(),
              "group {} is {} without members", id_, classic_state_name(to));
    previous_ = state_;
    state_ = to;
    since_ = now;
}

ClassicGroupMember& ClassicGroup::add(ClassicGroupMember member, ClassicProtocols protocols) {
    if (members_.empty()) {
        protocol_type_ = member.protocol_type;
    }
    INVARIANT(protocol_type_ == member.protocol_type, "{} joins {} of type {}",
              member.protocol_type, id_, protocol_type());
    INVARIANT(!protocols.empty(), "member {} offers no protocol", member.id);
    pending_.erase(member.id);
    if (!leader_) {
        leader_ = member.id;
    }
    if (member.instance_id) {
        const bool fresh = static_members_.emplace(*member.instance_id, member.id).second;
        INVARIANT(fresh, "group {} has two members of one instance id", id_);
    }
    auto id = member.id;
    const auto [at, fresh] = members_.emplace(std::move(id), std::move(member));
    INVARIANT(fresh, "group {} has member {} twice", id_, at->first);
    at->second.protocols_ = std::move(protocols);
    count_protocols(at->second);
    INVARIANT(std::ranges::any_of(at->second.protocols_,
                                  [&](const auto& offered) { return is_candidate(offered.name); }),
              "member {} of {} shares no protocol with the others", at->first, id_);
    return at->second;
}

void ClassicGroup::remove(std::string_view member) {
    const auto at = members_.find(member);
    INVARIANT(at != members_.end(), "group {} has no member {}", id_, member);
    auto& leaving = at->second;
    INVARIANT(!leaving.waits_for_join() && !leaving.waits_for_sync(),
              "member {} leaves {} while it waits", member, id_);
    settle_sync(leaving);
    discount_protocols(leaving);
    if (leaving.instance_id) {
        static_members_.erase(*leaving.instance_id);
    }
    const bool led = is_leader(leaving.id);
    members_.erase(at);
    if (led) {
        leader_.reset();
        if (!members_.empty()) {
            leader_ = members_.begin()->first;
        }
    }
}

ClassicGroupMember& ClassicGroup::replace_static(std::string_view member, std::string new_id) {
    const auto at = members_.find(member);
    INVARIANT(at != members_.end() && at->second.is_static(), "{} has no static member {}", id_,
              member);
    INVARIANT(!members_.contains(new_id), "group {} has member {} already", id_, new_id);
    INVARIANT(!at->second.waits_for_join() && !at->second.waits_for_sync(),
              "member {} of {} is replaced while it waits", member, id_);
    auto node = members_.extract(at);
    if (is_leader(node.key())) {
        leader_ = new_id;
    }
    static_members_[*node.mapped().instance_id] = new_id;
    node.mapped().id = new_id;
    node.mapped().is_new = false;
    node.key() = std::move(new_id);
    return members_.insert(std::move(node)).position->second;
}

void ClassicGroup::update(ClassicGroupMember& member, ClassicProtocols protocols,
                          std::int32_t session_timeout_ms, std::int32_t rebalance_timeout_ms) {
    discount_protocols(member);
    member.protocols_ = std::move(protocols);
    count_protocols(member);
    member.session_timeout_ms = session_timeout_ms;
    member.rebalance_timeout_ms = rebalance_timeout_ms;
}

std::optional<ClassicWait> ClassicGroup::wait_for_join(ClassicGroupMember& member,
                                                       ClassicWait wait) {
    joining_ += member.join_ ? 0 : 1;
    return std::exchange(member.join_, wait);
}

std::optional<ClassicWait> ClassicGroup::wait_for_sync(ClassicGroupMember& member,
                                                       ClassicWait wait) {
    return std::exchange(member.sync_, wait);
}

std::optional<ClassicWait> ClassicGroup::take_join(ClassicGroupMember& member) {
    joining_ -= member.join_ ? 1 : 0;
    return std::exchange(member.join_, std::nullopt);
}

std::optional<ClassicWait> ClassicGroup::take_sync(ClassicGroupMember& member) {
    return std::exchange(member.sync_, std::nullopt);
}

void ClassicGroup::add_pending(std::string member) {
    INVARIANT(!members_.contains(member), "{} is a member of {} already", member, id_);
    pending_.insert(std::move(member));
}

bool ClassicGroup::remove_pending(std::string_view member) {
    const auto at = pending_.find(member);
    if (at == pending_.end()) {
        return false;
    }
    pending_.erase(at);
    return true;
}

void ClassicGroup::owe_sync(ClassicGroupMember& member) {
    owing_sync_ += member.owes_sync_ ? 0 : 1;
    member.owes_sync_ = true;
}

void ClassicGroup::settle_sync(ClassicGroupMember& member) {
    owing_sync_ -= member.owes_sync_ ? 1 : 0;
    member.owes_sync_ = false;
}

void ClassicGroup::settle_all_syncs() {
    for (auto& [id, member] : members_) {
        settle_sync(member);
    }
    INVARIANT(owing_sync_ == 0, "{} syncs are owed to {} by nobody", owing_sync_, id_);
}

bool ClassicGroup::elect_joined_leader() {
    if (!leader_) {
        return false;
    }
    const auto* leader = find_member(*leader_);
    INVARIANT(leader != nullptr, "leader {} is no member of {}", *leader_, id_);
    if (leader->waits_for_join()) {
        return true;
    }
    const auto joined = std::ranges::find_if(
        members_, [](const auto& entry) { return entry.second.waits_for_join(); });
    if (joined == members_.end()) {
        return false;
    }
    leader_ = joined->first;
    return true;
}

void ClassicGroup::begin_generation(Timestamp now) {
    generation_ = next_generation(generation_);
    if (members_.empty()) {
        protocol_.reset();
    } else {
        protocol_ = select_protocol();
    }
    learn_topics();
    transition(members_.empty() ? State::empty : State::completing_rebalance, now);
    settle_all_syncs();
}

void ClassicGroup::count_protocols(const ClassicGroupMember& member) {
    for (const auto& protocol : member.protocols()) {
        ++offered_[protocol.name];
    }
}

void ClassicGroup::discount_protocols(const ClassicGroupMember& member) {
    for (const auto& protocol : member.protocols()) {
        const auto at = offered_.find(protocol.name);
        INVARIANT(at != offered_.end(), "protocol {} was not counted in {}", protocol.name, id_);
        if (--at->second == 0) {
            offered_.erase(at);
        }
    }
}

void ClassicGroup::learn_topics() {
    topics_.reset();
    if (!uses_consumer_protocol() || (!members_.empty() && !protocol_)) {
        return;
    }
    std::set<std::string, std::less<>> all;
    for (const auto& [id, member] : members_) {
        const auto subscription = member.metadata(*protocol_);
        INVARIANT(subscription != nullptr, "member {} does not offer protocol {}", id, *protocol_);
        auto topics = topics_of(subscription->view());
        if (!topics) {
            return;
        }
        all.insert(std::move_iterator(topics->begin()), std::move_iterator(topics->end()));
    }
    topics_ = std::move(all);
}

}  // namespace barnabas::coordinator
