// How the cluster's features change: judged, stored, then in every shard's image.
#include "broker/await_answer.h"
#include "broker/topic_service.h"

#include <utility>

namespace barnabas::broker {

awaitable<Result<void>> TopicService::update_features(std::vector<FeatureUpdate> updates,
                                                      bool validate_only, Time deadline) {
    const auto turn = co_await turns_.take_by(deadline);
    if (!turn) {
        co_return std::unexpected(turn.error());
    }
    auto next = image_->features;
    for (const auto& update : updates) {
        if (auto checked = check_update(next, update); !checked) {
            co_return checked;
        }
        next.levels.insert_or_assign(update.feature, update.level);
    }
    if (validate_only || updates.empty()) {
        co_return Result<void>();
    }
    auto start = [&](auto done) {
        metadata::set_features(ports_.store, next.levels, std::move(done));
    };
    const auto version =
        co_await await_answer<Result<metadata::NodeVersion>>(home_, std::move(start));
    if (!version) {
        co_return fail(version.error().code, "{}", version.error().message);
    }
    for (const auto& update : updates) {
        ports_.log.info("{} is {} from now on", update.feature, update.level);
    }
    auto image = std::make_shared<ClusterImage>(*image_);
    image->features = finalized_features({.levels = next.levels, .version = *version});
    co_await publish(std::move(image));
    co_return Result<void>();
}

}  // namespace barnabas::broker
