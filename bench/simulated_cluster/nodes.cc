#include "simulated_cluster/nodes.h"

#include "base/endian.h"
#include "wire/codec.h"
#include "wire/headers.h"
#include "wire/messages/api_versions.h"

#include <utility>

namespace simulated_cluster {

using namespace barnabas;

namespace {

Result<std::int32_t> correlation_of(const std::string& answer) {
    if (answer.size() < sizeof(std::int32_t)) {
        return fail(ErrorCode::invalid_request, "an answer of {} bytes", answer.size());
    }
    return load_big_endian<std::int32_t>(as_bytes(answer).data());
}

/// Without its size.
std::string frame_of(const wire::Output& output) {
    return std::string(as_text(output.bytes.view().subspan(sizeof(std::int32_t))));
}

/// An ApiVersions request that does not say which node it is for. One of a version that is not
/// known stays what it is: the broker says so.
Result<std::string> to_any_node(const std::string& frame, const wire::ReadHeader& read) {
    using wire::ApiVersionsRequest;
    const auto version = read.header.request_api_version;
    if (!ApiVersionsRequest::versions.contains(version)) {
        return frame;
    }
    TRY_ASSIGN(auto request,
               wire::decode<ApiVersionsRequest>(as_bytes(frame).subspan(read.size), version));
    request.node_id = ApiVersionsRequest{}.node_id;
    wire::Output output;
    wire::begin_request(output, read.header);
    wire::encode(request, version, output);
    return frame_of(output);
}

}  // namespace

void show(const Nodes& nodes, wire::MetadataResponse& metadata) {
    metadata.brokers.clear();
    std::int32_t number = 1;
    for (const auto port : nodes.ports) {
        metadata.brokers.push_back({.node_id = number++,
                                    .host = nodes.host,
                                    .port = port,
                                    .rack = std::nullopt,
                                    .unknown_tags = {}});
    }
    metadata.controller_id = 1;
    const auto count = static_cast<std::int32_t>(nodes.ports.size());
    for (auto& topic : metadata.topics) {
        for (auto& partition : topic.partitions) {
            if (partition.leader_id < 0) {
                continue;
            }
            partition.leader_id = 1 + partition.partition_index % count;
            partition.replica_nodes = {partition.leader_id};
            partition.isr_nodes = {partition.leader_id};
        }
    }
}

Result<std::string> Conversation::on_request(std::string frame) {
    TRY_ASSIGN(const auto read, wire::read_request_header(as_bytes(frame)));
    const auto& header = read.header;
    if (header.request_api_key == wire::MetadataRequest::api_key) {
        metadata_.insert_or_assign(header.correlation_id, header.request_api_version);
    } else if (header.request_api_key == wire::ApiVersionsRequest::api_key) {
        return to_any_node(frame, read);
    }
    return frame;
}

Result<std::string> Conversation::on_answer(std::string frame) {
    TRY_ASSIGN(const auto correlation, correlation_of(frame));
    const auto asked = metadata_.extract(correlation);
    if (asked.empty()) {
        return frame;
    }
    return with_nodes(frame, asked.mapped());
}

Result<std::string> Conversation::with_nodes(const std::string& frame, std::int16_t version) const {
    constexpr auto key = wire::MetadataRequest::api_key;
    TRY_ASSIGN(const auto header, wire::read_response_header(as_bytes(frame), key, version));
    TRY_ASSIGN(auto metadata,
               wire::decode<wire::MetadataResponse>(as_bytes(frame).subspan(header.size), version));
    show(nodes_, metadata);
    wire::Output output;
    wire::begin_response(output, key, version, header.correlation_id);
    wire::encode(metadata, version, output);
    return frame_of(output);
}

}  // namespace simulated_cluster
