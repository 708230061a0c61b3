// -C reads partitions by hand, -G as a member of a group; the rest is the same.
#include "cli/cat/cat_modes.h"
#include "cli/cat/reading_goal.h"
#include "cli/cat/record_output.h"
#include "cli/common/quiet_clients.h"
#include "cli/common/stop_signals.h"
#include <barnabas/consumer.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace barnabas::cli {
namespace {

using CatPartitions = std::vector<TopicPartition>;

constexpr Duration poll_time = 100ms;

std::string partition_list(const CatPartitions& partitions) {
    std::string text;
    for (const auto& [topic, partition] : partitions) {
        text += fmt::format("{}{} [{}]", text.empty() ? "" : ", ", topic, partition);
    }
    return text;
}

/// librdkafka's defaults where they differ from Java's, so that output and groups are as kcat's.
ClientConfig cat_consumer_config(const CatOptions& options) {
    auto config = options.properties;
    config.emplace("isolation.level", "read_committed");
    config.emplace("allow.auto.create.topics", "false");
    config.emplace("default.api.timeout.ms", std::to_string(options.timeout_ms));
    if (options.mode == CatMode::group) {
        const auto protocol = config.find("group.protocol");
        if (protocol == config.end() || protocol->second == "classic") {
            config.emplace("partition.assignment.strategy", "range,roundrobin");
        }
    } else {
        config.emplace("enable.auto.commit", "false");
    }
    return config;
}

/// The last `count` records before the end, or all.
Result<void> seek_to_tail(Consumer& consumer, const CatPartitions& partitions, std::int64_t count) {
    TRY_ASSIGN(const auto begins, consumer.beginning_offsets(partitions));
    TRY_ASSIGN(const auto ends, consumer.end_offsets(partitions));
    for (const auto& [partition, end] : ends) {
        const auto begin = begins.contains(partition) ? begins.at(partition) : Offset(0);
        TRY(consumer.seek(partition, end - begin > count ? end - count : begin));
    }
    return {};
}

Result<void> start_at(Consumer& consumer, const CatPartitions& partitions,
                      const StartOffset& start) {
    if (partitions.empty()) {
        return {};  // where "none" means all that are assigned
    }
    switch (start.kind) {
        case StartOffset::Kind::beginning:
            return consumer.seek_to_beginning(partitions);
        case StartOffset::Kind::end:
            return consumer.seek_to_end(partitions);
        case StartOffset::Kind::stored:
            break;
        case StartOffset::Kind::absolute:
            for (const auto& partition : partitions) {
                TRY(consumer.seek(partition, Offset(start.value)));
            }
            break;
        case StartOffset::Kind::tail:
            return seek_to_tail(consumer, partitions, start.value);
        case StartOffset::Kind::time:
            return consumer.seek_to_time(partitions, Timestamp(start.value));
    }
    return {};
}

class CatReader final : public RebalanceListener {
public:
    CatReader(const CatOptions& options, Console& console, Consumer& consumer, RecordOutput output)
        : options_(options),
          console_(console),
          consumer_(consumer),
          output_(std::move(output)),
          goal_({.count = options.count,
                 .exit_at_end = options.exit_at_end,
                 .stop_before = options.range.stop_before}) {}

    /// By hand: the topic's partitions, or the one that -p names.
    Result<void> assign();
    Result<void> subscribe(Consumer::Listener self);
    /// Until enough is read or a signal came.
    Result<void> read(const StopSignals& stop);

    void on_partitions_assigned(Consumer& consumer, const CatPartitions& partitions) override;
    void on_partitions_revoked(Consumer& consumer, const CatPartitions& partitions) override;

private:
    Result<CatPartitions> wanted_partitions();
    Result<void> see_what_is_at_its_end();
    Result<void> print(const ConsumerRecords& records);
    Result<void> stop_partition(const ConsumerRecord& record);
    Result<void> look_for_ends(const CatPartitions& partitions);
    Result<void> at_end(const TopicPartition& partition, Offset end);
    Result<void> give_back();
    Result<std::int32_t> broker_of(const TopicPartition& partition);
    void tell(std::string_view sentence) { cat_tell(options_, console_, 1, sentence); }
    [[nodiscard]] std::string_view exiting() const { return goal_.reached() ? ": exiting" : ""; }

    const CatOptions& options_;
    Console& console_;
    Consumer& consumer_;
    RecordOutput output_;
    ReadingGoal goal_;
    std::map<TopicPartition, Offset> unread_;  ///< first records that were fetched, not printed
    std::map<TopicPartition, std::int32_t> leaders_;
    Result<void> rebalanced_;  ///< what went wrong while the group gave partitions
};

Result<CatPartitions> CatReader::wanted_partitions() {
    TRY_ASSIGN(const auto infos, consumer_.partitions_for(options_.topic()));
    if (infos.empty()) {
        return fail(ErrorCode::unknown_topic_or_partition, "No such topic in cluster: {}",
                    options_.topic());
    }
    CatPartitions wanted;
    for (const auto& info : infos) {
        if (!options_.partition || info.partition.get() == *options_.partition) {
            wanted.push_back({.topic = info.topic, .partition = info.partition});
        }
    }
    if (wanted.empty()) {
        return fail(ErrorCode::unknown_topic_or_partition,
                    "Topic {} (with partitions 0..{}): partition {} does not exist",
                    options_.topic(), infos.size() - 1, *options_.partition);
    }
    std::ranges::sort(wanted);
    return wanted;
}

Result<void> CatReader::assign() {
    TRY_ASSIGN(const auto wanted, wanted_partitions());
    TRY(consumer_.assign(wanted));
    TRY(start_at(consumer_, wanted, options_.range.start.value_or(StartOffset())));
    goal_.assign(wanted);
    return options_.exit_at_end ? see_what_is_at_its_end() : Result<void>();
}

/// An empty partition, or a start behind the end: no fetch has to wait for records to say so.
Result<void> CatReader::see_what_is_at_its_end() {
    const auto assigned = consumer_.assignment();
    TRY_ASSIGN(const auto ends, consumer_.end_offsets(assigned));
    for (const auto& [partition, end] : ends) {
        TRY_ASSIGN(const auto position, consumer_.position(partition));
        if (position == end) {
            TRY(at_end(partition, end));
        }
    }
    return {};
}

Result<void> CatReader::subscribe(Consumer::Listener self) {
    const auto wanted = cat_subscription(options_.topics);
    if (wanted.names.empty()) {
        TRY(consumer_.list_topics());  // is anybody there?
        TRY(consumer_.subscribe_pattern(wanted.pattern, std::move(self)));
    } else {
        for (const auto& name : wanted.names) {
            TRY_ASSIGN(const auto infos, consumer_.partitions_for(name));
            if (infos.empty()) {
                return fail(ErrorCode::unknown_topic_or_partition,
                            "Subscribed topic not available: {}", name);
            }
        }
        TRY(consumer_.subscribe(wanted.names, std::move(self)));
    }
    tell("Waiting for group rebalance");
    return {};
}

Result<void> CatReader::read(const StopSignals& stop) {
    while (!stop.requested() && !goal_.reached()) {
        auto records = consumer_.poll(poll_time);
        if (!records) {
            if (records.error().code == ErrorCode::operation_not_attempted) {
                continue;  // the signal's wakeup()
            }
            return fail(std::move(records));
        }
        TRY(rebalanced_);
        TRY(print(*records));
        TRY(look_for_ends(records->empty() ? consumer_.assignment() : records->partitions()));
    }
    return give_back();
}

Result<void> CatReader::print(const ConsumerRecords& records) {
    for (const auto& record : records) {
        const auto& partition = record.topic_partition();
        switch (goal_.on_record(partition, record.timestamp())) {
            case ReadingGoal::Verdict::print: {
                TRY_ASSIGN(const auto broker, broker_of(partition));
                TRY(output_.print(shown_record(record), broker));
                break;
            }
            case ReadingGoal::Verdict::late:
                TRY(stop_partition(record));
                break;
            case ReadingGoal::Verdict::skip:
                unread_.try_emplace(partition, record.offset());
                break;
        }
    }
    return records.empty() ? Result<void>() : output_.flush();
}

Result<void> CatReader::stop_partition(const ConsumerRecord& record) {
    unread_.try_emplace(record.topic_partition(), record.offset());
    tell(fmt::format("Reached stop timestamp for topic {} [{}] at offset {}{}", record.topic(),
                     record.partition(), record.offset(), exiting()));
    return consumer_.pause({record.topic_partition()});
}

Result<void> CatReader::look_for_ends(const CatPartitions& partitions) {
    if (!options_.exit_at_end && options_.verbosity == 0) {
        return {};
    }
    for (const auto& partition : partitions) {
        if (!goal_.is_done(partition) && consumer_.current_lag(partition) == 0) {
            TRY_ASSIGN(const auto position, consumer_.position(partition));
            TRY(at_end(partition, position));
        }
    }
    return {};
}

Result<void> CatReader::at_end(const TopicPartition& partition, Offset end) {
    if (!goal_.on_end(partition)) {
        return {};
    }
    tell(fmt::format("Reached end of topic {} [{}] at offset {}{}", partition.topic,
                     partition.partition, end, exiting()));
    return goal_.is_done(partition) ? consumer_.pause({partition}) : Result<void>();
}

/// What was fetched and not printed is the group's next reader's: closing commits positions.
Result<void> CatReader::give_back() {
    const auto assigned = consumer_.assignment();
    for (const auto& [partition, offset] : unread_) {
        if (std::ranges::find(assigned, partition) != assigned.end()) {
            TRY(consumer_.seek(partition, offset));
        }
    }
    return {};
}

/// The partition's leader, which -J prints; found out once.
Result<std::int32_t> CatReader::broker_of(const TopicPartition& partition) {
    if (!options_.json) {
        return -1;
    }
    if (const auto found = leaders_.find(partition); found != leaders_.end()) {
        return found->second;
    }
    leaders_[partition] = -1;
    TRY_ASSIGN(const auto infos, consumer_.partitions_for(partition.topic));
    for (const auto& info : infos) {
        leaders_[{.topic = info.topic, .partition = info.partition}] =
            info.leader.value_or(no_broker).get();
    }
    return leaders_[partition];
}

void CatReader::on_partitions_assigned(Consumer& consumer, const CatPartitions& partitions) {
    if (partitions.empty()) {
        return;
    }
    tell(fmt::format("Group {} rebalanced (memberid {}): assigned: {}", options_.group,
                     consumer.group_metadata().member_id, partition_list(partitions)));
    goal_.assign(partitions);
    for (const auto& partition : partitions) {
        unread_.erase(partition);
    }
    if (options_.range.start) {
        rebalanced_ = start_at(consumer, partitions, *options_.range.start);
    }
}

void CatReader::on_partitions_revoked(Consumer& consumer, const CatPartitions& partitions) {
    if (partitions.empty()) {
        return;
    }
    tell(fmt::format("Group {} rebalanced (memberid {}): revoked: {}", options_.group,
                     consumer.group_metadata().member_id, partition_list(partitions)));
    goal_.revoke(partitions);
}

}  // namespace

Result<void> cat_consume(const CatOptions& options, Console& console) {
    const bool stored =
        options.range.start && options.range.start->kind == StartOffset::Kind::stored;
    if (stored && !options.properties.contains("group.id")) {
        return fail(ErrorCode::invalid_request,
                    "-o stored is where a group left off: name it with -X group.id=GROUP");
    }
    TRY_ASSIGN(auto output, RecordOutput::make(options, console));
    TRY_ASSIGN(auto consumer,
               waiting_consumer(cat_consumer_config(options), console, "% WARNING: "));
    const auto reader = std::make_shared<CatReader>(options, console, consumer, std::move(output));
    {
        const StopSignals stop([&consumer] { consumer.wakeup(); });
        TRY(options.mode == CatMode::group ? reader->subscribe(reader) : reader->assign());
        TRY(reader->read(stop));
    }
    return consumer.close();
}

}  // namespace barnabas::cli
