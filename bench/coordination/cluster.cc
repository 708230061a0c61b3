#include "coordination/cluster.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace coordination_bench {

using barnabas::ErrorCode;
using barnabas::wire::ApiVersionsRequest;
using barnabas::wire::ApiVersionsResponse;
using barnabas::wire::FindCoordinatorRequest;
using barnabas::wire::FindCoordinatorResponse;

namespace {

constexpr std::int16_t transaction_version_of_kip890 = 2;

/// Nothing where one of them has to be asked for again.
std::vector<Address> addresses_of(const FindCoordinatorResponse& response,
                                  const std::vector<std::string>& keys) {
    std::vector<Address> addresses;
    for (const auto& key : keys) {
        const auto found = std::ranges::find(response.coordinators, key,
                                             &FindCoordinatorResponse::Coordinator::key);
        if (found == response.coordinators.end()) {
            give_up("FindCoordinator says nothing of " + key);
        }
        const auto code = code_of(found->error_code);
        if (is_coordinator_starting(code)) {
            return {};
        }
        if (code != ErrorCode::none) {
            give_up_on("FindCoordinator", key, code);
        }
        addresses.push_back({.host = found->host, .port = found->port});
    }
    return addresses;
}

template <class Request>
void check_version(const ApiVersionsResponse& served,
                   std::int16_t version = Spoken<Request>::version) {
    const auto found =
        std::ranges::find(served.api_keys, Request::api_key, &ApiVersionsResponse::ApiKey::api_key);
    if (found == served.api_keys.end() || version < found->min_version ||
        version > found->max_version) {
        give_up(fmt::format("the broker does not serve {} version {}", Request::name, version));
    }
}

void check_transactions(const ApiVersionsResponse& served, bool kip890) {
    namespace wire = barnabas::wire;
    check_version<wire::InitProducerIdRequest>(served);
    if (!kip890) {
        check_version<wire::AddPartitionsToTxnRequest>(served);
        check_version<wire::ProduceRequest>(served, produce_version_before_kip890);
        return check_version<wire::EndTxnRequest>(served, end_txn_version_before_kip890);
    }
    check_version<wire::ProduceRequest>(served);
    check_version<wire::EndTxnRequest>(served);
    const auto feature = std::ranges::find(served.finalized_features, "transaction.version",
                                           &ApiVersionsResponse::FinalizedFeature::name);
    if (feature == served.finalized_features.end() ||
        feature->max_version_level < transaction_version_of_kip890) {
        give_up("--kip890 needs a broker whose feature transaction.version is 2 or more");
    }
}

void check_groups(const ApiVersionsResponse& served, Protocol protocol) {
    namespace wire = barnabas::wire;
    check_version<wire::OffsetCommitRequest>(served);
    check_version<wire::OffsetFetchRequest>(served);
    check_version<wire::DeleteGroupsRequest>(served);
    if (protocol == Protocol::consumer) {
        return check_version<wire::ConsumerGroupHeartbeatRequest>(served);
    }
    check_version<wire::JoinGroupRequest>(served);
    check_version<wire::SyncGroupRequest>(served);
    check_version<wire::HeartbeatRequest>(served);
    check_version<wire::LeaveGroupRequest>(served);
}

}  // namespace

Task<std::vector<Address>> find_coordinators(Loop& loop, Connection& connection,
                                             std::vector<std::string> keys, CoordinatorOf type) {
    const FindCoordinatorRequest request{.key_type = static_cast<std::int8_t>(type),
                                         .coordinator_keys = keys};
    for (;;) {
        const FindCoordinatorResponse response = co_await connection.call(request);
        auto addresses = addresses_of(response, keys);
        if (!addresses.empty()) {
            co_return addresses;
        }
        co_await loop.sleep(retry_pause_s);
    }
}

Task<> check_versions(Connection& connection, const Options& options) {
    const ApiVersionsRequest request{.client_software_name = "coordination-bench",
                                     .client_software_version = "1"};
    const ApiVersionsResponse served = co_await connection.call(request);
    if (served.error_code != 0) {
        give_up_on("ApiVersions", "this program", code_of(served.error_code));
    }
    check_version<FindCoordinatorRequest>(served);
    if (options.mode == "transactions") {
        check_transactions(served, options.kip890);
    } else {
        check_groups(served, options.protocol);
    }
}

bool is_coordinator_starting(ErrorCode code) {
    return code == ErrorCode::coordinator_load_in_progress ||
           code == ErrorCode::coordinator_not_available || code == ErrorCode::not_coordinator;
}

void give_up_on(std::string_view what, std::string_view whose, ErrorCode code) {
    give_up(fmt::format("{} of {} failed with {}", what, whose, code));
}

}  // namespace coordination_bench
