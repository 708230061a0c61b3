#include "metadata/store.h"

#include <gtest/gtest.h>

namespace barnabas::metadata {
namespace {

TEST(StoreError, EveryCodeIsAKafkaCodeAndKeepsItsSentence) {
    struct Row {
        StoreErrorCode code;
        ErrorCode want;
    };
    const Row rows[] = {
        {StoreErrorCode::no_node, ErrorCode::unknown_topic_or_partition},
        {StoreErrorCode::node_exists, ErrorCode::topic_already_exists},
        {StoreErrorCode::bad_version, ErrorCode::invalid_update_version},
        {StoreErrorCode::not_empty, ErrorCode::unknown_server_error},
        {StoreErrorCode::ephemeral_parent, ErrorCode::unknown_server_error},
        {StoreErrorCode::bad_path, ErrorCode::unknown_server_error},
        {StoreErrorCode::session_expired, ErrorCode::not_controller},
        {StoreErrorCode::connection_lost, ErrorCode::request_timed_out},
        {StoreErrorCode::rolled_back, ErrorCode::unknown_server_error},
        {StoreErrorCode::storage, ErrorCode::kafka_storage_error},
    };
    int next = 0;
    for (const Row& row : rows) {
        EXPECT_EQ(static_cast<int>(row.code), next++) << "a code is left out";
        EXPECT_EQ(to_error({.code = row.code, .message = "why"}), (Error{row.want, "why"}));
    }
}

}  // namespace
}  // namespace barnabas::metadata
