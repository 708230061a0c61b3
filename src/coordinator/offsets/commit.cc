// What OffsetCommit and TxnOffsetCommit come to.
#include "coordinator/offsets/offsets.h"
#include "coordinator/offsets/replies.h"

#include <limits>
#include <utility>

namespace barnabas::coordinator {

namespace {

constexpr std::int16_t commit_names_lost_groups = 9;  // version of OffsetCommit; KIP-848
constexpr std::int16_t txn_commit_names_lost_groups = 6;
constexpr std::int16_t value_version = 4;
constexpr std::int16_t value_version_with_expiry = 1;  // the only one that has a place for it

/// Java's String.length() of the text, which Kafka compares with offset.metadata.max.bytes.
std::size_t utf16_length(std::string_view text) {
    std::size_t units = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool continues = (byte & 0xc0U) == 0x80U;
        units += continues ? 0U : (byte >= 0xf0U ? 2U : 1U);
    }
    return units;
}

Timestamp add_saturated(Timestamp now, std::int64_t ms) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(now.get(), ms, &sum)) {
        return Timestamp{ms > 0 ? std::numeric_limits<std::int64_t>::max()
                                : std::numeric_limits<std::int64_t>::min()};
    }
    return Timestamp{sum};
}

std::optional<std::string_view> view_of(const std::optional<std::string>& text) {
    return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

Timestamp committed_at(const wire::OffsetCommitRequest::Topic::Partition& partition,
                       Timestamp now) {
    return partition.commit_timestamp == no_timestamp.get() ? now
                                                            : Timestamp{partition.commit_timestamp};
}

Timestamp committed_at(const wire::TxnOffsetCommitRequest::Topic::Partition& /*partition*/,
                       Timestamp now) {
    return now;
}

/// Whether `from` may commit at all; a group that is not there is only there for strangers.
ErrorCode check(const Group* group, const Committer& from, std::int16_t names_lost_groups) {
    if (group == nullptr) {
        if (from.generation_or_epoch < 0) {
            return ErrorCode::none;
        }
        return from.version >= names_lost_groups ? ErrorCode::group_id_not_found
                                                 : ErrorCode::illegal_generation;
    }
    const auto checked = group->check_commit(from);
    return checked ? ErrorCode::none : checked.error().code;
}

/// One request on its way to its records and its reply.
struct Commit {
    const Group* group;
    Committer from;
    Timestamp now;
    Timestamp expires_at;
    std::size_t metadata_length_max;

    [[nodiscard]] ErrorCode check_partition(std::string_view topic, const Uuid& topic_id,
                                            std::int32_t partition) const {
        if (group == nullptr) {
            return ErrorCode::none;
        }
        const auto checked = group->check_commit_of(
            from, {.topic = topic, .topic_id = topic_id, .partition = partition});
        return checked ? ErrorCode::none : checked.error().code;
    }

    template <class Partition>
    [[nodiscard]] Record record_of(const wire::OffsetCommitKey& key, const Uuid& topic_id,
                                   const Partition& partition) const {
        const bool expires = expires_at != no_timestamp;
        const wire::OffsetCommitValue value{.offset = partition.committed_offset,
                                            .leader_epoch = partition.committed_leader_epoch,
                                            .metadata = partition.committed_metadata.value_or(""),
                                            .commit_timestamp = committed_at(partition, now).get(),
                                            .expire_timestamp = expires_at.get(),
                                            .topic_id = topic_id,
                                            .unknown_tags = {}};
        return make_record(key, value, expires ? value_version_with_expiry : value_version);
    }
};

/// The error of the whole request, or `none` and everything is in `out`.
template <class Request, class Response>
ErrorCode add_partitions(const Commit& commit, const Request& request, Outcome<Response>& out) {
    for (const auto& topic : request.topics) {
        auto& reply = out.reply.topics.emplace_back();
        reply.topic_id = topic.topic_id;
        reply.name = topic.name;
        reply.partitions.reserve(topic.partitions.size());
        wire::OffsetCommitKey key{.group = request.group_id, .topic = topic.name, .partition = 0};
        for (const auto& partition : topic.partitions) {
            auto& answer = reply.partitions.emplace_back();
            answer.partition_index = partition.partition_index;
            if (partition.committed_metadata &&
                utf16_length(*partition.committed_metadata) > commit.metadata_length_max) {
                answer.error_code = std::to_underlying(ErrorCode::offset_metadata_too_large);
                continue;
            }
            key.partition = partition.partition_index;
            if (const auto error =
                    commit.check_partition(topic.name, topic.topic_id, key.partition);
                error != ErrorCode::none) {
                return error;
            }
            out.records.push_back(commit.record_of(key, topic.topic_id, partition));
        }
    }
    return ErrorCode::none;
}

std::size_t length_of(std::int32_t configured) {
    return configured < 0 ? 0 : static_cast<std::size_t>(configured);
}

}  // namespace

Outcome<wire::OffsetCommitResponse> Offsets::commit(const wire::OffsetCommitRequest& request,
                                                    const Client& client, Now now) const {
    const Commit commit{.group = ports_.groups.find(request.group_id),
                        .from = {.member_id = request.member_id,
                                 .instance_id = view_of(request.group_instance_id),
                                 .generation_or_epoch = request.generation_id_or_member_epoch,
                                 .version = client.version,
                                 .transactional = false},
                        .now = now.wall,
                        .expires_at = request.retention_time_ms == -1
                                          ? no_timestamp
                                          : add_saturated(now.wall, request.retention_time_ms),
                        .metadata_length_max = length_of(ports_.config.metadata_length_max)};
    Outcome<wire::OffsetCommitResponse> out;
    auto error = check(commit.group, commit.from, commit_names_lost_groups);
    if (error == ErrorCode::none) {
        error = add_partitions(commit, request, out);
    }
    if (error != ErrorCode::none) {
        return {.reply = refused(request, error)};
    }
    return out;
}

Outcome<wire::TxnOffsetCommitResponse> Offsets::commit(const wire::TxnOffsetCommitRequest& request,
                                                       const Client& client, Now now) const {
    if (request.group_id.empty()) {
        return {.reply = refused(request, ErrorCode::invalid_group_id)};
    }
    const Commit commit{.group = ports_.groups.find(request.group_id),
                        .from = {.member_id = request.member_id,
                                 .instance_id = view_of(request.group_instance_id),
                                 .generation_or_epoch = request.generation_id_or_member_epoch,
                                 .version = client.version,
                                 .transactional = true},
                        .now = now.wall,
                        .expires_at = no_timestamp,
                        .metadata_length_max = length_of(ports_.config.metadata_length_max)};
    Outcome<wire::TxnOffsetCommitResponse> out;
    auto error = check(commit.group, commit.from, txn_commit_names_lost_groups);
    if (error == ErrorCode::none) {
        error = add_partitions(commit, request, out);
    }
    if (error == ErrorCode::stale_member_epoch && client.version < txn_commit_names_lost_groups) {
        error = ErrorCode::illegal_generation;
    }
    if (error != ErrorCode::none) {
        return {.reply = refused(request, error)};
    }
    return out;
}

}  // namespace barnabas::coordinator
