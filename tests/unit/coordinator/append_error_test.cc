#include "coordinator/append_error.h"

#include <gtest/gtest.h>

#include <map>

namespace barnabas::coordinator {
namespace {

TEST(AppendError, EveryCodeIsToldAsWhatItMeansForTheCoordinator) {
    using enum ErrorCode;
    const std::map<ErrorCode, ErrorCode> rows = {
        {message_too_large, unknown_server_error},
        {record_list_too_large, unknown_server_error},
        {invalid_fetch_size, unknown_server_error},
        {unknown_topic_or_partition, coordinator_not_available},
        {not_enough_replicas, coordinator_not_available},
        {not_enough_replicas_after_append, coordinator_not_available},
        {request_timed_out, coordinator_not_available},
        {not_leader_or_follower, not_coordinator},
        {kafka_storage_error, not_coordinator},
        {network_exception, coordinator_load_in_progress},
    };
    for (const ErrorCode failure : all_error_codes()) {
        const auto row = rows.find(failure);
        const ErrorCode want = row == rows.end() ? failure : row->second;
        EXPECT_EQ(error_of_append(failure), want) << error_name(failure);
    }
}

TEST(AppendError, WhatDoesNotFitIsCalledAsTheCallerWants) {
    using enum ErrorCode;
    for (const ErrorCode failure : all_error_codes()) {
        const bool is_too_large = failure == message_too_large ||
                                  failure == record_list_too_large || failure == invalid_fetch_size;
        const ErrorCode want = is_too_large ? invalid_commit_offset_size : error_of_append(failure);
        EXPECT_EQ(error_of_append(failure, invalid_commit_offset_size), want)
            << error_name(failure);
    }
}

}  // namespace
}  // namespace barnabas::coordinator
