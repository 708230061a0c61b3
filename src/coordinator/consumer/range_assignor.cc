#include "coordinator/consumer/range_assignor.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <tuple>

namespace barnabas::coordinator {
namespace {

struct Split {
    std::int32_t subscribers = 0;
    std::int32_t next = 0;    // the first partition that is not assigned yet
    std::int32_t served = 0;  // subscribers that have their range
};

std::vector<std::size_t> static_members_first(const AssignorInput& input) {
    std::vector<std::size_t> order(input.members.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&input](std::size_t index) {
        const auto& member = input.members[index];
        return std::tuple(!member.instance_id.has_value(), member.instance_id.value_or(""),
                          member.id);
    });
    return order;
}

}  // namespace

AssignorOutput assign_range(const AssignorInput& input) {
    std::map<Uuid, Split> splits;
    for (const auto& member : input.members) {
        for (const Uuid& topic : *member.topics) {
            ++splits[topic].subscribers;
        }
    }
    AssignorOutput output(input.members.size());
    for (const std::size_t index : static_members_first(input)) {
        for (const Uuid& topic : *input.members[index].topics) {
            Split& split = splits.at(topic);
            const std::int32_t partitions = input.partitions.at(topic);
            // The first ones get one more where it does not come out even.
            const bool one_more = split.served++ < partitions % split.subscribers;
            std::int32_t count = partitions / split.subscribers + (one_more ? 1 : 0);
            for (; count > 0; --count) {
                output[index][topic].push_back(split.next++);
            }
        }
    }
    return output;
}

}  // namespace barnabas::coordinator
