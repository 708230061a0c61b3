#pragma once

#include "unit/coordinator/classic/classic_world.h"
#include "wire/persisted/framing.h"

#include <fmt/format.h>

#include <string>

namespace barnabas::coordinator::testing {

/// The records of the log, applied to another world.
inline void replay(const ClassicWorld& from, ClassicWorld& other) {
    for (const auto& record : from.log) {
        const auto stored_key = wire::read_coordinator_key(record.key.view());
        ASSERT_TRUE(stored_key);
        if (stored_key->id != wire::GroupMetadataKey::record_id) {
            continue;
        }
        const auto key = wire::decode_stored<wire::GroupMetadataKey>(*stored_key);
        ASSERT_TRUE(key);
        if (!record.value) {
            other.classic.apply(*key, nullptr);
            continue;
        }
        const auto stored = wire::read_versioned(record.value->view(), stored_key->id);
        ASSERT_TRUE(stored);
        const auto value = wire::decode_stored<wire::GroupMetadataValue>(*stored);
        ASSERT_TRUE(value) << value.error().message;
        other.classic.apply(*key, &*value);
    }
}

/// What replay has to give again.
inline std::string picture_of(const ClassicWorld& world) {
    std::string picture;
    for (const auto& [id, unused] : world.groups.all()) {
        const auto* group = world.groups.find_as<ClassicGroup>(id);
        if (group == nullptr) {
            continue;
        }
        picture += fmt::format("{}: {} generation {} type {} protocol {} leader {}\n", id,
                               group->state_name(), group->generation(), group->protocol_type(),
                               group->protocol().value_or("-"), group->leader().value_or("-"));
        for (const auto& [member_id, member] : group->members()) {
            const auto metadata = member.metadata(group->protocol().value_or(""));
            picture += fmt::format(
                "  {} instance {} client {} host {} session {} rebalance {} {} bytes -> {}\n",
                member_id, member.instance_id.value_or("-"), member.client_id, member.client_host,
                member.session_timeout_ms, member.rebalance_timeout_ms,
                metadata == nullptr ? 0 : metadata->size(), as_text(member.assigned()));
        }
    }
    return picture;
}

}  // namespace barnabas::coordinator::testing
