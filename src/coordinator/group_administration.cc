// What is listed, deleted, or goes without anybody asking.
#include "base/invariant.h"
#include "coordinator/append_error.h"
#include "coordinator/classic/sentences.h"
#include "coordinator/group_coordinator.h"
#include "coordinator/offsets/replies.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace barnabas::coordinator {
namespace {

/// The names of states and types are ASCII.
std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return result;
}

std::string_view trimmed(std::string_view text) {
    const auto is_space = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
    while (!text.empty() && is_space(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_space(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

/// Without names everything is let through.
bool lets_through(const std::vector<std::string>& names, std::string_view name) {
    return names.empty() || std::ranges::any_of(names, [&](const std::string& one) {
               return lower(trimmed(one)) == lower(name);
           });
}

}  // namespace

void GroupCoordinator::list(const wire::ListGroupsRequest& request,
                            wire::ListGroupsResponse& to) const {
    for (const auto& [id, group] : groups_.all()) {
        if (!lets_through(request.states_filter, group->state_name()) ||
            !lets_through(request.types_filter, group_type_name(group->type()))) {
            continue;
        }
        auto& listed = to.groups.emplace_back();
        listed.group_id = id;
        listed.protocol_type = group->protocol_type();
        listed.group_state = group->state_name();
        listed.group_type = lower(group_type_name(group->type()));  // as Kafka has it here
    }
}

Result<void> GroupCoordinator::remove(std::string_view id, Now now, Told& out) {
    const Group* const group = groups_.find(id);
    if (group == nullptr) {
        return fail(ErrorCode::group_id_not_found, "there is no group {}", shown(id));
    }
    TRY(group->check_delete());
    Records records;
    offsets_.add_tombstones(id, records);
    const auto count = records.size();
    group->add_tombstones(records);
    if (auto stored = store_in_parts(std::move(records), now); !stored) {
        return fail(error_of_append(stored.error().code, offsets_too_large), "{}",
                    stored.error().message);
    }
    INVARIANT(groups_.find(id) == nullptr && !offsets_.has_offsets(id),
              "group {} is there after its tombstones", id);
    out.events.push_back(
        {.kind = GroupEvent::Kind::died,
         .group = std::string(id),
         .why = fmt::format("a request deleted the group and its {} offsets", count)});
    return {};
}

Result<std::optional<std::string>> GroupCoordinator::expire(std::string_view from, Now now,
                                                            Told& out) {
    auto step = offsets_.expire(from, now);
    for (const std::string& id : step.drained) {
        const Group* const group = groups_.find(id);
        INVARIANT(group != nullptr && group->is_empty(), "{} is drained", id);
        group->add_tombstones(step.records);
    }
    TRY(store_in_parts(std::move(step.records), now));
    for (std::string& id : step.drained) {
        INVARIANT(groups_.find(id) == nullptr, "group {} is there after its tombstones", id);
        out.events.push_back({.kind = GroupEvent::Kind::died,
                              .group = std::move(id),
                              .why = "the group has neither members nor offsets left"});
    }
    return std::move(step.next);
}

Result<bool> GroupCoordinator::remove_topics(std::span<const DeletedTopic> topics, Now now) {
    auto records = offsets_.remove_topics(topics);
    std::set<Uuid> ids;
    for (const DeletedTopic& topic : topics) {
        ids.insert(topic.id);
    }
    share_.add_forgotten(ids, records);
    const bool may_be_more = !records.empty();
    TRY(store_in_parts(std::move(records), now));
    return may_be_more;
}

}  // namespace barnabas::coordinator
