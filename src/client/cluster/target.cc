#include "client/cluster/target.h"

#include "base/invariant.h"

namespace barnabas::client {

std::string_view coordinator_type_name(CoordinatorType type) {
    switch (type) {
        case CoordinatorType::group:
            return "group";
        case CoordinatorType::transaction:
            return "transactional id";
        case CoordinatorType::share:
            return "share partition";
    }
    INVARIANT(false, "coordinator type {}", static_cast<int>(type));
}

std::string Target::text() const {
    switch (kind_) {
        case Kind::any:
            return "any broker";
        case Kind::broker:
            return fmt::format("broker {}", broker_);
        case Kind::controller:
            return "the controller";
        case Kind::coordinator:
            return fmt::format("the coordinator of {} '{}'", coordinator_type_name(type_), key_);
    }
    INVARIANT(false, "target of kind {}", static_cast<int>(kind_));
}

}  // namespace barnabas::client
