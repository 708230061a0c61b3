// ApiVersions. Versions 0-5; 3 names the client's software and lists features (KIP-584), 4 also
// those whose levels begin at 0, 5 carries the cluster and node that the client expects (KIP-1242).
// A version that is not known is answered in version 0 with UNSUPPORTED_VERSION (dispatcher.cc).
#include "wire/messages/api_versions.h"

#include "broker/features.h"
#include "broker/handlers/handler_row.h"
#include "broker/handlers/handlers.h"
#include "wire/messages/init_producer_id.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <iterator>

namespace barnabas::broker {
namespace {

/// Kafka's pattern for names and versions of client software (KIP-511).
bool is_software_word(std::string_view word) {
    const auto plain = [](unsigned char c) { return std::isalnum(c) != 0; };
    const auto inner = [plain](unsigned char c) { return plain(c) || c == '-' || c == '.'; };
    return !word.empty() && plain(static_cast<unsigned char>(word.front())) &&
           plain(static_cast<unsigned char>(word.back())) && std::ranges::all_of(word, inner);
}

ErrorCode check(const Call& call, const wire::ApiVersionsRequest& request) {
    if (call.version >= 3 && (!is_software_word(request.client_software_name) ||
                              !is_software_word(request.client_software_version))) {
        return ErrorCode::invalid_request;
    }
    const auto& image = *call.home.image;
    const bool other_cluster = request.cluster_id && *request.cluster_id != image.cluster_id;
    const bool other_node = request.node_id >= 0 && request.node_id != call.services.node.get();
    return other_cluster || other_node ? ErrorCode::rebootstrap_required : ErrorCode::none;
}

void add_features(const Call& call, wire::ApiVersionsResponse& response) {
    constexpr std::int16_t knows_level_0_since = 4;  // older clients cannot read it (KAFKA-17492)
    const auto& finalized = call.home.image->features;
    for (const auto& feature : features) {
        if (feature.level_min > 0 || call.version >= knows_level_0_since) {
            response.supported_features.push_back({.name = std::string(feature.name),
                                                   .min_version = feature.level_min,
                                                   .max_version = feature.level_max,
                                                   .unknown_tags = {}});
        }
        if (const auto level = finalized.level(feature.name); level > 0) {
            response.finalized_features.push_back({.name = std::string(feature.name),
                                                   .max_version_level = level,
                                                   .min_version_level = level,
                                                   .unknown_tags = {}});
        }
    }
    response.finalized_features_epoch = finalized.epoch;
}

/// Share groups' APIs, between clients and brokers and among brokers.
bool is_of_share_groups(std::int16_t api_key) {
    constexpr std::int16_t keys[] = {76, 77, 78, 79, 83, 84, 85, 86, 87, 90, 91, 92};
    return std::ranges::find(keys, api_key) != std::end(keys);
}

/// The newest version that clients are told of. That of two-phase commit (KIP-939) is not finished:
/// Kafka 4.4 keeps it from them too, who would all use it.
std::int16_t newest_version(const Call& call, const HandlerRow& row) {
    constexpr std::int16_t finished_init_producer_id = 5;
    const bool two_phase = call.home.settings->config.transactions.coordinator.two_phase_commit;
    return row.api_key == wire::InitProducerIdRequest::api_key && !two_phase
               ? finished_init_producer_id
               : row.versions.last;
}

}  // namespace

wire::ApiVersionsResponse handle_api_versions(Call& call, wire::ApiVersionsRequest& request) {
    wire::ApiVersionsResponse response;
    const auto error = check(call, request);
    response.error_code = static_cast<std::int16_t>(error);
    call.count_error(error);
    if (error != ErrorCode::none) {
        return response;
    }
    const bool share_groups = has_share_groups(call.home.image->features);
    for (const auto& row : handler_rows()) {
        if (is_of_share_groups(row.api_key) && !share_groups) {
            continue;
        }
        response.api_keys.push_back({.api_key = row.api_key,
                                     .min_version = row.versions.first,
                                     .max_version = newest_version(call, row)});
    }
    add_features(call, response);
    return response;
}

}  // namespace barnabas::broker
