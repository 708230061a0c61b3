#include "broker/share/share_acknowledgements.h"

#include "broker/handlers/on_coordinator.h"
#include "broker/on_shards.h"
#include "broker/share/share_partitions.h"
#include "coordinator/share/member_id.h"

#include <algorithm>
#include <utility>

namespace barnabas::broker {
namespace {

using Partitions = std::vector<PartitionAcknowledgements>;

/// On `owner`'s shard: all of them begin before the first is waited for. Other shards work on the
/// rest of `partitions` meanwhile.
awaitable<void> acknowledge_on(BrokerShard& owner, const std::string& member,
                               Partitions& partitions) {
    struct Begun {
        PartitionAcknowledgements* partition;
        std::shared_ptr<LedSharePartition> led;
        std::shared_ptr<ShareWrite> write;
    };
    std::vector<Begun> begun;
    for (auto& partition : partitions) {
        if (partition.owner != &owner || partition.error) {
            continue;
        }
        const auto led = owner.shares->find(partition.key);
        if (led == nullptr || !led->is_active()) {
            // As SharePartitionManager: who fetched nothing has nothing to acknowledge.
            partition.error =
                Error{ErrorCode::unknown_topic_or_partition,
                      "nothing of the partition has been fetched by the group since it is "
                      "led here"};
            continue;
        }
        auto write = led->acknowledge(member, partition.batches);
        if (!write) {
            partition.error = std::move(write.error());
        } else {
            begun.push_back({&partition, led, std::move(*write)});
        }
    }
    for (auto& one : begun) {
        one.partition->error = co_await one.led->wait_for(std::move(one.write));
    }
}

}  // namespace

Result<void> check_acknowledgements(const std::vector<share::Acknowledgement>& batches,
                                    bool may_renew) {
    Offset next{0};
    for (const auto& batch : batches) {
        if (batch.first < next || batch.last < batch.first) {
            return fail(ErrorCode::invalid_request,
                        "an acknowledgement batch from {} to {}; it must begin at {} or later and "
                        "not end before",
                        batch.first, batch.last, next);
        }
        const auto records = batch.last - batch.first + 1;
        if (batch.types.empty() ||
            (batch.types.size() > 1 && std::cmp_not_equal(batch.types.size(), records))) {
            return fail(ErrorCode::invalid_request,
                        "{} acknowledge types for the {} offsets from {} on; there must be one, or "
                        "one for each",
                        batch.types.size(), records, batch.first);
        }
        const auto most = std::to_underlying(may_renew ? share::AcknowledgeType::renew
                                                       : share::AcknowledgeType::reject);
        for (const auto type : batch.types) {
            if (type < 0 || type > most) {
                return fail(ErrorCode::invalid_request,
                            "acknowledge type {} for offsets from {} on; here it must be 0 to {}",
                            type, batch.first, most);
            }
        }
        next = batch.last + 1;
    }
    return {};
}

void locate(const Call& call, PartitionAcknowledgements& partition, bool may_renew) {
    if (auto checked = check_acknowledgements(partition.batches, may_renew); !checked) {
        partition.error = std::move(checked.error());
        return;
    }
    const auto& at = partition.key.at;
    const auto* image = call.home.image->partition(at.topic, at.partition);
    if (image == nullptr) {
        const bool known = call.home.image->topic(at.topic) != nullptr;
        partition.error = {
            known ? ErrorCode::unknown_topic_or_partition : ErrorCode::unknown_topic_id,
            fmt::format("there is no partition {} of a topic with the id {}", at.partition,
                        at.topic)};
    } else if (image->leader != call.services.node) {
        partition.error = Error{ErrorCode::not_leader_or_follower,
                                fmt::format("broker {} leads the partition", image->leader)};
    } else {
        partition.owner = &call.services.owner(at.topic, at.partition);
    }
}

awaitable<void> acknowledge_all(Call& call, std::string member,
                                std::vector<PartitionAcknowledgements>& partitions) {
    std::vector<BrokerShard*> owners;
    for (const auto& partition : partitions) {
        if (partition.owner != nullptr &&
            std::ranges::find(owners, partition.owner) == owners.end()) {
            owners.push_back(partition.owner);
        }
    }
    auto work = [&member, &partitions](BrokerShard& owner) {
        return acknowledge_on(owner, member, partitions);
    };
    co_await on_shards(call.home, owners, work);
}

Result<ShareSessionKey> check_share_request(const Call& call,
                                            const std::optional<std::string>& group,
                                            const std::optional<std::string>& member) {
    TRY(check_share_groups(call));
    if (!group || group->empty()) {
        return fail(ErrorCode::invalid_request, "the request names no group");
    }
    if (!member || member->empty() || coordinator::is_too_long_for_share_member(*member)) {
        return fail(ErrorCode::invalid_request,
                    "the member's id is \"{}\"; it must have 1 to {} characters",
                    member.value_or(""), coordinator::share_member_id_max);
    }
    return ShareSessionKey{.group = *group, .member = *member};
}

}  // namespace barnabas::broker
