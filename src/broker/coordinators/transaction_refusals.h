#pragma once

#include "base/error_code.h"
#include "base/types.h"
#include "wire/messages/add_offsets_to_txn.h"
#include "wire/messages/add_partitions_to_txn.h"
#include "wire/messages/end_txn.h"
#include "wire/messages/init_producer_id.h"

#include <cstdint>

namespace barnabas::broker {

// Replies to requests of transactions that cannot be carried out.

[[nodiscard]] wire::InitProducerIdResponse refused_init(ErrorCode code);
[[nodiscard]] wire::AddOffsetsToTxnResponse refused_add_offsets(ErrorCode code);
[[nodiscard]] wire::EndTxnResponse refused_end(ErrorCode code);

/// Every partition of the request with that code, in the form of the request's version.
[[nodiscard]] wire::AddPartitionsToTxnResponse refused_add_partitions(
    const wire::AddPartitionsToTxnRequest& request, std::int16_t version, ErrorCode code);
using TransactionRequest = wire::AddPartitionsToTxnRequest::Transaction;
using TransactionResult = wire::AddPartitionsToTxnResponse::ResultsByTransaction;
/// The same for one transaction of a request of version 4 or later.
[[nodiscard]] TransactionResult refused_transaction(const TransactionRequest& request,
                                                    ErrorCode code);

}  // namespace barnabas::broker
