#pragma once

#include "base/error_code.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_delete.h"
#include "wire/messages/offset_fetch.h"
#include "wire/messages/txn_offset_commit.h"

namespace barnabas::coordinator {

/// The request is refused as a whole: every partition that it names has the error.
[[nodiscard]] wire::OffsetCommitResponse refused(const wire::OffsetCommitRequest& request,
                                                 ErrorCode error);
[[nodiscard]] wire::TxnOffsetCommitResponse refused(const wire::TxnOffsetCommitRequest& request,
                                                    ErrorCode error);
/// The error is the response's, which names no partition.
[[nodiscard]] wire::OffsetDeleteResponse refused(const wire::OffsetDeleteRequest& request,
                                                 ErrorCode error);
/// The error is the group's, which names no partition. Versions 0 and 1 of the response have no
/// place for it: there the handler has to put it into each partition, with the offset -1.
[[nodiscard]] wire::OffsetFetchResponse::Group refused(
    const wire::OffsetFetchRequest::Group& request, ErrorCode error);

/// What those who commit or delete offsets are told of records that do not fit
/// (error_of_append()), as the documentation of OffsetCommit has it and Kafka said until 3.9; 4.4
/// says unknown_server_error, which helps nobody.
inline constexpr ErrorCode offsets_too_large = ErrorCode::invalid_commit_offset_size;

}  // namespace barnabas::coordinator
