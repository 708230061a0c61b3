// ShareAcknowledge. Versions 1-2; 0 was never stable. 2 renews locks (KIP-1222) and tells how long
// they last.
#include "wire/messages/share_acknowledge.h"

#include "broker/config/share_config.h"
#include "broker/handlers/handlers.h"
#include "broker/share/share_acknowledgements.h"
#include "broker/share/share_partitions.h"

namespace barnabas::broker {
namespace {

using wire::ShareAcknowledgeResponse;

void fill(Call& call, ShareAcknowledgeResponse& response,
          std::vector<PartitionAcknowledgements>& partitions) {
    for (auto& partition : partitions) {
        const auto& at = partition.key.at;
        if (response.responses.empty() || response.responses.back().topic_id != at.topic) {
            response.responses.emplace_back().topic_id = at.topic;
        }
        auto& answer = response.responses.back().partitions.emplace_back();
        answer.partition_index = at.partition.get();
        if (!partition.error) {
            continue;
        }
        const auto* image = call.home.image->partition(at.topic, at.partition);
        if (partition.error->code == ErrorCode::not_leader_or_follower && image != nullptr) {
            answer.current_leader.leader_id = image->leader.get();
            answer.current_leader.leader_epoch = image->leader_epoch.get();
        }
        call.refuse(answer, std::move(*partition.error));
    }
}

}  // namespace

awaitable<ShareAcknowledgeResponse> handle_share_acknowledge(
    Call& call, wire::ShareAcknowledgeRequest& request) {
    ShareAcknowledgeResponse response;
    const auto key = check_share_request(call, request.group_id, request.member_id);
    if (!key) {
        call.refuse(response, key.error());
        co_return response;
    }
    auto& shares = *call.home.shares;
    if (auto begun = shares.sessions().begin_acknowledge(*key, request.share_session_epoch);
        !begun) {
        call.refuse(response, std::move(begun.error()));
        co_return response;
    }
    const auto settings = share_settings_of(*call.home.image, *call.home.settings, key->group);
    response.acquisition_lock_timeout_ms =
        static_cast<std::int32_t>(settings.record_lock_duration.count());
    auto partitions = acknowledgements_of(call, key->group, request.topics, request.is_renew_ack);
    co_await acknowledge_all(call, key->member, partitions);
    if (request.share_session_epoch == final_share_epoch) {
        for (auto& ended : shares.sessions().end(*key)) {
            co_await shares.release(std::move(ended));
        }
    }
    fill(call, response, partitions);
    co_return response;
}

}  // namespace barnabas::broker
