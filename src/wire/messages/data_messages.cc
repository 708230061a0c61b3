// Compiles the descriptions of these messages, once.
#include "wire/describe.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/fetch.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/list_offsets.h"
#include "wire/messages/metadata.h"
#include "wire/messages/produce.h"

namespace barnabas::wire {

template const StructSchema& schema_of<ApiVersionsRequest>();
template const StructSchema& schema_of<ApiVersionsResponse>();
template const StructSchema& schema_of<FetchRequest>();
template const StructSchema& schema_of<FetchResponse>();
template const StructSchema& schema_of<InitProducerIdRequest>();
template const StructSchema& schema_of<InitProducerIdResponse>();
template const StructSchema& schema_of<ListOffsetsRequest>();
template const StructSchema& schema_of<ListOffsetsResponse>();
template const StructSchema& schema_of<MetadataRequest>();
template const StructSchema& schema_of<MetadataResponse>();
template const StructSchema& schema_of<ProduceRequest>();
template const StructSchema& schema_of<ProduceResponse>();

}  // namespace barnabas::wire
