#pragma once

#include "broker/handlers/call.h"
#include "broker/share/led_share_partition.h"
#include "share/share_partition.h"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::broker {

/// What ShareFetch and ShareAcknowledge have in common: acknowledgements of partitions.
struct PartitionAcknowledgements {
    SharePartitionKey key;
    std::vector<share::Acknowledgement> batches{};  // views of the request
    BrokerShard* owner = nullptr;                   // none: `error` says why
    std::optional<Error> error{};                   // what came of it
};

/// Whether batches in a request are sound (KafkaApis.validateAcknowledgementBatches): they rise and
/// do not overlap, have one type or one for each offset, and renew (4) only where the request says
/// so (isRenewAck, from version 2 on). invalid_request.
[[nodiscard]] Result<void> check_acknowledgements(
    const std::vector<share::Acknowledgement>& batches, bool may_renew);

/// Finds who owns the partition, or why nobody here does, and checks the batches.
void locate(const Call& call, PartitionAcknowledgements& partition, bool may_renew);

/// Those of a request's topics that have acknowledgements.
template <class Topics>
std::vector<PartitionAcknowledgements> acknowledgements_of(const Call& call,
                                                           const std::string& group,
                                                           const Topics& topics, bool may_renew) {
    std::vector<PartitionAcknowledgements> found;
    for (const auto& topic : topics) {
        for (const auto& partition : topic.partitions) {
            if (partition.acknowledgement_batches.empty()) {
                continue;
            }
            auto& added = found.emplace_back();
            added.key = {group, {topic.topic_id, PartitionId{partition.partition_index}}};
            for (const auto& batch : partition.acknowledgement_batches) {
                added.batches.push_back({.first = Offset{batch.first_offset},
                                         .last = Offset{batch.last_offset},
                                         .types = batch.acknowledge_types});
            }
            locate(call, added, may_renew);
        }
    }
    return found;
}

/// Carries them out, each on the shard that owns its partition, and returns when all that changed
/// is written down. `partitions` lives until then.
awaitable<void> acknowledge_all(Call& call, std::string member,
                                std::vector<PartitionAcknowledgements>& partitions);

/// unsupported_version without share groups; invalid_request without a group or with a member's id
/// that is empty or longer than 36 characters (KafkaApis.isMemberIdValid).
[[nodiscard]] Result<ShareSessionKey> check_share_request(const Call& call,
                                                          const std::optional<std::string>& group,
                                                          const std::optional<std::string>& member);

}  // namespace barnabas::broker
