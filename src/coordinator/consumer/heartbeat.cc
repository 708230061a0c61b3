#include "coordinator/consumer/heartbeat.h"

#include "coordinator/consumer/group_records.h"
#include "coordinator/consumer/reconcile.h"
#include "coordinator/consumer/topic_pattern.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace barnabas::coordinator {
namespace {

/// Topics that come or go lead to a new evaluation of regular expressions at most this often
/// (GroupMetadataManager.REGEX_BATCH_REFRESH_INTERVAL_MS).
constexpr std::chrono::milliseconds regex_batch_interval{10'000};

bool is_subset(const std::optional<Assignment>& owned, const Holding& assigned) {
    return owned && std::ranges::all_of(*owned, [&assigned](const auto& topic) {
               return std::ranges::all_of(topic.second, [&](std::int32_t partition) {
                   return find_held(assigned, topic.first, partition) != nullptr;
               });
           });
}

}  // namespace

std::chrono::milliseconds assignment_wait(const ConsumerGroup& group,
                                          std::chrono::milliseconds interval, Timestamp now) {
    const bool nobody_assigned = std::ranges::all_of(
        group.targets(), [](const auto& target) { return target.second.empty(); });
    const std::chrono::milliseconds since{now - group.assigned_at()};
    const bool is_over = since < std::chrono::milliseconds::zero() || since >= interval;
    return nobody_assigned || is_over ? std::chrono::milliseconds::zero() : interval - since;
}

Heartbeat::Heartbeat(const Context& context)
    : at_(context),
      epoch_(context.group.epoch()),
      target_epoch_(context.group.assignment_epoch()),
      draft_{.group = context.group} {
    if (context.request.topic_partitions) {
        owned_ = assignment_from(*context.request.topic_partitions);
    }
}

Result<Heartbeat::Reply> Heartbeat::run() {
    TRY(find_member());
    update_subscription();
    draft_.changed = &member_;
    TRY(update_regexes());
    update_epoch();
    update_target();
    TRY(update_assignment());
    Reply outcome{.reply = reply(), .records = {}, .events = {}};
    outcome.records = std::move(records_);
    outcome.events = std::move(events_);
    return outcome;
}

Result<void> Heartbeat::find_member() {
    const auto& request = at_.request;
    const std::string id =
        request.member_id.empty() ? at_.client.fresh.to_string() : request.member_id;
    const ConsumerMember* const known = at_.group.member(id);
    const bool replaces =
        request.instance_id && at_.group.static_member(*request.instance_id) != nullptr;
    if (known == nullptr && !replaces && at_.group.member_count() >= at_.config.max_size) {
        return fail(ErrorCode::group_max_size_reached,
                    "The consumer group has reached its maximum capacity of {} members.",
                    at_.config.max_size);
    }
    member_.id = id;
    before_.id = id;
    if (request.instance_id) {
        return find_static_member();
    }
    if (known != nullptr) {
        TRY(check_epoch(*known));
        before_ = *known;
        member_ = *known;
        return {};
    }
    if (request.member_epoch != joining_epoch) {
        return fail(ErrorCode::unknown_member_id, "Member {} is not a member of group {}.", id,
                    at_.group.id());
    }
    is_new_ = true;
    return {};
}

Result<void> Heartbeat::find_static_member() {
    const auto& instance = *at_.request.instance_id;
    const ConsumerMember* const known = at_.group.static_member(instance);
    const bool joins = at_.request.member_epoch == joining_epoch;
    if (known == nullptr) {
        if (!joins) {
            return fail(ErrorCode::unknown_member_id, "Instance id {} is unknown.", instance);
        }
        is_new_ = true;
        return {};
    }
    const bool same_id = known->id == member_.id;
    // Whoever changes the protocol did not have to say that it leaves: Kafka lets it in, too.
    const bool changes_protocol = at_.classic || known->classic;
    if (joins && (known->epoch == static_leaving_epoch || changes_protocol)) {
        replace(*known);
        return {};
    }
    if (joins && !same_id) {
        return fail(ErrorCode::unreleased_instance_id,
                    "Static member {} with instance id {} cannot join the group because the "
                    "instance id is owned by {} member.",
                    member_.id, instance, known->id);
    }
    if (!same_id) {
        return fail(ErrorCode::fenced_instance_id,
                    "Static member {} with instance id {} was fenced by member {}.", member_.id,
                    instance, known->id);
    }
    TRY(check_epoch(*known));
    before_ = *known;
    member_ = *known;
    return {};
}

/// A reply that raised the epoch may have been lost: then the member comes with the epoch before,
/// and owns nothing that it should not.
Result<void> Heartbeat::check_epoch(const ConsumerMember& member) const {
    const std::int32_t epoch = at_.request.member_epoch;
    if (epoch == member.epoch) {
        return {};
    }
    if (epoch == member.previous_epoch && epoch < member.epoch &&
        is_subset(owned_, member.assigned)) {
        return {};
    }
    return fail(ErrorCode::fenced_member_epoch,
                "The consumer group member has a {} member epoch ({}) than the one known by the "
                "group coordinator ({}). The member must abandon all its partitions and rejoin.",
                epoch > member.epoch ? "greater" : "smaller", epoch, member.epoch);
}

/// A static member is back: it takes over what its instance had, without a rebalance.
void Heartbeat::replace(const ConsumerMember& old) {
    replacing_ = old.id;
    std::string id = std::move(member_.id);
    member_ = old;
    member_.id = std::move(id);
    member_.epoch = joining_epoch;
    member_.previous_epoch = joining_epoch;
    before_ = member_;
    target_ = at_.group.target_of(old.id);
    draft_.gone = replacing_;
    add_member_tombstones(records_, at_.group.id(), old.id);
    records_.push_back(subscription_record(at_.group.id(), member_));
    records_.push_back(target_record(at_.group.id(), member_.id, target_));
    records_.push_back(current_assignment_record(at_.group.id(), member_));
}

void Heartbeat::update_subscription() {
    const auto& request = at_.request;
    if (request.instance_id) {
        member_.instance_id = request.instance_id;
    }
    if (request.rack_id) {
        member_.rack_id = request.rack_id;
    }
    if (request.rebalance_timeout_ms != -1) {
        member_.rebalance_timeout_ms = request.rebalance_timeout_ms;
    }
    if (request.server_assignor) {
        member_.assignor = request.server_assignor;
    }
    if (request.subscribed_topic_names) {
        member_.set_topics(*request.subscribed_topic_names);
    }
    if (request.subscribed_topic_regex) {
        member_.regex = *request.subscribed_topic_regex;
    }
    member_.client_id = at_.client.id;
    member_.client_host = at_.client.host;
    member_.classic = at_.classic;
    if (is_new_ || !member_.same_subscription(before_)) {
        records_.push_back(subscription_record(at_.group.id(), member_));
    }
    subscription_changed_ = member_.topics != before_.topics || member_.regex != before_.regex;
    if (subscription_changed_) {
        const bool is_new_group = at_.group.epoch() == initial_epoch && at_.group.is_empty();
        cause_ = is_new_ ? RebalanceCause::member_joined : RebalanceCause::subscription_changed;
        why_ = fmt::format("member {} {}", member_.id,
                           is_new_group ? "joins a new group"
                           : is_new_    ? "joins"
                                        : "subscribes to other topics");
    }
}

/// What most members ask for is not what it was.
void Heartbeat::judge_assignor() {
    if (!why_.empty() || member_.assignor == before_.assignor) {
        return;
    }
    const auto now = preferred_assignor(draft_, at_.config);
    if (now != preferred_assignor(GroupDraft{.group = at_.group}, at_.config)) {
        cause_ = is_new_ ? RebalanceCause::member_joined : RebalanceCause::subscription_changed;
        why_ = fmt::format("member {} asks for another assignor: it is {} now", member_.id,
                           assignor_name(now));
    }
}

Result<void> Heartbeat::update_regexes() {
    const std::string& old = before_.regex;
    const std::string& chosen = member_.regex;
    if (old != chosen && !old.empty() && at_.group.subscribers_of_regex(old) == 1) {
        draft_.regexes[old] = std::nullopt;
        records_.push_back(regex_tombstone(at_.group.id(), old));
    }
    std::map<std::string, bool, std::less<>> wanted;  // whether it is resolved
    if (!chosen.empty()) {
        if (old != chosen) {
            TRY(TopicPattern::parse(chosen));
        }
        wanted.emplace(chosen, draft_.resolved(chosen) != nullptr);
    }
    Timestamp last{};
    for (const auto& [regex, resolved] : at_.group.regexes()) {
        if (!draft_.regexes.contains(regex)) {
            wanted.emplace(regex, true);
            last = std::max(last, resolved.when);
        }
    }
    const bool unresolved = std::ranges::any_of(wanted, [](const auto& at) { return !at.second; });
    const std::chrono::milliseconds age{at_.now.wall - last};
    const bool outdated = age >= at_.config.regex_refresh_interval ||
                          (at_.group.names_may_differ() && age >= regex_batch_interval);
    if (!wanted.empty() && (unresolved || outdated)) {
        evaluate(wanted);
    }
    return {};
}

/// All together, so that one change of the topics is one rebalance.
void Heartbeat::evaluate(const std::map<std::string, bool, std::less<>>& wanted) {
    for (const auto& [regex, known] : wanted) {
        const auto pattern = TopicPattern::parse(regex);
        if (!pattern) {
            continue;  // stored by a coordinator with another syntax: it goes on with its topics
        }
        ResolvedRegex resolved{.topics = {}, .version = at_.topics.version(), .when = at_.now.wall};
        at_.topics.each_name([&](std::string_view name) {
            if (pattern->matches(name) && (!at_.may_see || at_.may_see(name))) {
                resolved.topics.emplace(name);
            }
        });
        const ResolvedRegex* const before = draft_.resolved(regex);
        if (why_.empty() && (before == nullptr || before->topics != resolved.topics)) {
            cause_ = RebalanceCause::topics_changed;
            why_ = fmt::format("regular expression {} names {} topics now", regex,
                               resolved.topics.size());
        }
        records_.push_back(regex_record(at_.group.id(), regex, resolved));
        draft_.regexes[regex] = std::move(resolved);
    }
}

void Heartbeat::update_epoch() {
    judge_assignor();
    if (why_.empty() && !at_.group.topics_may_differ()) {
        return;
    }
    const std::int64_t hash = metadata_hash_of(draft_.topics(), at_.topics);
    if (why_.empty() && hash != at_.group.metadata_hash()) {
        cause_ = RebalanceCause::topics_changed;
        why_ = "a subscribed topic has changed";
    }
    if (why_.empty()) {
        return;
    }
    ++epoch_;
    records_.push_back(group_epoch_record(at_.group.id(), epoch_, hash));
    rebalance(fmt::format("{}: epoch {} with {} members", why_, epoch_, draft_.member_count()));
}

void Heartbeat::update_target() {
    if (replacing_.empty()) {
        target_ = at_.group.target_of(member_.id);
    }
    if (epoch_ <= target_epoch_) {
        return;
    }
    // A classic member could not be told to wait: it would join again and again until then.
    const auto wait = at_.classic
                          ? std::chrono::milliseconds::zero()
                          : assignment_wait(at_.group, at_.times.assignment_interval, at_.now.wall);
    if (wait > std::chrono::milliseconds::zero()) {
        target_waits_ = true;
        return;
    }
    TargetAssignment computed = compute_target({.draft = draft_,
                                                .topics = at_.topics,
                                                .assignor = preferred_assignor(draft_, at_.config),
                                                .epoch = epoch_,
                                                .when = at_.now.wall,
                                                .replacing = replacing_});
    std::ranges::move(computed.records, std::back_inserter(records_));
    target_ = std::move(computed.members.at(member_.id));
    target_epoch_ = epoch_;
}

Result<void> Heartbeat::update_assignment() {
    if (!subscription_changed_ && member_.is_reconciled_to(target_epoch_)) {
        return {};
    }
    const SubscribedTopics subscribed = topics_of(member_, draft_, at_.topics);
    const auto is_other = [this](const ConsumerMember* owner) {
        return owner != nullptr && owner->id != member_.id && owner->id != replacing_;
    };
    TRY_ASSIGN(
        ConsumerMember next,
        reconcile({.member = member_,
                   .target_epoch = target_epoch_,
                   .target = target_,
                   .subscription_changed = subscription_changed_,
                   .owned = owned_,
                   .subscribed = [&](const Uuid& topic) { return subscribed.contains(topic); },
                   .held_by_others =
                       [&](const Uuid& topic, std::int32_t partition) {
                           return is_other(at_.group.owner_of(topic, partition));
                       }}));
    if (!next.same_assignment(member_) || is_new_) {
        member_ = std::move(next);
        records_.push_back(current_assignment_record(at_.group.id(), member_));
    }
    return {};
}

/// The client says everything: it joins, or is not sure that its last request arrived.
bool Heartbeat::is_full_request() const {
    const auto& request = at_.request;
    return request.member_epoch == joining_epoch ||
           (request.rebalance_timeout_ms != -1 && request.topic_partitions &&
            (request.subscribed_topic_names || request.subscribed_topic_regex));
}

wire::ConsumerGroupHeartbeatResponse Heartbeat::reply() const {
    using Response = wire::ConsumerGroupHeartbeatResponse;
    Response response;
    response.member_id = member_.id;
    response.member_epoch = member_.epoch;
    auto interval = at_.times.heartbeat_interval;
    if (target_waits_) {
        // Its assignment will be there before the next heartbeat is due: it may ask sooner.
        interval = std::min(interval,
                            std::max(at_.times.assignment_interval, std::chrono::milliseconds{1}));
    }
    response.heartbeat_interval_ms = static_cast<std::int32_t>(interval.count());
    const Assignment assigned = partitions_of(member_.assigned);
    if (is_full_request() || assigned != partitions_of(before_.assigned)) {
        response.assignment.emplace().topic_partitions =
            topics_from<Response::Assignment::TopicPartition>(assigned);
    }
    return response;
}

void Heartbeat::rebalance(std::string why) {
    events_.push_back({.kind = GroupEvent::Kind::rebalance,
                       .group = at_.group.id(),
                       .why = std::move(why),
                       .cause = cause_});
}

}  // namespace barnabas::coordinator
