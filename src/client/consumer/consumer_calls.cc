// What several of the consumer's calls share.
#include "client/consumer/consumer_impl.h"

#include <utility>

namespace barnabas {

Result<> Consumer::Impl::seek_to(const Partitions& partitions, const client::ResetTarget& target) {
    TRY(try_on_loop([&] { return core->seek_to(partitions, target); }));
    const auto sought =
        partitions.empty()
            ? on_loop([this] { return core->subscription().assignment(); }).value_or(Partitions())
            : partitions;
    for (const TopicPartition& partition : sought) {
        drain.clear(partition);
    }
    return {};
}

Result<> Consumer::Impl::commit(std::optional<OffsetMap> offsets, Duration timeout) {
    TRY(open());
    settle();
    auto commit = [at = core.get(), offsets = std::move(offsets),
                   deadline = deadline_in(timeout)]() mutable {
        return at->commit(std::move(offsets), deadline);
    };
    return block_on(std::move(commit));
}

void Consumer::Impl::commit_async(std::optional<OffsetMap> offsets, CommitCallback callback) {
    if (const auto usable = open(); !usable) {
        if (callback) {
            callback(usable, offsets.value_or(OffsetMap()));
        }
        return;
    }
    loop.shard->post([at = core.get(), consumed = drain.take_consumed(),
                      offsets = std::move(offsets), callback = std::move(callback)]() mutable {
        at->report(consumed);
        at->commit_async(std::move(offsets), std::move(callback));
    });
}

Result<std::map<TopicPartition, client::OffsetAnswer>> Consumer::Impl::find_offsets(
    std::map<TopicPartition, std::int64_t> timestamps) {
    TRY(open());
    auto find = [at = core.get(), timestamps = std::move(timestamps),
                 deadline = deadline_in(config.api_timeout)]() mutable {
        return at->find_offsets(std::move(timestamps), deadline);
    };
    return block_on(std::move(find));
}

Result<std::map<TopicPartition, Offset>> Consumer::Impl::log_offsets(const Partitions& partitions,
                                                                     std::int64_t timestamp) {
    std::map<TopicPartition, std::int64_t> asked;
    for (const TopicPartition& partition : partitions) {
        asked.emplace(partition, timestamp);
    }
    TRY_ASSIGN(const auto answers, find_offsets(std::move(asked)));
    std::map<TopicPartition, Offset> found;
    for (const auto& [partition, answer] : answers) {
        found.emplace(partition, answer.offset);
    }
    return found;
}

Result<std::map<std::string, std::vector<PartitionInfo>>> Consumer::Impl::topics(
    std::optional<std::string> only) {
    TRY(open());
    auto find = [at = core.get(), only = std::move(only),
                 deadline = deadline_in(config.api_timeout)] { return at->topics(only, deadline); };
    return block_on(std::move(find));
}

}  // namespace barnabas
