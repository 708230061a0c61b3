#pragma once

#include "coordinator/classic/member.h"
#include "coordinator/group.h"
#include "coordinator/outcome.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace barnabas::coordinator {

// What a classic group has to do when its records are appended, or could not be.

/// A group is new. If it cannot be stored there is no such group.
struct ClassicCreation {
    std::vector<Answer> held;         // to be given if it is stored
    std::unique_ptr<Group> replaced;  // an empty group of another kind, which comes back if not
};

/// The leader's assignment; the members get it if the generation is still the same.
struct ClassicAssignment {
    std::int32_t generation = 0;
    std::string from{};
    std::map<std::string, SharedBytes, std::less<>> of_members{};
};

/// A static member was replaced in a stable group; if that cannot be stored it is undone.
struct ClassicReplacement {
    std::string old_id;
    std::string new_id;
    std::string old_leader;
    // as the old one had them
    ClassicProtocols protocols;
    std::int32_t session_timeout_ms = 0;
    std::int32_t rebalance_timeout_ms = 0;
};

/// A group has no members any more. If that cannot be stored, the last generation comes back with
/// the next load, and its members expire.
struct ClassicEmptying {};

using ClassicAppend =
    std::variant<ClassicCreation, ClassicAssignment, ClassicReplacement, ClassicEmptying>;

}  // namespace barnabas::coordinator
