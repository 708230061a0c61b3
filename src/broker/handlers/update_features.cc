// UpdateFeatures (KIP-584). Versions 0-2; 1 says how to downgrade and can only validate, 2 answers
// for all of the features together, which are changed all or not at all.
#include "wire/messages/update_features.h"

#include "broker/handlers/handlers.h"
#include "broker/topic_service.h"

#include <algorithm>
#include <set>
#include <utility>

namespace barnabas::broker {
namespace {

using Request = wire::UpdateFeaturesRequest;
using Response = wire::UpdateFeaturesResponse;

FeatureUpdate update_of(const Request::FeatureUpdate& asked, std::int16_t version) {
    FeatureUpdate update{.feature = asked.feature,
                         .level = asked.max_version_level,
                         .kind = static_cast<FeatureUpdate::Kind>(asked.upgrade_type)};
    if (version == 0) {
        update.kind = asked.allow_downgrade ? FeatureUpdate::Kind::safe_downgrade
                                            : FeatureUpdate::Kind::upgrade;
    }
    return update;
}

Result<std::vector<FeatureUpdate>> updates_of(const Request& request, std::int16_t version) {
    std::vector<FeatureUpdate> updates;
    std::set<std::string_view> named;
    for (const auto& asked : request.feature_updates) {
        if (!named.insert(asked.feature).second) {
            return fail(ErrorCode::invalid_request, "feature {} is named twice", asked.feature);
        }
        updates.push_back(update_of(asked, version));
    }
    return updates;
}

awaitable<Result<void>> update(Call& call, const Request& request) {
    auto updates = updates_of(request, call.version);
    if (!updates) {
        co_return fail(std::move(updates));
    }
    auto& services = call.services;
    const Time deadline =
        call.received + std::chrono::milliseconds(std::max(0, request.timeout_ms));
    auto change = [&] {
        return services.topics->update_features(*updates, request.validate_only, deadline);
    };
    co_return co_await runtime::await_on(call.home.shard, services.shards.front()->shard, change);
}

}  // namespace

awaitable<Response> handle_update_features(Call& call, Request& request) {
    constexpr std::int16_t answers_together_since = 2;
    auto done = co_await update(call, request);
    Response response;
    if (!done) {
        call.refuse(response, std::move(done.error()));
    }
    if (call.version < answers_together_since) {
        for (const auto& asked : request.feature_updates) {
            response.results.push_back({.feature = asked.feature,
                                        .error_code = response.error_code,
                                        .error_message = response.error_message,
                                        .unknown_tags = {}});
        }
    }
    co_return response;
}

}  // namespace barnabas::broker
