#include "coordinator/append_error.h"

namespace barnabas::coordinator {

ErrorCode error_of_append(ErrorCode failure, ErrorCode too_large) {
    switch (failure) {
        case ErrorCode::message_too_large:
        case ErrorCode::record_list_too_large:
        case ErrorCode::invalid_fetch_size:
            return too_large;
        case ErrorCode::unknown_topic_or_partition:
        case ErrorCode::not_enough_replicas:
        case ErrorCode::not_enough_replicas_after_append:
        case ErrorCode::request_timed_out:
            return ErrorCode::coordinator_not_available;
        case ErrorCode::not_leader_or_follower:
        case ErrorCode::kafka_storage_error:
            return ErrorCode::not_coordinator;
        case ErrorCode::network_exception:
            return ErrorCode::coordinator_load_in_progress;
        default:
            return failure;
    }
}

}  // namespace barnabas::coordinator
