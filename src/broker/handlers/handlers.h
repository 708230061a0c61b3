#pragma once

#include "broker/handlers/call.h"

// One declaration per API that is served; each is defined in the file of its name.

namespace barnabas::wire {
struct ApiVersionsRequest;
struct ApiVersionsResponse;
struct CreateTopicsRequest;
struct CreateTopicsResponse;
struct DeleteTopicsRequest;
struct DeleteTopicsResponse;
struct FetchRequest;
struct FetchResponse;
struct InitProducerIdRequest;
struct InitProducerIdResponse;
struct ListOffsetsRequest;
struct ListOffsetsResponse;
struct MetadataRequest;
struct MetadataResponse;
struct ProduceRequest;
struct ProduceResponse;
}  // namespace barnabas::wire

namespace barnabas::broker {

awaitable<wire::ProduceResponse> handle_produce(Call& call, wire::ProduceRequest& request);
awaitable<wire::FetchResponse> handle_fetch(Call& call, wire::FetchRequest& request);
awaitable<wire::ListOffsetsResponse> handle_list_offsets(Call& call,
                                                         wire::ListOffsetsRequest& request);
awaitable<wire::MetadataResponse> handle_metadata(Call& call, wire::MetadataRequest& request);
wire::ApiVersionsResponse handle_api_versions(Call& call, wire::ApiVersionsRequest& request);
awaitable<wire::CreateTopicsResponse> handle_create_topics(Call& call,
                                                           wire::CreateTopicsRequest& request);
awaitable<wire::DeleteTopicsResponse> handle_delete_topics(Call& call,
                                                           wire::DeleteTopicsRequest& request);
awaitable<wire::InitProducerIdResponse> handle_init_producer_id(
    Call& call, wire::InitProducerIdRequest& request);

}  // namespace barnabas::broker
