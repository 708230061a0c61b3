#include "base/error_code.h"

#include <algorithm>
#include <array>

namespace barnabas {
namespace {

struct Row {
    ErrorCode code;
    std::string_view name;
    bool retriable = false;
    bool stale_metadata = false;
};

constexpr Row rows[] = {
    {.code = ErrorCode::unknown_server_error, .name = "UNKNOWN_SERVER_ERROR"},
    {.code = ErrorCode::none, .name = "NONE"},
    {.code = ErrorCode::offset_out_of_range, .name = "OFFSET_OUT_OF_RANGE"},
    {.code = ErrorCode::corrupt_message, .name = "CORRUPT_MESSAGE", .retriable = true},
    {.code = ErrorCode::unknown_topic_or_partition,
     .name = "UNKNOWN_TOPIC_OR_PARTITION", .retriable = true, .stale_metadata = true},
    {.code = ErrorCode::invalid_fetch_size, .name = "INVALID_FETCH_SIZE"},
    {.code = ErrorCode::leader_not_available,
     .name = "LEADER_NOT_AVAILABLE", .retriable = true, .stale_metadata = true},
    {.code = ErrorCode::not_leader_or_follower,
     .name = "NOT_LEADER_OR_FOLLOWER", .retriable = true, .stale_metadata = true},
    {.code = ErrorCode::request_timed_out, .name = "REQUEST_TIMED_OUT", .retriable = true},
    {.code = ErrorCode::broker_not_available, .name = "BROKER_NOT_AVAILABLE"},
    {.code = ErrorCode::replica_not_available,
     .name = "REPLICA_NOT_AVAILABLE", .retriable = true, .stale_metadata = true},
    {.code = ErrorCode::message_too_large, .name = "MESSAGE_TOO_LARGE"},
    {.code = ErrorCode::stale_controller_epoch, .name = "STALE_CONTROLLER_EPOCH"},
    {.code = ErrorCode::offset_metadata_too_large, .name = "OFFSET_METADATA_TOO_LARGE"},
    {.code = ErrorCode::network_exception,
     .name = "NETWORK_EXCEPTION", .retriable = true, .stale_metadata = true},
    {.code = ErrorCode::coordinator_load_in_progress,
     .name = "COORDINATOR_LOAD_IN_PROGRESS", .retriable = true},
    {.code = ErrorCode::coordinator_not_available,
     .name = "COORDINATOR_NOT_AVAILABLE", .retriable = true},
    {.code = ErrorCode::not_coordinator, .name = "NOT_COORDINATOR", .retriable = true},
    {.code = ErrorCode::invalid_topic_exception, .name = "INVALID_TOPIC_EXCEPTION"},
    {.code = ErrorCode::record_list_too_large, .name = "RECORD_LIST_TOO_LARGE"},
    {.code = ErrorCode::not_enough_replicas, .name = "NOT_ENOUGH_REPLICAS", .retriable = true},
    {.code = ErrorCode::not_enough_replicas_after_append,
     .name = "NOT_ENOUGH_REPLICAS_AFTER_APPEND", .retriable = true},
    {.code = ErrorCode::invalid_required_acks, .name = "INVALID_REQUIRED_ACKS"},
    {.code = ErrorCode::illegal_generation, .name = "ILLEGAL_GENERATION"},
    {.code = ErrorCode::inconsistent_group_protocol, .name = "INCONSISTENT_GROUP_PROTOCOL"},
    {.code = ErrorCode::invalid_group_id, .name = "INVALID_GROUP_ID"},
    {.code = ErrorCode::unknown_member_id, .name = "UNKNOWN_MEMBER_ID"},
    {.code = ErrorCode::invalid_session_timeout, .name = "INVALID_SESSION_TIMEOUT"},
    {.code = ErrorCode::rebalance_in_progress, .name = "REBALANCE_IN_PROGRESS"},
    {.code = ErrorCode::invalid_commit_offset_size, .name = "INVALID_COMMIT_OFFSET_SIZE"},
    {.code = ErrorCode::topic_authorization_failed, .name = "TOPIC_AUTHORIZATION_FAILED"},
    {.code = ErrorCode::group_authorization_failed, .name = "GROUP_AUTHORIZATION_FAILED"},
    {.code = ErrorCode::cluster_authorization_failed, .name = "CLUSTER_AUTHORIZATION_FAILED"},
    {.code = ErrorCode::invalid_timestamp, .name = "INVALID_TIMESTAMP"},
    {.code = ErrorCode::unsupported_sasl_mechanism, .name = "UNSUPPORTED_SASL_MECHANISM"},
    {.code = ErrorCode::illegal_sasl_state, .name = "ILLEGAL_SASL_STATE"},
    {.code = ErrorCode::unsupported_version, .name = "UNSUPPORTED_VERSION"},
    {.code = ErrorCode::topic_already_exists, .name = "TOPIC_ALREADY_EXISTS"},
    {.code = ErrorCode::invalid_partitions, .name = "INVALID_PARTITIONS"},
    {.code = ErrorCode::invalid_replication_factor, .name = "INVALID_REPLICATION_FACTOR"},
    {.code = ErrorCode::invalid_replica_assignment, .name = "INVALID_REPLICA_ASSIGNMENT"},
    {.code = ErrorCode::invalid_config, .name = "INVALID_CONFIG"},
    {.code = ErrorCode::not_controller, .name = "NOT_CONTROLLER", .retriable = true},
    {.code = ErrorCode::invalid_request, .name = "INVALID_REQUEST"},
    {.code = ErrorCode::unsupported_for_message_format, .name = "UNSUPPORTED_FOR_MESSAGE_FORMAT"},
    {.code = ErrorCode::policy_violation, .name = "POLICY_VIOLATION"},
    {.code = ErrorCode::out_of_order_sequence_number, .name = "OUT_OF_ORDER_SEQUENCE_NUMBER"},
    {.code = ErrorCode::duplicate_sequence_number, .name = "DUPLICATE_SEQUENCE_NUMBER"},
    {.code = ErrorCode::invalid_producer_epoch, .name = "INVALID_PRODUCER_EPOCH"},
    {.code = ErrorCode::invalid_txn_state, .name = "INVALID_TXN_STATE"},
    {.code = ErrorCode::invalid_producer_id_mapping, .name = "INVALID_PRODUCER_ID_MAPPING"},
    {.code = ErrorCode::invalid_transaction_timeout, .name = "INVALID_TRANSACTION_TIMEOUT"},
    {.code = ErrorCode::concurrent_transactions,
     .name = "CONCURRENT_TRANSACTIONS", .retriable = true},
    {.code = ErrorCode::transaction_coordinator_fenced, .name = "TRANSACTION_COORDINATOR_FENCED"},
    {.code = ErrorCode::transactional_id_authorization_failed,
     .name = "TRANSACTIONAL_ID_AUTHORIZATION_FAILED"},
    {.code = ErrorCode::security_disabled, .name = "SECURITY_DISABLED"},
    {.code = ErrorCode::operation_not_attempted, .name = "OPERATION_NOT_ATTEMPTED"},
    {.code = ErrorCode::kafka_storage_error,
     .name = "KAFKA_STORAGE_ERROR", .retriable = true, .stale_metadata = true},
    {.code = ErrorCode::log_dir_not_found, .name = "LOG_DIR_NOT_FOUND"},
    {.code = ErrorCode::sasl_authentication_failed, .name = "SASL_AUTHENTICATION_FAILED"},
    {.code = ErrorCode::unknown_producer_id, .name = "UNKNOWN_PRODUCER_ID"},
    {.code = ErrorCode::reassignment_in_progress, .name = "REASSIGNMENT_IN_PROGRESS"},
    {.code = ErrorCode::delegation_token_auth_disabled, .name = "DELEGATION_TOKEN_AUTH_DISABLED"},
    {.code = ErrorCode::delegation_token_not_found, .name = "DELEGATION_TOKEN_NOT_FOUND"},
    {.code = ErrorCode::delegation_token_owner_mismatch, .name = "DELEGATION_TOKEN_OWNER_MISMATCH"},
    {.code = ErrorCode::delegation_token_request_not_allowed,
     .name = "DELEGATION_TOKEN_REQUEST_NOT_ALLOWED"},
    {.code = ErrorCode::delegation_token_authorization_failed,
     .name = "DELEGATION_TOKEN_AUTHORIZATION_FAILED"},
    {.code = ErrorCode::delegation_token_expired, .name = "DELEGATION_TOKEN_EXPIRED"},
    {.code = ErrorCode::invalid_principal_type, .name = "INVALID_PRINCIPAL_TYPE"},
    {.code = ErrorCode::non_empty_group, .name = "NON_EMPTY_GROUP"},
    {.code = ErrorCode::group_id_not_found, .name = "GROUP_ID_NOT_FOUND"},
    {.code = ErrorCode::fetch_session_id_not_found,
     .name = "FETCH_SESSION_ID_NOT_FOUND", .retriable = true},
    {.code = ErrorCode::invalid_fetch_session_epoch,
     .name = "INVALID_FETCH_SESSION_EPOCH", .retriable = true},
    {.code = ErrorCode::listener_not_found,
     .name = "LISTENER_NOT_FOUND", .retriable = true, .stale_metadata = true},
    {.code = ErrorCode::topic_deletion_disabled, .name = "TOPIC_DELETION_DISABLED"},
    {.code = ErrorCode::fenced_leader_epoch,
     .name = "FENCED_LEADER_EPOCH", .retriable = true, .stale_metadata = true},
    {.code = ErrorCode::unknown_leader_epoch, .name = "UNKNOWN_LEADER_EPOCH", .retriable = true},
    {.code = ErrorCode::unsupported_compression_type, .name = "UNSUPPORTED_COMPRESSION_TYPE"},
    {.code = ErrorCode::stale_broker_epoch, .name = "STALE_BROKER_EPOCH"},
    {.code = ErrorCode::offset_not_available, .name = "OFFSET_NOT_AVAILABLE", .retriable = true},
    {.code = ErrorCode::member_id_required, .name = "MEMBER_ID_REQUIRED"},
    {.code = ErrorCode::preferred_leader_not_available,
     .name = "PREFERRED_LEADER_NOT_AVAILABLE", .retriable = true, .stale_metadata = true},
    {.code = ErrorCode::group_max_size_reached, .name = "GROUP_MAX_SIZE_REACHED"},
    {.code = ErrorCode::fenced_instance_id, .name = "FENCED_INSTANCE_ID"},
    {.code = ErrorCode::eligible_leaders_not_available,
     .name = "ELIGIBLE_LEADERS_NOT_AVAILABLE", .retriable = true, .stale_metadata = true},
    {.code = ErrorCode::election_not_needed,
     .name = "ELECTION_NOT_NEEDED", .retriable = true, .stale_metadata = true},
    {.code = ErrorCode::no_reassignment_in_progress, .name = "NO_REASSIGNMENT_IN_PROGRESS"},
    {.code = ErrorCode::group_subscribed_to_topic, .name = "GROUP_SUBSCRIBED_TO_TOPIC"},
    {.code = ErrorCode::invalid_record, .name = "INVALID_RECORD"},
    {.code = ErrorCode::unstable_offset_commit,
     .name = "UNSTABLE_OFFSET_COMMIT", .retriable = true},
    {.code = ErrorCode::throttling_quota_exceeded,
     .name = "THROTTLING_QUOTA_EXCEEDED", .retriable = true},
    {.code = ErrorCode::producer_fenced, .name = "PRODUCER_FENCED"},
    {.code = ErrorCode::resource_not_found, .name = "RESOURCE_NOT_FOUND"},
    {.code = ErrorCode::duplicate_resource, .name = "DUPLICATE_RESOURCE"},
    {.code = ErrorCode::unacceptable_credential, .name = "UNACCEPTABLE_CREDENTIAL"},
    {.code = ErrorCode::inconsistent_voter_set, .name = "INCONSISTENT_VOTER_SET"},
    {.code = ErrorCode::invalid_update_version, .name = "INVALID_UPDATE_VERSION"},
    {.code = ErrorCode::feature_update_failed, .name = "FEATURE_UPDATE_FAILED"},
    {.code = ErrorCode::principal_deserialization_failure,
     .name = "PRINCIPAL_DESERIALIZATION_FAILURE"},
    {.code = ErrorCode::snapshot_not_found, .name = "SNAPSHOT_NOT_FOUND"},
    {.code = ErrorCode::position_out_of_range, .name = "POSITION_OUT_OF_RANGE"},
    {.code = ErrorCode::unknown_topic_id,
     .name = "UNKNOWN_TOPIC_ID", .retriable = true, .stale_metadata = true},
    {.code = ErrorCode::duplicate_broker_registration, .name = "DUPLICATE_BROKER_REGISTRATION"},
    {.code = ErrorCode::broker_id_not_registered, .name = "BROKER_ID_NOT_REGISTERED"},
    {.code = ErrorCode::inconsistent_topic_id,
     .name = "INCONSISTENT_TOPIC_ID", .retriable = true, .stale_metadata = true},
    {.code = ErrorCode::inconsistent_cluster_id, .name = "INCONSISTENT_CLUSTER_ID"},
    {.code = ErrorCode::transactional_id_not_found, .name = "TRANSACTIONAL_ID_NOT_FOUND"},
    {.code = ErrorCode::fetch_session_topic_id_error,
     .name = "FETCH_SESSION_TOPIC_ID_ERROR", .retriable = true},
    {.code = ErrorCode::ineligible_replica, .name = "INELIGIBLE_REPLICA"},
    {.code = ErrorCode::new_leader_elected, .name = "NEW_LEADER_ELECTED"},
    {.code = ErrorCode::offset_moved_to_tiered_storage, .name = "OFFSET_MOVED_TO_TIERED_STORAGE"},
    {.code = ErrorCode::fenced_member_epoch, .name = "FENCED_MEMBER_EPOCH"},
    {.code = ErrorCode::unreleased_instance_id, .name = "UNRELEASED_INSTANCE_ID"},
    {.code = ErrorCode::unsupported_assignor, .name = "UNSUPPORTED_ASSIGNOR"},
    {.code = ErrorCode::stale_member_epoch, .name = "STALE_MEMBER_EPOCH"},
    {.code = ErrorCode::mismatched_endpoint_type, .name = "MISMATCHED_ENDPOINT_TYPE"},
    {.code = ErrorCode::unsupported_endpoint_type, .name = "UNSUPPORTED_ENDPOINT_TYPE"},
    {.code = ErrorCode::unknown_controller_id, .name = "UNKNOWN_CONTROLLER_ID"},
    {.code = ErrorCode::unknown_subscription_id, .name = "UNKNOWN_SUBSCRIPTION_ID"},
    {.code = ErrorCode::telemetry_too_large, .name = "TELEMETRY_TOO_LARGE"},
    {.code = ErrorCode::invalid_registration, .name = "INVALID_REGISTRATION"},
    {.code = ErrorCode::transaction_abortable, .name = "TRANSACTION_ABORTABLE"},
    {.code = ErrorCode::invalid_record_state, .name = "INVALID_RECORD_STATE"},
    {.code = ErrorCode::share_session_not_found,
     .name = "SHARE_SESSION_NOT_FOUND", .retriable = true},
    {.code = ErrorCode::invalid_share_session_epoch,
     .name = "INVALID_SHARE_SESSION_EPOCH", .retriable = true},
    {.code = ErrorCode::fenced_state_epoch, .name = "FENCED_STATE_EPOCH"},
    {.code = ErrorCode::invalid_voter_key, .name = "INVALID_VOTER_KEY"},
    {.code = ErrorCode::duplicate_voter, .name = "DUPLICATE_VOTER"},
    {.code = ErrorCode::voter_not_found, .name = "VOTER_NOT_FOUND"},
    {.code = ErrorCode::invalid_regular_expression, .name = "INVALID_REGULAR_EXPRESSION"},
    {.code = ErrorCode::rebootstrap_required, .name = "REBOOTSTRAP_REQUIRED"},
    {.code = ErrorCode::streams_invalid_topology, .name = "STREAMS_INVALID_TOPOLOGY"},
    {.code = ErrorCode::streams_invalid_topology_epoch, .name = "STREAMS_INVALID_TOPOLOGY_EPOCH"},
    {.code = ErrorCode::streams_topology_fenced, .name = "STREAMS_TOPOLOGY_FENCED"},
    {.code = ErrorCode::share_session_limit_reached,
     .name = "SHARE_SESSION_LIMIT_REACHED", .retriable = true},
    {.code = ErrorCode::group_deletion_failed, .name = "GROUP_DELETION_FAILED"},
    {.code = ErrorCode::streams_topology_description_update_failed,
     .name = "STREAMS_TOPOLOGY_DESCRIPTION_UPDATE_FAILED"},
    {.code = ErrorCode::controller_id_not_registered, .name = "CONTROLLER_ID_NOT_REGISTERED"},
};

constexpr auto codes = [] {
    std::array<ErrorCode, std::size(rows)> all{};
    std::ranges::transform(rows, all.begin(), &Row::code);
    return all;
}();

static_assert(std::ranges::is_sorted(codes), "row_of() searches by code");

const Row& row_of(ErrorCode code) {
    const auto* row = std::ranges::lower_bound(rows, code, {}, &Row::code);
    return row != std::end(rows) && row->code == code ? *row : rows[0];
}

}  // namespace

std::string_view error_name(ErrorCode code) {
    return row_of(code).name;
}

bool is_retriable(ErrorCode code) {
    return row_of(code).retriable;
}

bool means_stale_metadata(ErrorCode code) {
    return row_of(code).stale_metadata;
}

std::span<const ErrorCode> all_error_codes() {
    return codes;
}

}  // namespace barnabas
