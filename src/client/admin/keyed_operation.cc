#include "client/admin/keyed_operation.h"

namespace barnabas::client::admin_api {

Error timeout_error(const std::string& about, std::int32_t requests, const Error* trouble) {
    if (trouble == nullptr) {
        return {ErrorCode::request_timed_out,
                fmt::format("no broker answered in time about {} (requests sent: {})", about,
                            requests)};
    }
    // That a broker could not be reached is how it came to be too late; what one said is an answer.
    const bool answered = trouble->code != ErrorCode::network_exception;
    return {answered ? trouble->code : ErrorCode::request_timed_out,
            fmt::format("no answer in time about {} (requests sent: {}); last: {}", about, requests,
                        trouble->message)};
}

}  // namespace barnabas::client::admin_api
