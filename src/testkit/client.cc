#include "testkit/client.h"

#include "testkit/log_fetch.h"
#include "testkit/topics.h"
#include "wire/messages/offset_fetch.h"

#include <algorithm>
#include <utility>

namespace barnabas::testkit {
namespace {

using Step = Producer::Step;

/// Fills the input: one transaction after the other, most of them committed.
class Writer final : public Client {
public:
    Writer(WireClient& wire, const ClientOptions& options)
        : Client(wire), timeout_(options.producer.timeout), producer_(wire, options.producer) {}

    awaitable<void> run() override {
        while (!journal().is_stopping()) {
            const bool begun = co_await producer_.init();
            auto step = begun ? Step::done : Step::over;
            while (step != Step::over && !journal().is_stopping()) {
                step = co_await transaction();
                co_await pause(150ms);
            }
            co_await pause(400ms);
        }
    }

private:
    awaitable<Step> transaction() {
        const bool was_calm = journal().is_calm();
        producer_.begin();
        const auto rounds = 1 + random().below(3);
        auto step = Step::done;
        for (std::uint64_t i = 0; i < rounds && step == Step::done; ++i) {
            step = co_await producer_.send(some_batches());
            co_await think(was_calm);
        }
        if (step == Step::over) {
            co_return step;
        }
        const bool commit = step == Step::done && (was_calm || random().below(5) != 0);
        step = co_await producer_.end(commit);
        if (was_calm && commit && step == Step::done) {
            journal().goes_on(wire().name());
        }
        co_return step;
    }

    std::vector<Producer::Batch> some_batches() {
        std::vector<Producer::Batch> batches(random().below(3) == 0 ? 1 + random().below(5) : 1);
        for (auto& batch : batches) {
            batch.partition = input(static_cast<std::int32_t>(random().below(input_partitions)));
            batch.records.resize(1 + random().below(3));
        }
        return batches;
    }

    /// Sometimes too long.
    awaitable<void> think(bool calm) {
        const auto mood = calm ? 0 : random().below(30);
        if (mood == 29) {
            co_await pause(timeout_ * 2);
        } else if (mood > 20) {
            co_await pause(100ms);
        }
    }

    const Duration timeout_;
    Producer producer_;
};

/// Copies the input into the output and commits how far it is in the same transactions.
class Copier final : public Client {
public:
    Copier(WireClient& wire, const ClientOptions& options)
        : Client(wire), producer_(wire, options.producer) {}

    awaitable<void> run() override {
        while (!journal().is_stopping()) {
            bool goes = co_await find_coordinator(&wire(), std::string(copiers_group),
                                                  CoordinatorOf::group);
            if (goes) {
                goes = co_await producer_.init();
            }
            if (goes) {
                goes = co_await find_positions();
            }
            while (goes && !journal().is_stopping()) {
                const auto step = co_await copy();
                goes = step != Step::over;
                co_await pause(100ms);
            }
            co_await pause(400ms);
        }
    }

private:
    using Batch = std::vector<std::pair<TopicPartition, FetchedRecord>>;

    /// Where the group is. Waits while its last transaction is not over (require_stable).
    awaitable<bool> find_positions() {
        wire::OffsetFetchRequest request;
        request.require_stable = true;
        auto& group = request.groups.emplace_back();
        group.group_id = copiers_group;
        auto& topic = group.topics->emplace_back();
        topic.name = input_topic;
        for (std::int32_t i = 0; i < input_partitions; ++i) {
            topic.partition_indexes.push_back(i);
        }
        const auto fetched = co_await settle<wire::OffsetFetchResponse>(
            &wire(), std::move(request), std::int16_t{8}, OffsetsCode());
        if (fetched.code != ErrorCode::none) {
            journal().complain(wire().name(), "OffsetFetch was refused: {}", fetched.code);
            co_return false;
        }
        positions_.clear();
        for (const auto& of : fetched.answer.body.groups.at(0).topics.at(0).partitions) {
            positions_[input(of.partition_index)] =
                Offset{std::max<std::int64_t>(of.committed_offset, 0)};
        }
        co_return true;
    }
    struct OffsetsCode {
        ErrorCode operator()(const wire::OffsetFetchResponse& response) const {
            const auto& group = response.groups.at(0);
            auto code = static_cast<ErrorCode>(group.error_code);
            for (const auto& topic : group.topics) {
                for (const auto& partition : topic.partitions) {
                    if (code == ErrorCode::none) {
                        code = static_cast<ErrorCode>(partition.error_code);
                    }
                }
            }
            return code;
        }
    };

    /// Records that are not copied yet; false if not all partitions answered.
    awaitable<bool> gather(Batch* to) {
        bool all = true;
        const auto positions = positions_;
        for (const auto& [partition, offset] : positions) {
            FetchFrom from{.partition = partition, .offset = offset};
            const auto fetched = co_await fetch(&wire(), std::move(from));
            all = all && fetched && fetched->code == ErrorCode::none;
            if (fetched) {
                const auto take = std::min<std::size_t>(fetched->records.size(), at_once);
                for (std::size_t i = 0; i < take; ++i) {
                    to->emplace_back(partition, fetched->records[i]);
                }
            }
        }
        co_return all;
    }

    awaitable<Step> copy() {
        const bool was_calm = journal().is_calm();
        Batch batch;
        const bool all = co_await gather(&batch);
        if (batch.empty()) {
            if (was_calm && all) {
                journal().goes_on(wire().name());
            }
            co_return Step::done;
        }
        producer_.begin();
        std::map<TopicPartition, Offset> next = positions_;
        std::vector<Producer::Batch> copies;
        for (std::int32_t to = 0; to < output_partitions; ++to) {
            Producer::Batch copy{.partition = output(to), .records = {}};
            for (const auto& [partition, record] : batch) {
                if (record.offset.get() % output_partitions == to) {
                    copy.records.emplace_back(
                        Source{.partition = partition, .offset = record.offset});
                }
                next[partition] = std::max(next[partition], record.offset + 1);
            }
            if (!copy.records.empty()) {
                copies.push_back(std::move(copy));
            }
        }
        auto step = co_await producer_.send(std::move(copies));
        if (step == Step::done) {
            step = co_await producer_.commit_offsets(std::string(copiers_group), next);
        }
        if (step == Step::over) {
            co_return step;
        }
        const bool commit = step == Step::done && (was_calm || random().below(6) != 0);
        step = co_await producer_.end(commit);
        if (commit && step == Step::done) {
            positions_ = std::move(next);
            if (was_calm) {
                journal().goes_on(wire().name());
            }
        }
        co_return step;
    }

    static constexpr std::size_t at_once = 6;  // records of a partition in one transaction

    Producer producer_;
    std::map<TopicPartition, Offset> positions_;
};

/// Reads all partitions over and over; from the beginning when it is born again.
class Reader final : public Client {
public:
    Reader(WireClient& wire, bool committed) : Client(wire), committed_(committed) {
        for (const auto& partition : all_partitions()) {
            places_[partition];
        }
    }

    awaitable<void> run() override {
        while (!journal().is_stopping()) {
            for (const auto& partition : all_partitions()) {
                co_await read(partition);
            }
            co_await pause(60ms);
        }
    }

private:
    struct Place {
        Offset next{0};
        Offset behind_last{0};  // record that it was shown
        std::uint64_t breaks = 0;
    };

    awaitable<void> read(TopicPartition partition) {
        Place place = places_[partition];
        if (place.breaks != wire().breaks()) {
            // Markers are shown before they are on the medium: after a power failure something
            // else may be in their place. What was shown of committed transactions stays.
            place.next = place.behind_last;
            place.breaks = wire().breaks();
        }
        Reading reading{.partition = partition,
                        .committed = committed_,
                        .asked_at = journal().now(),
                        .from = place.next,
                        .records = {}};
        const auto max_wait = static_cast<std::int32_t>(random().below(4) == 0 ? 50 : 0);
        FetchFrom from{.partition = partition,
                       .offset = place.next,
                       .committed = committed_,
                       .max_wait_ms = max_wait};
        const auto fetched = co_await fetch(&wire(), std::move(from));
        if (!fetched) {
            co_return;
        }
        if (fetched->code == ErrorCode::none) {
            reading.when = journal().now();
            reading.to = fetched->next;
            reading.last_stable = fetched->last_stable;
            for (const auto& [offset, text] : fetched->records) {
                reading.records.push_back({.offset = offset, .record = text.id});
                place.behind_last = offset + 1;
            }
            place.next = reading.to;
            journal().history().readings.push_back(std::move(reading));
            if (journal().is_calm()) {
                journal().goes_on(wire().name());
            }
        } else if (fetched->code == ErrorCode::offset_out_of_range && !committed_) {
            place.next = place.behind_last = Offset{0};  // unsynced records that it saw are gone
        } else if (!comes_again(fetched->code)) {
            journal().complain(wire().name(), "a fetch of {} from {} on was refused: {}", partition,
                               place.next, fetched->code);
            place.next = place.behind_last;
        }
        places_[partition] = place;
    }

    const bool committed_;
    std::map<TopicPartition, Place> places_;
};

}  // namespace

awaitable<void> Client::pause(Duration most) {
    const auto count = random().below(static_cast<std::uint64_t>(most.count()) + 1);
    co_await runtime::sleep_for(wire_.shard(), Duration(static_cast<std::int64_t>(count)));
}

std::unique_ptr<Client> make_client(WireClient& wire, const ClientOptions& options) {
    switch (options.kind) {
        case ClientOptions::Kind::writer:
            return std::make_unique<Writer>(wire, options);
        case ClientOptions::Kind::copier:
            return std::make_unique<Copier>(wire, options);
        case ClientOptions::Kind::reader:
            return std::make_unique<Reader>(wire, true);
        case ClientOptions::Kind::dirty_reader:
            return std::make_unique<Reader>(wire, false);
    }
    std::unreachable();
}

}  // namespace barnabas::testkit
