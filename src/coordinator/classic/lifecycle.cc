// Records of groups: stored, loaded, deleted; groups that come from another type and go to one.
#include "base/invariant.h"
#include "coordinator/append_error.h"
#include "coordinator/classic/classic_groups.h"
#include "coordinator/classic/group_record.h"
#include "coordinator/classic/replies.h"
#include "coordinator/classic/sentences.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace barnabas::coordinator {
namespace {

/// What was to be said if the group could be stored, with an error instead.
Answer refused(Answer held, ErrorCode error) {
    auto& reply = std::get<wire::JoinGroupResponse>(held.reply);
    reply.error_code = static_cast<std::int16_t>(error);
    reply.member_id.clear();
    return held;
}

bool somebody_waits(const ClassicGroup& group) {
    return std::ranges::any_of(group.members(), [](const auto& entry) {
        return entry.second.waits_for_join() || entry.second.waits_for_sync();
    });
}

}  // namespace

void ClassicGroups::store(ClassicGroup& group, Record record, ClassicAppend append,
                          Decisions& out) {
    INVARIANT(!out.appended, "one command stores {} twice", group.id());
    out.records.push_back(std::move(record));
    out.appended = group.id();
    appends_[group.id()].push_back(std::move(append));
}

void ClassicGroups::appended(const std::string& id, const Result<void>& result, Now now,
                             Decisions& out) {
    const auto at = appends_.find(id);
    if (at == appends_.end()) {
        return;  // unloaded meanwhile
    }
    auto append = std::move(at->second.front());
    at->second.pop_front();
    if (at->second.empty()) {
        appends_.erase(at);
    }
    if (auto* creation = std::get_if<ClassicCreation>(&append)) {
        return creation_appended(id, *creation, result, out);
    }
    auto* group = ports_.groups.find_as<ClassicGroup>(id);
    if (group == nullptr) {
        return;  // deleted meanwhile
    }
    if (auto* assignment = std::get_if<ClassicAssignment>(&append)) {
        assignment_appended(*group, *assignment, result, now, out);
    } else if (auto* replacement = std::get_if<ClassicReplacement>(&append)) {
        replacement_appended(*group, *replacement, result, now, out);
    }
}

void ClassicGroups::creation_appended(const std::string& id, ClassicCreation& creation,
                                      const Result<void>& result, Decisions& out) {
    for (auto& held : creation.held) {
        out.answers.push_back(result
                                  ? std::move(held)
                                  : refused(std::move(held), error_of_append(result.error().code)));
    }
    auto* group = ports_.groups.find_as<ClassicGroup>(id);
    if (result || group == nullptr) {
        return;
    }
    release(*group, error_of_append(result.error().code), out);
    if (creation.replaced != nullptr) {
        ports_.groups.put(std::move(creation.replaced));
    } else {
        ports_.groups.erase(id);
    }
}

void ClassicGroups::apply(const wire::GroupMetadataKey& key,
                          const wire::GroupMetadataValue* value) {
    if (const auto* group = ports_.groups.find_as<ClassicGroup>(key.group)) {
        INVARIANT(!somebody_waits(*group), "a record replaces {} while members wait", key.group);
        ports_.timers.cancel_group(key.group);
        if (value == nullptr) {
            ports_.groups.erase(key.group);
        }
    }
    if (value != nullptr) {
        ports_.groups.put(std::make_unique<ClassicGroup>(key.group, stored_group(*value)));
    }
}

void ClassicGroups::loaded(Now now, Decisions& out) {
    for (const auto& [id, unused] : ports_.groups.all()) {
        auto* group = ports_.groups.find_as<ClassicGroup>(id);
        if (group == nullptr) {
            continue;
        }
        for (const auto& [member_id, member] : group->members()) {
            begin_session(*group, member, now);
        }
        const auto size_max = static_cast<std::size_t>(std::max(ports_.config.size_max, 1));
        if (group->member_count() > size_max) {
            // They get a chance to commit what they have read before some are shut out.
            prepare_rebalance(*group,
                              {.cause = RebalanceCause::other,
                               .why = fmt::format("the group was loaded with {} members, and "
                                                  "group.max.size is {}",
                                                  group->member_count(), size_max)},
                              now, out);
        }
    }
}

void ClassicGroups::unloaded(Decisions& out) {
    for (auto& [id, appends] : appends_) {
        for (auto& append : appends) {
            if (auto* creation = std::get_if<ClassicCreation>(&append)) {
                for (auto& held : creation->held) {
                    out.answers.push_back(refused(std::move(held), ErrorCode::not_coordinator));
                }
            }
        }
    }
    appends_.clear();
    for (const auto& [id, unused] : ports_.groups.all()) {
        auto* group = ports_.groups.find_as<ClassicGroup>(id);
        if (group != nullptr && !group->is_in(ClassicGroupState::dead)) {
            release(*group, ErrorCode::not_coordinator, out);
            group->transition(ClassicGroupState::dead, group->since().value_or(no_timestamp));
        }
    }
}

ClassicGroup& ClassicGroups::make_simple(std::string id) {
    INVARIANT(ports_.groups.find(id) == nullptr, "there is a group {} already", id);
    return ports_.groups.put(std::make_unique<ClassicGroup>(std::move(id)));
}

ClassicGroup& ClassicGroups::adopt(std::unique_ptr<ClassicGroup> group, std::string_view why,
                                   Now now, Decisions& out) {
    auto& adopted = ports_.groups.put(std::move(group));
    ports_.timers.cancel_group(adopted.id());
    out.events.push_back({.kind = GroupEvent::Kind::converted,
                          .group = adopted.id(),
                          .why = fmt::format("the group is a classic one now: {}", why)});
    for (const auto& [id, member] : adopted.members()) {
        begin_session(adopted, member, now);
    }
    if (adopted.member_count() > 0) {
        prepare_rebalance(adopted, {.cause = RebalanceCause::other, .why = why}, now, out);
    }
    return adopted;
}

void ClassicGroups::release(ClassicGroup& group, ErrorCode error, Decisions& out) {
    end_all_waiting(group, error, out);
    ports_.timers.cancel_group(group.id());
}

void ClassicGroups::end_all_waiting(ClassicGroup& group, ErrorCode error, Decisions& out) {
    for (const auto& [id, unchanged] : group.members()) {
        end_waiting(group, *group.find_member(id), error, out);
    }
    INVARIANT(group.joining_count() == 0, "{} joins of {} wait after all were answered",
              group.joining_count(), group.id());
}

}  // namespace barnabas::coordinator
