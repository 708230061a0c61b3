// DescribeCluster (KIP-700). Versions 0-2; 1 may ask for the controllers' endpoints (KIP-919), 2
// for fenced brokers too (KIP-1073), of which there are none.
#include "wire/messages/describe_cluster.h"

#include "broker/handlers/authorized_operations.h"
#include "broker/handlers/handlers.h"

namespace barnabas::broker {
namespace {

constexpr std::int8_t brokers = 1;
constexpr std::int8_t controllers = 2;

}  // namespace

wire::DescribeClusterResponse handle_describe_cluster(Call& call,
                                                      wire::DescribeClusterRequest& request) {
    wire::DescribeClusterResponse response;
    response.endpoint_type = request.endpoint_type;
    if (request.endpoint_type == controllers) {
        call.refuse(response, {.code = ErrorCode::mismatched_endpoint_type,
                               .message = "controllers are asked for on a broker's listener"});
        return response;
    }
    if (request.endpoint_type != brokers) {
        call.refuse(response, {.code = ErrorCode::unsupported_endpoint_type,
                               .message = fmt::format(
                                   "endpoint type {}; there are brokers (1) and controllers (2)",
                                   request.endpoint_type)});
        return response;
    }
    const auto& image = *call.home.image;
    response.cluster_id = image.cluster_id;
    response.controller_id = image.controller.get();
    for (const auto& broker : image.brokers) {
        const auto endpoint = broker.endpoints.find(call.listener);
        if (endpoint != broker.endpoints.end()) {
            auto& entry = response.brokers.emplace_back();
            entry.broker_id = broker.id.get();
            entry.host = endpoint->second.host;
            entry.port = endpoint->second.port;
            entry.rack = broker.rack;
        }
    }
    if (request.include_cluster_authorized_operations) {
        response.cluster_authorized_operations = all_cluster_operations;
    }
    return response;
}

}  // namespace barnabas::broker
