#include "client/admin/verdict.h"

namespace barnabas::client::admin_api {

Next next_with_coordinator(ErrorCode code) {
    switch (code) {
        case ErrorCode::coordinator_load_in_progress:
            return Next::again;
        case ErrorCode::coordinator_not_available:
        case ErrorCode::not_coordinator:
            return Next::elsewhere;
        default:
            return Next::done;
    }
}

Next next_with_leader(ErrorCode code) {
    if (means_stale_metadata(code)) {
        return Next::elsewhere;
    }
    return is_retriable(code) ? Next::again : Next::done;
}

Next next_with_controller(ErrorCode code) {
    return code == ErrorCode::not_controller ? Next::elsewhere : Next::done;
}

Error broker_error(ErrorCode code, const std::optional<std::string>& message,
                   std::string_view about) {
    if (message && !message->empty()) {
        return {code, *message};
    }
    return {code, fmt::format("{}: {}", about, error_name(code))};
}

Verdict<void> settled(ErrorCode code, const std::optional<std::string>& message,
                      std::string_view about) {
    if (code == ErrorCode::none) {
        return Verdict<void>(Result<void>{});
    }
    return Verdict<void>(std::unexpected(broker_error(code, message, about)));
}

}  // namespace barnabas::client::admin_api
