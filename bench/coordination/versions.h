#pragma once

#include "wire/messages/add_partitions_to_txn.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/consumer_group_heartbeat.h"
#include "wire/messages/delete_groups.h"
#include "wire/messages/end_txn.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/heartbeat.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/join_group.h"
#include "wire/messages/leave_group.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_fetch.h"
#include "wire/messages/produce.h"
#include "wire/messages/sync_group.h"

#include <cstdint>

namespace coordination_bench {

/// The response to a request, and the version that is spoken: one that Kafka 4.4 has too.
template <class Request>
struct Spoken;

#define SPEAKS(Api, number)                             \
    template <>                                         \
    struct Spoken<barnabas::wire::Api##Request> {       \
        using Response = barnabas::wire::Api##Response; \
        static constexpr std::int16_t version = number; \
    }

SPEAKS(ApiVersions, 3);
SPEAKS(FindCoordinator, 4);
SPEAKS(JoinGroup, 9);
SPEAKS(SyncGroup, 5);
SPEAKS(Heartbeat, 4);
SPEAKS(LeaveGroup, 5);
SPEAKS(OffsetCommit, 9);  // 10 names topics by their ids
SPEAKS(OffsetFetch, 9);
SPEAKS(DeleteGroups, 2);
SPEAKS(ConsumerGroupHeartbeat, 1);
SPEAKS(InitProducerId, 5);
SPEAKS(AddPartitionsToTxn, 3);  // later ones are for brokers
// With 12 and 5 a broker adds the partitions by itself and ends each transaction with a new epoch.
SPEAKS(Produce, 12);
SPEAKS(EndTxn, 5);

#undef SPEAKS

/// The last versions of Produce and EndTxn before that (KIP-890).
inline constexpr std::int16_t produce_version_before_kip890 = 11;
inline constexpr std::int16_t end_txn_version_before_kip890 = 4;

}  // namespace coordination_bench
