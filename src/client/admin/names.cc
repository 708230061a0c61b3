// The words of the public enumerations, as Kafka writes them.
#include "base/invariant.h"
#include <barnabas/admin/acl_operation.h>
#include <barnabas/admin/configs.h>
#include <barnabas/admin/groups.h>
#include <barnabas/admin/transactions.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <utility>

namespace barnabas::admin {
namespace {

template <class E>
using Words = std::span<const std::pair<E, std::string_view>>;

template <class E>
std::string_view word_of(Words<E> words, E value) {
    for (const auto& [known, word] : words) {
        if (known == value) {
            return word;
        }
    }
    INVARIANT(false, "an enumerator without a word: {}", static_cast<int>(value));
    return {};
}

bool equal_in_any_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
    return std::ranges::equal(a, b, {}, lower, lower);
}

template <class E>
E value_of(Words<E> words, std::string_view text) {
    for (const auto& [value, word] : words) {
        if (equal_in_any_case(word, text)) {
            return value;
        }
    }
    return E::unknown;
}

constexpr std::pair<AclOperation, std::string_view> operation_words[] = {
    {AclOperation::unknown, "UNKNOWN"},
    {AclOperation::any, "ANY"},
    {AclOperation::all, "ALL"},
    {AclOperation::read, "READ"},
    {AclOperation::write, "WRITE"},
    {AclOperation::create, "CREATE"},
    {AclOperation::delete_, "DELETE"},
    {AclOperation::alter, "ALTER"},
    {AclOperation::describe, "DESCRIBE"},
    {AclOperation::cluster_action, "CLUSTER_ACTION"},
    {AclOperation::describe_configs, "DESCRIBE_CONFIGS"},
    {AclOperation::alter_configs, "ALTER_CONFIGS"},
    {AclOperation::idempotent_write, "IDEMPOTENT_WRITE"},
    {AclOperation::create_tokens, "CREATE_TOKENS"},
    {AclOperation::describe_tokens, "DESCRIBE_TOKENS"},
    {AclOperation::two_phase_commit, "TWO_PHASE_COMMIT"},
};

constexpr std::pair<ConfigResourceType, std::string_view> resource_words[] = {
    {ConfigResourceType::unknown, "UNKNOWN"},
    {ConfigResourceType::topic, "TOPIC"},
    {ConfigResourceType::broker, "BROKER"},
    {ConfigResourceType::broker_logger, "BROKER_LOGGER"},
    {ConfigResourceType::client_metrics, "CLIENT_METRICS"},
    {ConfigResourceType::group, "GROUP"},
};

constexpr std::pair<ConfigSource, std::string_view> source_words[] = {
    {ConfigSource::unknown, "UNKNOWN"},
    {ConfigSource::dynamic_topic_config, "DYNAMIC_TOPIC_CONFIG"},
    {ConfigSource::dynamic_broker_config, "DYNAMIC_BROKER_CONFIG"},
    {ConfigSource::dynamic_default_broker_config, "DYNAMIC_DEFAULT_BROKER_CONFIG"},
    {ConfigSource::static_broker_config, "STATIC_BROKER_CONFIG"},
    {ConfigSource::default_config, "DEFAULT_CONFIG"},
    {ConfigSource::dynamic_broker_logger_config, "DYNAMIC_BROKER_LOGGER_CONFIG"},
    {ConfigSource::dynamic_client_metrics_config, "DYNAMIC_CLIENT_METRICS_CONFIG"},
    {ConfigSource::dynamic_group_config, "DYNAMIC_GROUP_CONFIG"},
};

constexpr std::pair<ConfigType, std::string_view> type_words[] = {
    {ConfigType::unknown, "UNKNOWN"}, {ConfigType::boolean, "BOOLEAN"},
    {ConfigType::string, "STRING"},   {ConfigType::int_, "INT"},
    {ConfigType::short_, "SHORT"},    {ConfigType::long_, "LONG"},
    {ConfigType::double_, "DOUBLE"},  {ConfigType::list, "LIST"},
    {ConfigType::class_, "CLASS"},    {ConfigType::password, "PASSWORD"},
};

constexpr std::pair<GroupState, std::string_view> group_state_words[] = {
    {GroupState::unknown, "Unknown"},
    {GroupState::preparing_rebalance, "PreparingRebalance"},
    {GroupState::completing_rebalance, "CompletingRebalance"},
    {GroupState::stable, "Stable"},
    {GroupState::dead, "Dead"},
    {GroupState::empty, "Empty"},
    {GroupState::assigning, "Assigning"},
    {GroupState::reconciling, "Reconciling"},
    {GroupState::not_ready, "NotReady"},
};

constexpr std::pair<GroupType, std::string_view> group_type_words[] = {
    {GroupType::unknown, "Unknown"}, {GroupType::consumer, "Consumer"},
    {GroupType::classic, "Classic"}, {GroupType::share, "Share"},
    {GroupType::streams, "Streams"},
};

constexpr std::pair<TransactionState, std::string_view> transaction_words[] = {
    {TransactionState::unknown, "Unknown"},
    {TransactionState::ongoing, "Ongoing"},
    {TransactionState::prepare_abort, "PrepareAbort"},
    {TransactionState::prepare_commit, "PrepareCommit"},
    {TransactionState::complete_abort, "CompleteAbort"},
    {TransactionState::complete_commit, "CompleteCommit"},
    {TransactionState::empty, "Empty"},
    {TransactionState::prepare_epoch_fence, "PrepareEpochFence"},
};

}  // namespace

std::string_view to_text(AclOperation operation) {
    return word_of<AclOperation>(operation_words, operation);
}

std::string_view to_text(ConfigResourceType type) {
    return word_of<ConfigResourceType>(resource_words, type);
}

std::string_view to_text(ConfigSource source) {
    return word_of<ConfigSource>(source_words, source);
}

std::string_view to_text(ConfigType type) {
    return word_of<ConfigType>(type_words, type);
}

std::string_view to_text(GroupState state) {
    return word_of<GroupState>(group_state_words, state);
}

GroupState parse_group_state(std::string_view text) {
    return value_of<GroupState>(group_state_words, text);
}

std::string_view to_text(GroupType type) {
    return word_of<GroupType>(group_type_words, type);
}

GroupType parse_group_type(std::string_view text) {
    return value_of<GroupType>(group_type_words, text);
}

std::string_view to_text(TransactionState state) {
    return word_of<TransactionState>(transaction_words, state);
}

TransactionState parse_transaction_state(std::string_view text) {
    return value_of<TransactionState>(transaction_words, text);
}

ListGroupsOptions ListGroupsOptions::for_consumer_groups() {
    return {.types = {GroupType::consumer, GroupType::classic}, .protocol_types = {"", "consumer"}};
}

ListGroupsOptions ListGroupsOptions::for_share_groups() {
    return {.types = {GroupType::share}};
}

}  // namespace barnabas::admin
