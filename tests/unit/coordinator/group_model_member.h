#pragma once

#include "base/error_code.h"
#include "coordinator/consumer/assignment.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::coordinator::testing {

/// A consumer, as far as both protocols have it.
struct GroupModelMember {
    std::string group;
    std::optional<std::string> instance{};
    std::vector<std::string> names{};
    std::string id{};
    std::int32_t epoch = -1;  // or generation
    Assignment owned{};
    bool gone = false;    // its process has ended
    bool strays = false;  // it took over what the coordinator could not know of
};

}  // namespace barnabas::coordinator::testing
