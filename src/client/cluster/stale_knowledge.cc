#include "client/cluster/stale_knowledge.h"

namespace barnabas::client {

Stale stale_after(ErrorCode code) {
    const bool gone = code == ErrorCode::network_exception ||
                      code == ErrorCode::request_timed_out ||
                      code == ErrorCode::broker_not_available;
    return {.coordinator = gone || code == ErrorCode::not_coordinator ||
                           code == ErrorCode::coordinator_not_available,
            .metadata = means_stale_metadata(code) || code == ErrorCode::not_controller};
}

bool worth_another_try(ErrorCode code) {
    return is_retriable(code) || code == ErrorCode::broker_not_available ||
           code == ErrorCode::rebootstrap_required;
}

bool means_coordinator_away(ErrorCode code) {
    return code == ErrorCode::not_coordinator || code == ErrorCode::coordinator_not_available ||
           code == ErrorCode::coordinator_load_in_progress;
}

}  // namespace barnabas::client
