#pragma once

#include "coordinator/group.h"
#include "wire/persisted/offset_records.h"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace barnabas::coordinator::testing {

/// A group that answers what the test says, of any kind.
class FakeGroup : public Group {
public:
    explicit FakeGroup(std::string id) : id_(std::move(id)) {}

    GroupType group_type = GroupType::classic;
    std::string protocol;
    std::set<std::string, std::less<>> members;
    std::set<std::string, std::less<>> topics;  // that they read
    ErrorCode commit_error = ErrorCode::none;
    std::map<std::string, ErrorCode, std::less<>> topic_errors;  // of check_commit_of
    ErrorCode fetch_error = ErrorCode::none;
    ErrorCode delete_error = ErrorCode::none;
    std::optional<Expiry> expiry = Expiry{};

    mutable std::string asked;  // what the last check was told

    [[nodiscard]] GroupType type() const override { return group_type; }
    [[nodiscard]] const std::string& id() const override { return id_; }
    [[nodiscard]] std::string_view state_name() const override {
        return is_empty() ? "Empty" : "Stable";
    }
    [[nodiscard]] std::string_view protocol_type() const override { return protocol; }
    [[nodiscard]] std::size_t member_count() const override { return members.size(); }

    [[nodiscard]] Result<void> check_commit(const Committer& from) const override {
        note(from);
        return answer(commit_error);
    }
    [[nodiscard]] Result<void> check_commit_of(const Committer& from,
                                               const PartitionOfCommit& what) const override {
        note(from);
        asked += fmt::format(" {} {} {}", what.topic, what.topic_id, what.partition);
        const auto at = topic_errors.find(what.topic);
        return answer(at == topic_errors.end() ? ErrorCode::none : at->second);
    }
    [[nodiscard]] Result<void> check_fetch(const Committer& from) const override {
        note(from);
        return answer(fetch_error);
    }
    [[nodiscard]] Result<void> check_delete() const override {
        return answer(delete_error != ErrorCode::none || is_empty() ? delete_error
                                                                    : ErrorCode::non_empty_group);
    }
    [[nodiscard]] bool is_subscribed_to(std::string_view topic) const override {
        return topics.contains(topic);
    }
    [[nodiscard]] std::optional<Expiry> offset_expiry() const override { return expiry; }
    void add_tombstones(Records& to) const override {
        to.push_back(make_tombstone(wire::GroupMetadataKey{.group = id_}));
    }

private:
    static Result<void> answer(ErrorCode error) {
        if (error != ErrorCode::none) {
            return fail(error, "as the test says");
        }
        return {};
    }
    void note(const Committer& from) const {
        asked = fmt::format("{} {} {} v{}{}", from.member_id, from.instance_id.value_or("-"),
                            from.generation_or_epoch, from.version,
                            from.transactional ? " transactional" : "");
    }

    std::string id_;
};

}  // namespace barnabas::coordinator::testing
