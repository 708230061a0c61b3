#include "broker/handlers/handler_row.h"
#include "broker/handlers/handlers.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/create_topics.h"
#include "wire/messages/delete_topics.h"
#include "wire/messages/fetch.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/list_offsets.h"
#include "wire/messages/metadata.h"
#include "wire/messages/produce.h"

#include <algorithm>

namespace barnabas::broker {
namespace {

using namespace wire;

constexpr HandlerRow rows[] = {
    handler_row<ProduceRequest, handle_produce>(),
    handler_row<FetchRequest, handle_fetch>(),
    handler_row<ListOffsetsRequest, handle_list_offsets>(),
    handler_row<MetadataRequest, handle_metadata>(),
    handler_row<ApiVersionsRequest, handle_api_versions>(),
    handler_row<CreateTopicsRequest, handle_create_topics>(),
    handler_row<DeleteTopicsRequest, handle_delete_topics>(),
    handler_row<InitProducerIdRequest, handle_init_producer_id>({0, 5}),
};

static_assert(std::ranges::is_sorted(rows, {}, &HandlerRow::api_key));

}  // namespace

std::span<const HandlerRow> handler_rows() {
    return rows;
}

}  // namespace barnabas::broker
