// Groups of every kind: listed by each broker for those that it coordinates, deleted by their
// coordinators.
#include "client/admin/all_brokers.h"
#include "client/admin/plans.h"
#include "wire/messages/delete_groups.h"
#include "wire/messages/list_groups.h"

#include <algorithm>

namespace barnabas::client::admin_api {
namespace {

using admin::GroupListing;
using admin::GroupListings;
using admin::GroupState;
using admin::GroupType;
using wire::DeleteGroupsRequest;
using wire::DeleteGroupsResponse;
using wire::ListGroupsRequest;
using wire::ListGroupsResponse;

/// The first version of ListGroups that can filter so. Brokers without types have classic groups
/// alone, so that asking for those, with or without consumer groups, needs no filter.
std::int16_t version_for(const admin::ListGroupsOptions& options) {
    constexpr std::int16_t first_with_states = 4;
    constexpr std::int16_t first_with_types = 5;
    const bool only_what_old_brokers_have =
        options.types == std::set{GroupType::classic} ||
        options.types == std::set{GroupType::consumer, GroupType::classic};
    if (!options.types.empty() && !only_what_old_brokers_have) {
        return first_with_types;
    }
    return options.states.empty() ? 0 : first_with_states;
}

GroupListing listing_of(const ListGroupsResponse::Group& group) {
    GroupListing listing{
        .id = group.group_id, .protocol = group.protocol_type, .type = {}, .state = {}};
    if (!group.group_type.empty()) {
        listing.type = admin::parse_group_type(group.group_type);
    }
    if (!group.group_state.empty()) {
        listing.state = admin::parse_group_state(group.group_state);
    }
    return listing;
}

class ListGroups final : public Handler<BrokerId, std::vector<GroupListing>> {
public:
    explicit ListGroups(admin::ListGroupsOptions options) : options_(std::move(options)) {}

    Route route(const BrokerId& id) const override { return Route::to_broker(id); }
    std::string describe(const BrokerId& id) const override {
        return fmt::format("the groups of broker {}", id);
    }
    Asks requests(const admin::Node& /*to*/, std::vector<BrokerId> keys,
                  Duration /*time_left*/) override {
        ListGroupsRequest request;
        for (const GroupState state : options_.states) {
            request.states_filter.emplace_back(admin::to_text(state));
        }
        for (const GroupType type : options_.types) {
            request.types_filter.emplace_back(admin::to_text(type));
        }
        const BrokerId id = keys.front();
        auto read = [this, id](const ListGroupsResponse& response) {
            Verdicts<BrokerId, std::vector<GroupListing>> told;
            told.emplace(id, verdict(id, response));
            return told;
        };
        return ask_once(std::move(keys), std::move(request), std::move(read),
                        {version_for(options_), ListGroupsRequest::versions.last});
    }

private:
    [[nodiscard]] Verdict<std::vector<GroupListing>> verdict(
        BrokerId id, const ListGroupsResponse& response) const {
        const auto code = ErrorCode{response.error_code};
        if (code != ErrorCode::none) {
            const bool passing = code == ErrorCode::coordinator_load_in_progress ||
                                 code == ErrorCode::coordinator_not_available;
            return refused<std::vector<GroupListing>>(
                passing ? Next::again : Next::done, broker_error(code, std::nullopt, describe(id)));
        }
        std::vector<GroupListing> listings;
        for (const auto& group : response.groups) {
            const auto& wanted = options_.protocol_types;
            if (wanted.empty() || wanted.contains(group.protocol_type)) {
                listings.push_back(listing_of(group));
            }
        }
        return Verdict<std::vector<GroupListing>>(std::move(listings));
    }

    admin::ListGroupsOptions options_;
};

/// A group may have moved while it was listed: it is there once.
GroupListings merge(Outcomes<BrokerId, std::vector<GroupListing>> by_broker) {
    std::map<std::string, GroupListing> groups;
    GroupListings merged;
    for (auto& [broker, listings] : by_broker) {
        if (!listings) {
            merged.errors.push_back(std::move(listings.error()));
            continue;
        }
        for (auto& listing : *listings) {
            groups[listing.id] = std::move(listing);
        }
    }
    for (auto& [id, listing] : groups) {
        merged.groups.push_back(std::move(listing));
    }
    return merged;
}

class DeleteGroups final : public Handler<std::string, void> {
public:
    Route route(const std::string& id) const override { return Route::to_group(id); }
    std::string describe(const std::string& id) const override {
        return fmt::format("group {}", id);
    }
    Asks requests(const admin::Node& /*to*/, std::vector<std::string> keys,
                  Duration /*time_left*/) override {
        DeleteGroupsRequest request;
        request.groups_names = keys;
        auto read = [this](const DeleteGroupsResponse& response) {
            Verdicts<std::string, void> told;
            for (const auto& group : response.results) {
                const auto code = ErrorCode{group.error_code};
                if (code == ErrorCode::none) {
                    told.emplace(group.group_id, Verdict<void>(Result<void>{}));
                } else {
                    told.emplace(group.group_id,
                                 refused<void>(next_with_coordinator(code),
                                               broker_error(code, group.error_message,
                                                            describe(group.group_id))));
                }
            }
            return told;
        };
        return ask_once(std::move(keys), std::move(request), std::move(read));
    }
};

}  // namespace

Plan<GroupListings> list_groups_plan(const admin::ListGroupsOptions& options,
                                     const Settings& settings) {
    using Listings = std::vector<GroupListing>;
    auto handler =
        [options](const std::vector<admin::Node>&) -> std::unique_ptr<Handler<BrokerId, Listings>> {
        return std::make_unique<ListGroups>(options);
    };
    auto by_broker = all_brokers_plan<Listings>(std::move(handler), settings);
    auto result = [read = std::move(by_broker.result)]() mutable -> Result<GroupListings> {
        TRY_ASSIGN(auto outcomes, read());
        return merge(std::move(outcomes));
    };
    return {.operation = std::move(by_broker.operation), .result = std::move(result)};
}

Plan<Outcomes<std::string>> delete_groups_plan(std::set<std::string> ids,
                                               const Settings& settings) {
    return keyed_plan<std::string, void>(std::move(ids), std::make_unique<DeleteGroups>(),
                                         settings);
}

}  // namespace barnabas::client::admin_api
