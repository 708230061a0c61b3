// Compiles the descriptions of these messages, once.
#include "wire/describe.h"
#include "wire/messages/add_offsets_to_txn.h"
#include "wire/messages/add_partitions_to_txn.h"
#include "wire/messages/describe_producers.h"
#include "wire/messages/describe_transactions.h"
#include "wire/messages/end_txn.h"
#include "wire/messages/list_transactions.h"
#include "wire/messages/txn_offset_commit.h"
#include "wire/messages/write_txn_markers.h"

namespace barnabas::wire {

template const StructSchema& schema_of<AddOffsetsToTxnRequest>();
template const StructSchema& schema_of<AddOffsetsToTxnResponse>();
template const StructSchema& schema_of<AddPartitionsToTxnRequest>();
template const StructSchema& schema_of<AddPartitionsToTxnResponse>();
template const StructSchema& schema_of<DescribeProducersRequest>();
template const StructSchema& schema_of<DescribeProducersResponse>();
template const StructSchema& schema_of<DescribeTransactionsRequest>();
template const StructSchema& schema_of<DescribeTransactionsResponse>();
template const StructSchema& schema_of<EndTxnRequest>();
template const StructSchema& schema_of<EndTxnResponse>();
template const StructSchema& schema_of<ListTransactionsRequest>();
template const StructSchema& schema_of<ListTransactionsResponse>();
template const StructSchema& schema_of<TxnOffsetCommitRequest>();
template const StructSchema& schema_of<TxnOffsetCommitResponse>();
template const StructSchema& schema_of<WriteTxnMarkersRequest>();
template const StructSchema& schema_of<WriteTxnMarkersResponse>();

}  // namespace barnabas::wire
