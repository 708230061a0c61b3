// What a classic group tells those who keep offsets, list, describe or delete.
#include "coordinator/classic/classic_group.h"
#include "coordinator/classic/sentences.h"
#include "wire/persisted/offset_records.h"

namespace barnabas::coordinator {

std::string_view ClassicGroup::protocol_type() const {
    return protocol_type_ ? std::string_view(*protocol_type_) : std::string_view();
}

bool ClassicGroup::uses_consumer_protocol() const {
    return protocol_type_ == "consumer";
}

Result<void> ClassicGroup::check_member(std::string_view member,
                                        std::optional<std::string_view> instance) const {
    if (instance) {
        const auto* holder = static_member(*instance);
        if (holder == nullptr) {
            return fail(ErrorCode::unknown_member_id, "no member of group {} has instance id {}",
                        shown(id_), shown(*instance));
        }
        if (*holder != member) {
            return fail(ErrorCode::fenced_instance_id,
                        "instance id {} of group {} is member {}'s now, not {}'s", shown(*instance),
                        shown(id_), shown(*holder), shown(member));
        }
    }
    if (find_member(member) == nullptr) {
        return fail(ErrorCode::unknown_member_id, "{} is no member of group {}", shown(member),
                    shown(id_));
    }
    return {};
}

Result<void> ClassicGroup::check_commit(const Committer& from) const {
    if (is_in(State::dead)) {
        return fail(ErrorCode::coordinator_not_available, "group {} is no longer kept here",
                    shown(id_));
    }
    if (from.generation_or_epoch < 0 && is_in(State::empty)) {
        return {};  // an administrator, or a consumer that is in no group
    }
    if (from.generation_or_epoch >= 0 || !from.member_id.empty() || from.instance_id) {
        TRY(check_member(from.member_id, from.instance_id));
        if (from.generation_or_epoch != generation_) {
            return fail(ErrorCode::illegal_generation, "group {} is in generation {}, not {}",
                        shown(id_), generation_, from.generation_or_epoch);
        }
    } else if (!from.transactional && !is_in(State::empty)) {
        return fail(ErrorCode::unknown_member_id,
                    "group {} has members: only they may commit, with their id and generation",
                    shown(id_));
    }
    // The member has heard of the generation, but not yet what is its own in it.
    if (!from.transactional && is_in(State::completing_rebalance)) {
        return fail(ErrorCode::rebalance_in_progress, "group {} waits for its leader's assignment",
                    shown(id_));
    }
    return {};
}

Result<void> ClassicGroup::check_fetch(const Committer& /*from*/) const {
    if (is_in(State::dead)) {
        return fail(ErrorCode::group_id_not_found, "group {} is no longer kept here", shown(id_));
    }
    return {};
}

Result<void> ClassicGroup::check_delete() const {
    switch (state_) {
        case State::dead:
            return fail(ErrorCode::group_id_not_found, "group {} is no longer kept here",
                        shown(id_));
        case State::preparing_rebalance:
        case State::completing_rebalance:
        case State::stable:
            return fail(ErrorCode::non_empty_group,
                        "group {} is {} with {} members; only an empty one can be deleted",
                        shown(id_), state_name(), members_.size());
        case State::empty:
            return {};
    }
    return {};
}

bool ClassicGroup::is_subscribed_to(std::string_view topic) const {
    return topics_ ? topics_->contains(topic) : uses_consumer_protocol();
}

std::optional<Group::Expiry> ClassicGroup::offset_expiry() const {
    if (!protocol_type_) {
        return Expiry{};  // a simple group
    }
    if (is_in(State::empty)) {
        return Expiry{.not_before = since_};
    }
    if (is_in(State::stable) && topics_) {
        return Expiry{};
    }
    return std::nullopt;
}

void ClassicGroup::add_tombstones(Records& to) const {
    to.push_back(make_tombstone(wire::GroupMetadataKey{.group = id_}));
}

}  // namespace barnabas::coordinator
