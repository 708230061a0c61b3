#include "testkit/checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace barnabas::testkit {
namespace {

using Problems = std::vector<std::string>;

std::string name_of(const RecordId& record) {
    return fmt::format("record {} of transaction {}", record.index, record.transaction);
}

/// Whether a log, in the order of its offsets, has that record there.
bool holds(const std::vector<Found>& log, const Found& found) {
    const auto at = std::ranges::lower_bound(log, found.offset, {}, &Found::offset);
    return at != log.end() && *at == found;
}

/// A record of an open transaction, which the last stable offset must not pass in that time.
struct Pinned {
    Offset offset;
    Time from;
    Time until;
    RecordId record;
};

/// Where each record is, in the order of partitions and offsets.
using Places = std::map<RecordId, std::vector<std::pair<TopicPartition, Offset>>>;

class Checker {
public:
    explicit Checker(const History& history) : history_(history) {
        for (const auto& [partition, log] : history_.logs) {
            for (const Found& found : log.all) {
                all_[found.record].emplace_back(partition, found.offset);
            }
            for (const Found& found : log.committed) {
                committed_[found.record].emplace_back(partition, found.offset);
            }
        }
        for (std::size_t t = 0; t < history_.transactions.size(); ++t) {
            const Transaction& of = history_.transactions[t];
            for (std::size_t i = 0; i < of.records.size(); ++i) {
                if (const SentRecord& record = of.records[i]; record.acknowledged) {
                    pinned_[record.partition].push_back(
                        {.offset = *record.acknowledged,
                         .from = record.acknowledged_at,
                         .until = std::min(of.asked_at, of.may_end_from),
                         .record = {.transaction = t, .index = i}});
                }
            }
        }
    }

    Problems run() {
        check_contents();
        for (const auto& [id, state] : history_.open_at_the_end) {
            problem("transactional id {} is in {} when all is over", id, state);
        }
        for (const auto& complaint : history_.complaints) {
            problem("{}", complaint);
        }
        return std::move(problems_);
    }

private:
    void check_contents() {
        check_known();
        if (problems_.empty()) {  // what follows looks transactions up
            for (std::size_t i = 0; i < history_.transactions.size(); ++i) {
                check_transaction(i);
            }
            for (const auto& [partition, log] : history_.logs) {
                check_order(partition, log.all);
                check_committed_part(partition, log);
                check_end(partition, log);
            }
            for (const Reading& reading : history_.readings) {
                check_reading(reading);
                check_last_stable(reading);
            }
            check_copies();
        }
    }

    template <class... Args>
    void problem(fmt::format_string<Args...> text, Args&&... args) {
        problems_.push_back(fmt::format(text, std::forward<Args>(args)...));
    }

    const SentRecord* sent(const RecordId& record) const {
        if (record.transaction >= history_.transactions.size()) {
            return nullptr;
        }
        const auto& records = history_.transactions[record.transaction].records;
        return record.index < records.size() ? &records[record.index] : nullptr;
    }

    /// Nothing is read that was not sent, and each where it was sent to.
    void check_known() {
        const auto check = [this](const TopicPartition& partition, const Found& found) {
            const SentRecord* record = sent(found.record);
            if (record == nullptr) {
                problem("{} at {} of {} was never sent", name_of(found.record), found.offset,
                        partition);
            } else if (record->partition != partition) {
                problem("{} was sent to {} and is in {}", name_of(found.record), record->partition,
                        partition);
            }
        };
        for (const auto& [partition, log] : history_.logs) {
            for (const auto* found : {&log.all, &log.committed}) {
                std::ranges::for_each(*found, [&](const Found& f) { check(partition, f); });
            }
        }
        for (const Reading& reading : history_.readings) {
            std::ranges::for_each(reading.records,
                                  [&](const Found& f) { check(reading.partition, f); });
        }
    }

    void check_transaction(std::size_t number) {
        const Transaction& transaction = history_.transactions[number];
        std::size_t shown = 0;
        for (std::size_t i = 0; i < transaction.records.size(); ++i) {
            const RecordId id{.transaction = number, .index = i};
            shown += committed_.contains(id) ? 1 : 0;
            check_places(id, transaction.records[i]);
        }
        const std::size_t size = transaction.records.size();
        const bool may_be_there =
            transaction.asked == Asked::commit && transaction.told != Told::refused;
        if (shown > 0 && !may_be_there) {
            problem(
                "aborted read: transaction {} of {} ({}) was {}, and {} of its {} records are "
                "committed",
                number, transaction.id, transaction.client,
                transaction.told == Told::refused ? "refused" : "never to be committed", shown,
                size);
        } else if (transaction.told == Told::committed && shown < size) {
            problem("lost: {} of {} records of transaction {} of {} ({}), which is committed",
                    size - shown, size, number, transaction.id, transaction.client);
        } else if (shown > 0 && shown < size) {
            problem("torn: {} of {} records of transaction {} of {} ({}) are committed", shown,
                    size, number, transaction.id, transaction.client);
        }
    }

    void check_places(const RecordId& id, const SentRecord& record) {
        const auto found = all_.find(id);
        const std::size_t times = found == all_.end() ? 0 : found->second.size();
        if (times > 1) {
            problem("duplicate: {} is in {} at {} and at {}", name_of(id), record.partition,
                    found->second[0].second, found->second[1].second);
        }
        if (!record.acknowledged) {
            return;
        }
        if (times == 0) {
            problem("lost: {} was acknowledged at {} of {} and is not there", name_of(id),
                    *record.acknowledged, record.partition);
        } else if (found->second[0].second != *record.acknowledged) {
            problem("{} was acknowledged at {} of {} and is at {}", name_of(id),
                    *record.acknowledged, record.partition, found->second[0].second);
        }
    }

    /// Transactions are numbered as they begin, so of one id they rise.
    void check_order(const TopicPartition& partition, const std::vector<Found>& log) {
        std::map<std::string_view, Found> last;
        for (const Found& found : log) {
            const auto& id = history_.transactions[found.record.transaction].id;
            const auto [at, is_first] = last.try_emplace(id, found);
            if (!is_first && found.record < at->second.record) {
                problem("order: in {} {} at {} stands behind {} at {}, both of {}", partition,
                        name_of(found.record), found.offset, name_of(at->second.record),
                        at->second.offset, id);
            }
            at->second = found;
        }
    }

    /// Readers of committed records see a part of what the others see.
    void check_committed_part(const TopicPartition& partition, const FinalLog& log) {
        for (const Found& found : log.committed) {
            if (!holds(log.all, found)) {
                problem("{} at {} of {} is only there for readers of committed records",
                        name_of(found.record), found.offset, partition);
            }
        }
    }

    void check_end(const TopicPartition& partition, const FinalLog& log) {
        if (log.last_stable != log.end) {
            problem("hanging: the last stable offset of {} is {}, its end {}", partition,
                    log.last_stable, log.end);
        }
    }

    void check_reading(const Reading& reading) {
        const auto log = history_.logs.find(reading.partition);
        if (log == history_.logs.end() || reading.records.empty()) {
            return;
        }
        if (!reading.committed) {
            check_acknowledged(reading);
            return;
        }
        for (const Found& found : reading.records) {
            const Transaction& of = history_.transactions[found.record.transaction];
            if (of.asked != Asked::commit || of.asked_at > reading.when) {
                problem("aborted read: {} at {} of {} was shown before it was to be committed",
                        name_of(found.record), found.offset, reading.partition);
            }
        }
        // Up to the last one shown the log was on the medium. What is behind that may go.
        const auto& committed = log->second.committed;
        const auto first = std::ranges::lower_bound(committed, reading.from, {}, &Found::offset);
        const auto end =
            std::ranges::upper_bound(committed, reading.records.back().offset, {}, &Found::offset);
        if (first > end ||
            !std::ranges::equal(std::ranges::subrange(first, end), reading.records)) {
            problem("what was read of {} from {} to {} was {} records, and is now {}: {}",
                    reading.partition, reading.from, reading.to, reading.records.size(),
                    std::max<std::ptrdiff_t>(end - first, 0),
                    first_difference(reading.records, committed, reading.from));
        }
    }

    static std::string first_difference(const std::vector<Found>& shown,
                                        const std::vector<Found>& committed, Offset from) {
        auto at = std::ranges::lower_bound(committed, from, {}, &Found::offset);
        for (const Found& found : shown) {
            if (at == committed.end()) {
                return fmt::format("{} at {} is gone", name_of(found.record), found.offset);
            }
            if (*at != found) {
                return fmt::format("{} at {} was shown, now {} at {} comes", name_of(found.record),
                                   found.offset, name_of(at->record), at->offset);
            }
            ++at;
        }
        return "more than was shown";
    }

    /// Whoever reads uncommitted records may be shown what a power failure takes, but nothing else
    /// in the place of what was acknowledged before.
    void check_acknowledged(const Reading& reading) {
        const auto& now = history_.logs.at(reading.partition).all;
        for (const Found& found : reading.records) {
            const SentRecord& record = *sent(found.record);
            const bool acknowledged =
                record.acknowledged && record.acknowledged_at <= reading.asked_at;
            if (acknowledged && !holds(now, found)) {
                problem("{} was acknowledged, then shown at {} of {}, and is not there",
                        name_of(found.record), found.offset, reading.partition);
            }
        }
    }

    /// A record that was acknowledged before the fetch, of a transaction that nobody may have
    /// ended when the answer came.
    void check_last_stable(const Reading& reading) {
        for (const Pinned& pinned : pinned_[reading.partition]) {
            if (pinned.from <= reading.asked_at && pinned.until > reading.when &&
                pinned.offset < reading.last_stable) {
                problem("the last stable offset {} of {} is behind {} at {}, which is open",
                        reading.last_stable, reading.partition, name_of(pinned.record),
                        pinned.offset);
            }
        }
    }

    /// What the group has passed was copied, each once; nothing else was.
    void check_copies() {
        std::map<Source, std::size_t> copies;
        for (const auto& [id, places] : committed_) {
            if (const auto& source = sent(id)->copy_of) {
                copies[*source] += places.size();
            }
        }
        std::set<Source> wanted;
        for (const auto& [partition, offset] : history_.group_offsets) {
            const auto log = history_.logs.find(partition);
            if (log == history_.logs.end()) {
                continue;
            }
            for (const Found& found : log->second.committed) {
                if (found.offset < offset) {
                    wanted.insert({.partition = partition, .offset = found.offset});
                }
            }
        }
        for (const auto& [source, count] : copies) {
            if (!wanted.contains(source)) {
                problem("{} at {} was copied, and the group's offset is {}", source.partition,
                        source.offset, offset_of(source.partition));
            } else if (count > 1) {
                problem("{} at {} was copied {} times", source.partition, source.offset, count);
            }
        }
        for (const Source& source : wanted) {
            if (!copies.contains(source)) {
                problem("{} at {} was not copied, and the group's offset is {}", source.partition,
                        source.offset, offset_of(source.partition));
            }
        }
    }

    Offset offset_of(const TopicPartition& partition) const {
        const auto found = history_.group_offsets.find(partition);
        return found == history_.group_offsets.end() ? no_offset : found->second;
    }

    const History& history_;
    Places all_;
    Places committed_;
    std::map<TopicPartition, std::vector<Pinned>> pinned_;
    Problems problems_;
};

}  // namespace

std::vector<std::string> problems_of(const History& history) {
    return Checker(history).run();
}

}  // namespace barnabas::testkit
