#include "client/admin/sending.h"

#include "base/invariant.h"
#include "wire/messages/alter_partition_reassignments.h"
#include "wire/messages/alter_replica_log_dirs.h"
#include "wire/messages/alter_share_group_offsets.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/consumer_group_describe.h"
#include "wire/messages/create_partitions.h"
#include "wire/messages/create_topics.h"
#include "wire/messages/delete_groups.h"
#include "wire/messages/delete_records.h"
#include "wire/messages/delete_share_group_offsets.h"
#include "wire/messages/delete_topics.h"
#include "wire/messages/describe_cluster.h"
#include "wire/messages/describe_configs.h"
#include "wire/messages/describe_groups.h"
#include "wire/messages/describe_log_dirs.h"
#include "wire/messages/describe_producers.h"
#include "wire/messages/describe_share_group_offsets.h"
#include "wire/messages/describe_topic_partitions.h"
#include "wire/messages/describe_transactions.h"
#include "wire/messages/elect_leaders.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/incremental_alter_configs.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/leave_group.h"
#include "wire/messages/list_config_resources.h"
#include "wire/messages/list_groups.h"
#include "wire/messages/list_offsets.h"
#include "wire/messages/list_partition_reassignments.h"
#include "wire/messages/list_transactions.h"
#include "wire/messages/metadata.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_delete.h"
#include "wire/messages/offset_fetch.h"
#include "wire/messages/share_group_describe.h"
#include "wire/messages/update_features.h"
#include "wire/messages/write_txn_markers.h"

#include <algorithm>

namespace barnabas::client::admin_api {
namespace {

using namespace wire;

template <class Request>
awaitable<void> send(Cluster& cluster, BrokerId broker, Exchange& erased, Time deadline) {
    auto& exchange = static_cast<RequestExchange<Request>&>(erased);
    const CallOptions options{.deadline = deadline, .versions = exchange.versions()};
    auto answer = co_await cluster.call(broker, std::move(exchange.request), options);
    if (answer) {
        exchange.answer(answer->message, cluster.now());
    } else {
        exchange.fail(std::move(answer.error()), cluster.now());
    }
}

struct Row {
    std::int16_t api_key;
    awaitable<void> (*send)(Cluster&, BrokerId, Exchange&, Time);
};

template <class Request>
constexpr Row row() {
    return {.api_key = Request::api_key, .send = &send<Request>};
}

constexpr Row rows[] = {
    row<AlterPartitionReassignmentsRequest>(),
    row<AlterReplicaLogDirsRequest>(),
    row<AlterShareGroupOffsetsRequest>(),
    row<ApiVersionsRequest>(),
    row<ConsumerGroupDescribeRequest>(),
    row<CreatePartitionsRequest>(),
    row<CreateTopicsRequest>(),
    row<DeleteGroupsRequest>(),
    row<DeleteRecordsRequest>(),
    row<DeleteShareGroupOffsetsRequest>(),
    row<DeleteTopicsRequest>(),
    row<DescribeClusterRequest>(),
    row<DescribeConfigsRequest>(),
    row<DescribeGroupsRequest>(),
    row<DescribeLogDirsRequest>(),
    row<DescribeProducersRequest>(),
    row<DescribeShareGroupOffsetsRequest>(),
    row<DescribeTopicPartitionsRequest>(),
    row<DescribeTransactionsRequest>(),
    row<ElectLeadersRequest>(),
    row<FindCoordinatorRequest>(),
    row<IncrementalAlterConfigsRequest>(),
    row<InitProducerIdRequest>(),
    row<LeaveGroupRequest>(),
    row<ListConfigResourcesRequest>(),
    row<ListGroupsRequest>(),
    row<ListOffsetsRequest>(),
    row<ListPartitionReassignmentsRequest>(),
    row<ListTransactionsRequest>(),
    row<MetadataRequest>(),
    row<OffsetCommitRequest>(),
    row<OffsetDeleteRequest>(),
    row<OffsetFetchRequest>(),
    row<ShareGroupDescribeRequest>(),
    row<UpdateFeaturesRequest>(),
    row<WriteTxnMarkersRequest>(),
};

}  // namespace

awaitable<void> send_exchange(Cluster& cluster, BrokerId broker, Exchange& exchange,
                              Time deadline) {
    const auto* const found = std::ranges::find(rows, exchange.api_key(), &Row::api_key);
    INVARIANT(found != std::end(rows), "API {} is none of the admin client's", exchange.api_key());
    return found->send(cluster, broker, exchange, deadline);
}

}  // namespace barnabas::client::admin_api
