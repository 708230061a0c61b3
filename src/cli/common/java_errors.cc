#include "cli/common/java_errors.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace barnabas::cli {
namespace {

/// Most classes are called like their code. These are not.
struct Row {
    ErrorCode code;
    std::string_view name;
};
constexpr std::array others{
    Row{ErrorCode::unknown_server_error, "UnknownServerException"},
    Row{ErrorCode::corrupt_message, "CorruptRecordException"},
    Row{ErrorCode::request_timed_out, "TimeoutException"},
    Row{ErrorCode::message_too_large, "RecordTooLargeException"},
    Row{ErrorCode::stale_controller_epoch, "ControllerMovedException"},
    Row{ErrorCode::offset_metadata_too_large, "OffsetMetadataTooLarge"},
    Row{ErrorCode::network_exception, "NetworkException"},
    Row{ErrorCode::invalid_topic_exception, "InvalidTopicException"},
    Row{ErrorCode::record_list_too_large, "RecordBatchTooLargeException"},
    Row{ErrorCode::topic_authorization_failed, "TopicAuthorizationException"},
    Row{ErrorCode::group_authorization_failed, "GroupAuthorizationException"},
    Row{ErrorCode::cluster_authorization_failed, "ClusterAuthorizationException"},
    Row{ErrorCode::transactional_id_authorization_failed, "TransactionalIdAuthorizationException"},
    Row{ErrorCode::topic_already_exists, "TopicExistsException"},
    Row{ErrorCode::invalid_config, "InvalidConfigurationException"},
    Row{ErrorCode::out_of_order_sequence_number, "OutOfOrderSequenceException"},
    Row{ErrorCode::duplicate_sequence_number, "DuplicateSequenceException"},
    Row{ErrorCode::invalid_transaction_timeout, "InvalidTxnTimeoutException"},
    Row{ErrorCode::kafka_storage_error, "KafkaStorageException"},
    Row{ErrorCode::sasl_authentication_failed, "SaslAuthenticationException"},
    Row{ErrorCode::non_empty_group, "GroupNotEmptyException"},
};

}  // namespace

std::string java_class(ErrorCode code) {
    constexpr std::string_view package = "org.apache.kafka.common.errors.";
    const auto found = std::ranges::find(others, code, &Row::code);
    if (found != others.end()) {
        return fmt::format("{}{}", package, found->name);
    }
    std::string name;
    bool begins = true;
    for (const char c : error_name(code)) {
        if (c == '_') {
            begins = true;
        } else {
            name += begins ? c : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            begins = false;
        }
    }
    return fmt::format("{}{}Exception", package, name);
}

std::string java_text(const Error& error) {
    return fmt::format("{}: {}", java_class(error.code), error.message);
}

}  // namespace barnabas::cli
