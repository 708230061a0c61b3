#include "client/producer/partition_queue.h"

namespace barnabas::client {

std::optional<Error> TopicEntry::refusal() const {
    const std::lock_guard lock(mutex);
    if (error == ErrorCode::topic_authorization_failed ||
        error == ErrorCode::invalid_topic_exception) {
        return Error{error, fmt::format("topic '{}' cannot be sent to: {}", name, error)};
    }
    return std::nullopt;
}

std::string TopicEntry::last_word() const {
    const std::lock_guard lock(mutex);
    return error == ErrorCode::none ? "" : fmt::format(": {}", error);
}

}  // namespace barnabas::client
