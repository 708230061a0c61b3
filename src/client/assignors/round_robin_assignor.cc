#include "client/assignors/round_robin_assignor.h"

#include "client/assignors/numbered_group.h"

namespace barnabas::client {

Assignment assign_round_robin(const TopicLayouts& layouts,
                              const std::vector<GroupMember>& members) {
    const NumberedGroup group{layouts, members};
    const auto members_in_turn = group.members_in_turn();
    std::vector<std::vector<Number>> partitions_of(group.member_count());
    Number turn = 0;
    for (Number partition = 0; partition < group.partition_count(); ++partition) {
        // Ends: a topic of the group has a subscriber.
        while (!group.subscribes(members_in_turn[turn], group.topic_of(partition))) {
            turn = (turn + 1) % members_in_turn.size();
        }
        partitions_of[members_in_turn[turn]].push_back(partition);
        turn = (turn + 1) % members_in_turn.size();
    }
    return group.to_assignment(partitions_of);
}

}  // namespace barnabas::client
