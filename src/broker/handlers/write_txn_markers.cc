// WriteTxnMarkers. Versions 0-2; 2 says the transaction's version, by which its epoch is judged
// (KIP-890). Of coordinators, and of the command that aborts a hanging transaction (KIP-664).
#include "wire/messages/write_txn_markers.h"

#include "broker/coordinators/marker_writer.h"
#include "broker/handlers/handlers.h"

#include <utility>

namespace barnabas::broker {
namespace {

using Request = wire::WriteTxnMarkersRequest;
using Response = wire::WriteTxnMarkersResponse;

/// So long disks are waited for (Kafka's request.timeout.ms).
constexpr Duration marker_wait = 30s;

std::vector<MarkerWrite> writes_of(const Request& request) {
    std::vector<MarkerWrite> writes;
    for (const auto& marker : request.markers) {
        for (const auto& topic : marker.topics) {
            for (const auto partition : topic.partition_indexes) {
                writes.push_back(
                    {.partition = {.topic = topic.name, .partition = PartitionId{partition}},
                     .producer = {.id = ProducerId{marker.producer_id},
                                  .epoch = ProducerEpoch{marker.producer_epoch}},
                     .commit = marker.transaction_result,
                     .coordinator_epoch = marker.coordinator_epoch,
                     .transaction_version = marker.transaction_version,
                     .error = {}});
            }
        }
    }
    return writes;
}

/// A coordinator does not expect that another one is on the move: come again (KafkaApis).
ErrorCode code_of(const MarkerWrite& write) {
    if (write.gone) {
        return ErrorCode::unknown_topic_or_partition;
    }
    switch (const auto code = write.error ? write.error->code : ErrorCode::none) {
        case ErrorCode::coordinator_not_available:
        case ErrorCode::coordinator_load_in_progress:
        case ErrorCode::not_coordinator:
            return ErrorCode::not_leader_or_follower;
        default:
            return code;
    }
}

}  // namespace

awaitable<Response> handle_write_txn_markers(Call& call, Request& request) {
    auto writes = writes_of(request);
    co_await write_markers(call.services, call.home, writes, call.received + marker_wait);
    Response response;
    auto write = writes.begin();
    for (const auto& marker : request.markers) {
        auto& answer = response.markers.emplace_back();
        answer.producer_id = marker.producer_id;
        for (const auto& topic : marker.topics) {
            auto& of_topic = answer.topics.emplace_back();
            of_topic.name = topic.name;
            for (const auto partition : topic.partition_indexes) {
                const auto code = code_of(*write++);
                call.count_error(code);
                of_topic.partitions.push_back({.partition_index = partition,
                                               .error_code = std::to_underlying(code),
                                               .unknown_tags = {}});
            }
        }
    }
    co_return response;
}

}  // namespace barnabas::broker
