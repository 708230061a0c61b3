#include "metadata/store.h"

#include "base/invariant.h"

namespace barnabas::metadata {
namespace {

ErrorCode kafka_code(StoreErrorCode code) {
    switch (code) {
        case StoreErrorCode::no_node:
            return ErrorCode::unknown_topic_or_partition;
        case StoreErrorCode::node_exists:
            return ErrorCode::topic_already_exists;
        case StoreErrorCode::bad_version:
            return ErrorCode::invalid_update_version;
        case StoreErrorCode::not_empty:
        case StoreErrorCode::ephemeral_parent:
        case StoreErrorCode::bad_path:
        case StoreErrorCode::rolled_back:
            return ErrorCode::unknown_server_error;
        case StoreErrorCode::session_expired:
            return ErrorCode::not_controller;
        case StoreErrorCode::connection_lost:
            return ErrorCode::request_timed_out;
        case StoreErrorCode::storage:
            return ErrorCode::kafka_storage_error;
    }
    INVARIANT(false, "store error {}", static_cast<int>(code));
}

}  // namespace

Error to_error(const StoreError& error) {
    return {.code = kafka_code(error.code), .message = error.message};
}

}  // namespace barnabas::metadata
