#include "coordinator/group.h"

#include "base/invariant.h"

namespace barnabas::coordinator {

std::string_view group_type_name(GroupType type) {
    switch (type) {
        case GroupType::classic:
            return "Classic";
        case GroupType::consumer:
            return "Consumer";
        case GroupType::share:
            return "Share";
        case GroupType::streams:
            return "Streams";
    }
    INVARIANT(false, "group type {}", static_cast<int>(type));
    return {};
}

}  // namespace barnabas::coordinator
