// DeleteRecords (KIP-107). Versions 0-2, the same fields; -1 stands for the high watermark.
#include "wire/messages/delete_records.h"

#include "broker/handlers/handlers.h"
#include "broker/handlers/on_partitions.h"
#include "broker/topic_service.h"

#include <algorithm>

namespace barnabas::broker {
namespace {

using wire::DeleteRecordsRequest;
using wire::DeleteRecordsResponse;
using Answer = DeleteRecordsResponse::Topic::Partition;

constexpr std::int64_t no_low_watermark = -1;

LocatedPartition find(const Call& call, const TopicImage* topic, std::int32_t number) {
    auto located = locate(call, topic, number);
    if (topic != nullptr && topic->internal) {
        located.owner = nullptr;
        located.error = Error{.code = ErrorCode::invalid_topic_exception,
                              .message = "records of internal topics are not for clients"};
    }
    return located;
}

Answer answer_of(Call& call, const LocatedPartition& located, std::int32_t number,
                 const Result<Offset>& deleted) {
    Answer answer;
    answer.partition_index = number;
    answer.low_watermark = no_low_watermark;
    const Error* error = located.error ? &*located.error : deleted ? nullptr : &deleted.error();
    if (error == nullptr) {
        answer.low_watermark = deleted->get();
    } else {
        answer.error_code = static_cast<std::int16_t>(error->code);
        call.count_error(error->code);
        call.log_refusal("DeleteRecords: {}", error->message);
    }
    return answer;
}

/// Kafka writes it within a minute: until then a crash brings deleted records back. Answers where
/// it could not be written.
awaitable<log::LogDirs::Unwritten> keep_log_starts(Call& call) {
    auto keep = [topics = call.services.topics] { return topics->write_checkpoints(); };
    co_return co_await runtime::await_on(call.home.shard, call.services.shards.front()->shard,
                                         keep);
}

}  // namespace

awaitable<DeleteRecordsResponse> handle_delete_records(Call& call, DeleteRecordsRequest& request) {
    const ClusterImagePtr image = call.home.image;
    std::vector<LocatedPartition> partitions;
    std::vector<Offset> before;
    for (const auto& topic : request.topics) {
        for (const auto& partition : topic.partitions) {
            partitions.push_back(find(call, image->topic(topic.name), partition.partition_index));
            before.emplace_back(partition.offset);
        }
    }
    std::vector<Result<Offset>> deleted(partitions.size(), no_offset);
    std::vector<runtime::Path> directories(partitions.size());
    auto work = [&](std::size_t i, replication::Partition& partition) {
        deleted[i] = partition.delete_records(before[i]);
        directories[i] = partition.log().folder().parent_path();
    };
    co_await on_partitions(call, partitions, work);
    const auto succeeded = [](const Result<Offset>& answer) {
        return answer && *answer >= Offset{0};
    };
    if (std::ranges::any_of(deleted, succeeded)) {
        const auto unwritten = co_await keep_log_starts(call);
        for (std::size_t i = 0; i < deleted.size(); ++i) {
            const auto trouble = unwritten.find(directories[i]);
            if (deleted[i] && trouble != unwritten.end()) {
                deleted[i] = fail(ErrorCode::kafka_storage_error,
                                  "a crash may bring back what was deleted in {}: {}",
                                  directories[i].string(), trouble->second.message);
            }
        }
    }

    DeleteRecordsResponse response;
    std::size_t i = 0;
    for (const auto& topic : request.topics) {
        auto& answers = response.topics.emplace_back();
        answers.name = topic.name;
        for (const auto& partition : topic.partitions) {
            answers.partitions.push_back(
                answer_of(call, partitions[i], partition.partition_index, deleted[i]));
            ++i;
        }
    }
    co_return response;
}

}  // namespace barnabas::broker
