// long: one log under trial, its steps and its checks
// Random work on a compacted log beside a model that keeps every batch in memory: appends,
// transactions, rolls, retention, compactions in several passes, with the power failing at any file
// operation, or that operation alone, or a disk that is full. After each step the log holds exactly
// what Kafka's rules leave.
#include "unit/log/compaction/compaction_model.h"

#include "log/compaction/compaction_run.h"
#include "log/file_names.h"
#include "unit/log/log_batches.h"
#include "unit/log/model/log_machine.h"
#include "unit/log/model/seeds.h"

#include <gtest/gtest.h>

#include <limits>

namespace barnabas::log {
namespace {

using testing::FoundRecord;
using testing::KeyedRecord;
using testing::LogMachine;
using testing::PlainBatch;
using testing::Trouble;

class CompactionModel {
public:
    explicit CompactionModel(std::uint64_t seed) : machine_(seed) {
        machine_.config = {
            .segment_bytes = static_cast<std::uint32_t>(800 + random_.below(4000)),
            .segment_ms = 1'000'000,
            .segment_index_bytes = static_cast<std::uint32_t>(48 + random_.below(400)),
            .index_interval_bytes = static_cast<std::uint32_t>(random_.below(600)),
            .retention_ms = -1,
            .retention_bytes = -1,
            .cleanup_delete = random_.below(2) == 0,
            .cleanup_compact = true,
            .delete_retention_ms = static_cast<std::int64_t>(random_.below(60'000))};
        if (config().cleanup_delete && random_.below(2) == 0) {
            machine_.config.retention_bytes = static_cast<std::int64_t>(random_.below(20'000));
        }
        if (config().cleanup_delete && random_.below(2) == 0) {
            machine_.config.retention_ms = static_cast<std::int64_t>(random_.below(10'000));
        }
        if (random_.below(3) == 0) {
            machine_.config.compression = wire::Compression::of(some_codec());
        }
        machine_.create();
    }

    void step() {
        clock_.advance(std::chrono::milliseconds(random_.below(3000)));
        if (swap_unfinished_) {
            go_on_from_unfinished_swap();
        } else {
            act();
        }
        check();
    }
    [[nodiscard]] std::string story() const { return machine_.story(); }

private:
    [[nodiscard]] Log& log() { return machine_.log(); }
    [[nodiscard]] const LogConfig& config() const { return machine_.config; }

    void act() {
        switch (random_.below(31)) {
            case 0:
                return delete_records();
            case 1:
                return flush();
            case 2:
                return crash();
            case 3:
                return reopen();
            case 4:
            case 5:
            case 6:
                return compact();
            case 7:
                return compact_and_crash();
            case 8:
                return cut();
            case 9:
                return roll();
            case 10:
            case 11:
            case 12:
                return end_transaction();
            case 13:
                return kill();
            case 14:
                return move();
            case 15:
                return retain();
            case 16:
            case 17:
            case 18:
                return compact_in_trouble();
            default:
                append();
        }
    }

    wire::Codec some_codec() { return static_cast<wire::Codec>(random_.below(5)); }

    // --- what clients do ---------------------------------------------------------------------
    void append() {
        timestamp_ = timestamp_ + static_cast<std::int64_t>(random_.below(200)) - 50;
        testing::KeyedSpec spec{
            .timestamp = timestamp_,
            .timestamp_step = static_cast<std::int64_t>(random_.below(100)) - 50,
            .codec = some_codec()};
        for (auto n = 1 + random_.below(5); n > 0; --n) {
            KeyedRecord record{.key = fmt::format("key {}", random_.below(9)), .value = {}};
            if (random_.below(4) != 0) {
                record.value =
                    fmt::format("{} {}", ++values_, std::string(random_.below(150), 'v'));
            }
            spec.records.push_back(std::move(record));
        }
        if (random_.below(2) == 0) {
            spec.producer = ProducerId{static_cast<std::int64_t>(random_.below(3))};
            const auto* known = log().producers().find(spec.producer);
            spec.transactional = spec.producer.get() > 0;
            spec.epoch = known == nullptr ? ProducerEpoch{0} : known->epoch;
            const bool open = known != nullptr && known->transaction_first;
            const bool anew = known != nullptr && !open && random_.below(15) == 0;
            spec.epoch = spec.epoch + static_cast<std::int16_t>(anew ? 1 : 0);
            const auto* last = known == nullptr || anew ? nullptr : known->last();
            spec.sequence = last == nullptr ? 0 : last->last_sequence + 1;
            uncertain_.erase(spec.producer);
        }
        send(testing::make_keyed(spec), wire::AppendOrigin::client);
    }
    void end_transaction() {
        const auto id = ProducerId{static_cast<std::int64_t>(1 + random_.below(2))};
        const auto* known = log().producers().find(id);
        const auto epoch = known == nullptr ? ProducerEpoch{0} : known->epoch;
        send(testing::make_marker(id, epoch, random_.below(2) == 0, timestamp_),
             wire::AppendOrigin::coordinator);
    }
    void send(ByteBuffer bytes, wire::AppendOrigin origin) {
        const auto sent = log().append(
            bytes.mutable_view(), {.origin = origin, .epoch = LeaderEpoch{0}, .now = clock_.both()},
            validator_);
        ASSERT_TRUE(sent) << sent.error().error.message;
        log().set_high_watermark(log().log_end());
        batches_.push_back(read_files().back());  // as the log gave it its place
        ASSERT_EQ(batches_.back().last, sent->last);
        history_.push_back(batches_.back());
    }
    void delete_records() {
        if (!config().cleanup_delete) {
            return;
        }
        const auto length = static_cast<std::uint64_t>(log().log_end() - log().log_start());
        const auto offset =
            log().log_start() +
            static_cast<std::int64_t>(random_.below(std::min<std::uint64_t>(length, 15) + 1));
        ASSERT_TRUE(log().delete_records_before(offset));
        give_up();
    }
    void retain() {
        machine_.tell("retention");
        give_up();
    }
    /// Time goes by the records'.
    void give_up() {
        const Now now{clock_.both().steady,
                      timestamp_ + static_cast<std::int64_t>(random_.below(2000))};
        const Offset want = kept_by_retention(now.wall);
        ASSERT_TRUE(log().apply_retention(now));
        // What a snapshot of producers has to outlive stays until that is on the medium.
        const bool enough = random_.below(4) == 0;
        for (int i = 0; !enough && log().deletion_waits(); ++i) {
            ASSERT_LT(i, 100);
            ASSERT_TRUE(machine_.flush());
            ASSERT_TRUE(log().apply_retention(now));
        }
        ASSERT_TRUE(machine_.remove_deleted());
        const Offset first = first_segment();
        ASSERT_TRUE(first == want || (log().deletion_waits() && first < want))
            << "retention ends at " << first.get() << ", not " << want.get();
        ASSERT_GE(log().log_start(), first);
        forget_before(batches_, first);
    }
    [[nodiscard]] LogFacts facts() {
        auto facts = log().compaction_facts();
        EXPECT_TRUE(facts) << facts.error().message;
        return facts ? std::move(*facts) : LogFacts{};
    }
    [[nodiscard]] Offset first_segment() { return facts().segments.front().base; }
    static void forget_before(std::vector<PlainBatch>& batches, Offset first) {
        std::erase_if(batches, [first](const auto& batch) { return batch.base < first; });
    }
    /// Where the log's first segment begins once Kafka's rules are carried out.
    Offset kept_by_retention(Timestamp now) {
        const auto segments = facts().segments;
        std::int64_t bytes = 0;
        for (const auto& segment : segments) {
            bytes += static_cast<std::int64_t>(segment.size);
        }
        for (std::size_t i = 0; i < segments.size(); ++i) {
            const auto& [base, size, newest, first] = segments[i];
            const bool last = i + 1 == segments.size();
            const auto dated =
                newest.get() < 0 ? Timestamp{*disk_.modified_at(file_of(base))} : newest;
            const bool too_old = config().cleanup_delete && config().retention_ms >= 0 &&
                                 now - dated > config().retention_ms;
            const bool too_much =
                config().cleanup_delete && config().retention_bytes >= 0 &&
                bytes - static_cast<std::int64_t>(size) >= config().retention_bytes;
            const bool deleted = !last && segments[i + 1].base <= log().log_start();
            if ((last && size == 0) || !(too_old || too_much || deleted)) {
                return base;
            }
            bytes -= static_cast<std::int64_t>(size);
        }
        return log().log_end();
    }

    // --- the log's own life ------------------------------------------------------------------
    void roll() {
        const auto config = machine_.config;
        auto eager = config;
        eager.segment_ms = 1;
        machine_.set_config(eager);
        roll_time_ = roll_time_ + 1000;
        ASSERT_TRUE(log().roll_if_due({clock_.both().steady, roll_time_}));
        machine_.set_config(config);
    }
    void flush() {
        machine_.tell("flush");
        ASSERT_TRUE(machine_.flush());
        ASSERT_TRUE(machine_.checkpoint());
    }
    /// Nothing is cut that was committed when a compaction relied on it.
    void cut() {
        if (log().log_end() <= committed_ || random_.below(3) != 0) {
            return;
        }
        const auto length = static_cast<std::uint64_t>(log().log_end() - committed_);
        const Offset offset =
            log().log_end() -
            static_cast<std::int64_t>(random_.below(std::min<std::uint64_t>(length, 9)));
        const auto before = sequences();
        machine_.tell(fmt::format("cut at {}", offset));
        ASSERT_TRUE(log().truncate_to(std::max(offset, log().log_start())));
        // Compaction keeps the last batch of each producer; one before it that becomes the last by
        // a cut may be gone from the log, and only a snapshot knows of it (as with Kafka).
        for (const auto& [id, last] : before) {
            if (last.last_offset >= log().log_end()) {
                uncertain_.insert(id);
            }
        }
        log().set_high_watermark(log().log_end());
        forget_behind(log().log_end());
        machine_.promise_up_to(log().log_end());
        ASSERT_TRUE(machine_.checkpoint());
    }
    void reopen() {
        machine_.tell("stop and start");
        const auto folder = log().folder();
        const auto start = log().log_start();
        ASSERT_TRUE(machine_.stop());
        if (start < log().log_end()) {
            machine_.check_folder(folder, start);
        }
        this->start();
    }
    void kill() {
        machine_.tell("kill");
        const auto before = sequences();
        const Offset end = log().log_end();
        start();
        ASSERT_EQ(log().log_end(), end);
        forget_lost();
        expect_sequences(before, end);
    }
    void crash() {
        machine_.tell("crash");
        const auto before = sequences();
        machine_.crash();
        const bool unsure = swap_unfinished_;
        start();
        note_recovered(before);
        if (unsure) {  // whether the new names are on the medium
            const auto after = std::exchange(batches_, before_);
            forget_lost();
            batches_ = partly(after, true);
        }
    }
    void start() {
        ASSERT_TRUE(machine_.start());
        swap_unfinished_ = false;
        left_over_ = false;
    }
    void note_recovered(const std::map<ProducerId, ProducerBatch>& before) {
        machine_.tell(fmt::format("found [{}, {})", log().log_start(), log().log_end()));
        ASSERT_GE(log().log_end(), machine_.synced_end()) << "a synced record is lost";
        forget_lost();
        expect_sequences(before, machine_.synced_end());
    }
    /// A copy has no batch before the one that holds the log's start.
    void move() {
        const auto served = std::ranges::find_if(
            batches_, [this](const auto& batch) { return batch.last >= log().log_start(); });
        const Offset from = served == batches_.end() ? log().log_end() : served->base;
        finish_swap();
        if (served != batches_.end() && batches_.back().last + 1 != log().log_end()) {
            return;  // its last records were lost, and a copy could not end where it does
        }
        machine_.tell(fmt::format("move of [{}, {})", from, log().log_end()));
        const bool trouble = random_.below(2) == 0;
        if (trouble) {
            flush();  // else the last records may be lost, and what is known of them
            machine_.arm(Trouble::power, 100);
        }
        const auto before = sequences();
        const auto moved = machine_.move(from, [] {});
        ASSERT_TRUE(moved || machine_.trouble_met()) << moved.error().message;
        if (machine_.disarm() == Trouble::power) {
            machine_.crash();
            start();
        }
        const auto found = read_files();
        if (found.empty() || found.front().base >= from) {  // of deleted records a copy has none
            std::erase_if(batches_, [from](const auto& batch) { return batch.base < from; });
        }
        note_recovered(before);
        first_dirty_ = std::max(first_dirty_, log().log_start());
    }
    /// Of what was not synced anything may be gone, also in the middle: a compacted log has gaps,
    /// so that one more does not show.
    void forget_lost() {
        std::set<Offset> there;
        std::vector<PlainBatch> back;  // segments whose deletion was not synced
        for (const auto& batch : read_files()) {
            there.insert(batch.base);
            if (batches_.empty() || batch.base < batches_.front().base) {
                back.push_back(batch);
            }
        }
        batches_.insert(batches_.begin(), back.begin(), back.end());
        const auto lost = [&](const auto& batch) {
            return batch.last >= machine_.synced_end() && !there.contains(batch.base);
        };
        std::erase_if(batches_, lost);
        std::erase_if(history_, lost);
    }
    void forget_behind(Offset end) {
        const auto behind = [end](const auto& batch) { return batch.last >= end; };
        std::erase_if(batches_, behind);
        std::erase_if(history_, behind);
    }

    /// The last sequence of each producer, and where it is.
    std::map<ProducerId, ProducerBatch> sequences() {
        std::map<ProducerId, ProducerBatch> found;
        for (int id = 0; id < 3; ++id) {
            const auto* known = log().producers().find(ProducerId{id});
            if (known != nullptr && known->last() != nullptr) {
                found.emplace(ProducerId{id}, *known->last());
            }
        }
        return found;
    }
    /// What was not lost with the end of the log is known again, compacted or not.
    void expect_sequences(const std::map<ProducerId, ProducerBatch>& before, Offset end) {
        for (const auto& [id, last] : before) {
            if (last.last_offset >= end || uncertain_.contains(id)) {
                continue;
            }
            const auto* known = log().producers().find(id);
            ASSERT_TRUE(known != nullptr && known->last() != nullptr) << id.get();
            ASSERT_EQ(known->last()->last_sequence, last.last_sequence)
                << "of producer " << id.get() << " at " << last.last_offset.get() << " of "
                << log().log_end().get();
        }
    }

    // --- compaction --------------------------------------------------------------------------
    /// The part of the log that a compaction may work on, if there is one.
    std::optional<CompactionSource> source() {
        flush();
        const auto now = facts();
        if (first_dirty_ > log().log_end()) {
            first_dirty_ = log().log_start();
        }
        const auto cleanable = find_cleanable(now, config(), first_dirty_, clock_.both().wall);
        if (cleanable.first_dirty >= cleanable.end) {
            return std::nullopt;
        }
        auto source = log().compaction_source(cleanable.first_dirty, cleanable.end);
        EXPECT_TRUE(source && *source) << cleanable.end.get();
        return source ? std::move(*source) : std::nullopt;
    }
    std::unique_ptr<CompactionRun> begin(CompactionSource from) {
        committed_ = std::max(committed_, log().high_watermark());
        return std::make_unique<CompactionRun>(
            std::move(from),
            CompactionRun::Options{.map_bytes_max = 24 * (3 + random_.below(30)),
                                   .load_factor = 0.9,
                                   .buffer_bytes = 64 + random_.below(4000),
                                   .hasher = KeyHasher(random_.next(), random_.next()),
                                   .now = clock_.both().wall});
    }
    /// What Kafka's rules leave of these once the keys are mapped.
    std::vector<PlainBatch> expected(const CompactionRun& run,
                                     const std::vector<PlainBatch>& batches) {
        const auto& from = run.source();
        Offset cleaned_end = from.end;
        for (const auto& segment : from.segments) {
            if (segment.base >= run.end()) {
                cleaned_end = std::min(cleaned_end, segment.base);
            }
        }
        rules_ = {.first_dirty = from.first_dirty,
                  .mapped_end = run.end(),
                  .cleaned_end = cleaned_end,
                  .round_end = from.end,
                  .now = clock_.both().wall,
                  .delete_retention_ms = config().delete_retention_ms,
                  .producers = from.producers};
        return testing::PlainCompactor(batches, rules_).run();
    }

    void compact() {
        auto from = source();
        if (!from) {
            return;
        }
        const bool disturbed = random_.below(4) == 0;
        const auto run = begin(std::move(*from));
        const auto before = batches_;
        std::vector<PlainBatch> want;
        bool known = false;
        bool refused = false;
        while (!refused && run->stage() != CompactionRun::Stage::done) {
            const auto stage = run->advance(1 + random_.below(3000));
            ASSERT_TRUE(stage) << stage.error().message;
            if (*stage != CompactionRun::Stage::mapping && !known) {
                want = expected(*run, before);
                known = true;
            }
            if (disturbed && random_.below(8) == 0) {
                refused = true;  // as a broker that stops
            } else if (random_.below(8) == 0) {
                retain();
                if (::testing::Test::HasFailure()) {
                    return;
                }
            }
            if (!refused && *stage == CompactionRun::Stage::group_ready) {
                auto group = run->take_group();
                const bool whole = group.replaced.front().base >= first_segment();
                const auto taken = log().swap_in(group);
                ASSERT_TRUE(taken) << taken.error().message;
                ASSERT_EQ(*taken, whole) << "retention took a part of it";
                ASSERT_TRUE(discard_files(group));
                ASSERT_TRUE(machine_.remove_deleted());
                refused = !*taken;
            }
        }
        ASSERT_TRUE(run->discard());
        ASSERT_TRUE(disk_.sync_directory(log().folder()));
        forget_before(want, first_segment());
        if (refused) {
            batches_ = partly(want, known);
            return;
        }
        first_dirty_ = run->end();
        batches_ = std::move(want);
        ASSERT_TRUE(machine_.checkpoint());
    }

    /// As the cleaner does when an operation fails, or the disk is full: what no log took goes, and
    /// another compaction follows some time.
    void compact_in_trouble() {
        auto from = source();
        if (!from) {
            return;
        }
        const auto run = begin(std::move(*from));
        before_ = batches_;
        make_trouble(60);
        std::vector<PlainBatch> want;
        bool known = false;
        CleanedGroup group;
        Result<void> failed;
        while (failed && run->stage() != CompactionRun::Stage::done) {
            const auto stage = run->advance(1 + random_.below(3000));
            failed = stage ? Result<void>() : std::unexpected(stage.error());
            if (stage && *stage != CompactionRun::Stage::mapping && !known) {
                want = expected(*run, batches_);
                known = true;
            }
            if (stage && *stage == CompactionRun::Stage::group_ready) {
                group = run->take_group();
                const auto taken = log().swap_in(group);
                failed = taken ? Result<void>() : std::unexpected(taken.error());
                ASSERT_TRUE(!taken || *taken);
                swap_unfinished_ = !taken && group.fresh.empty();
            }
        }
        ASSERT_TRUE(failed || in_trouble()) << failed.error().message;
        machine_.tell(failed ? "  compacted" : "  failed: " + failed.error().message);
        // Nor does tidying up always succeed.
        const bool again = machine_.armed() == Trouble::full_disk && random_.below(2) == 0;
        if (again) {
            machine_.disarm();
            machine_.arm(Trouble::full_disk, 6);
        }
        auto tidied = discard_files(group);
        tidied = tidied ? run->discard() : tidied;
        ASSERT_TRUE(tidied || in_trouble()) << tidied.error().message;
        left_over_ = left_over_ || !tidied;
        end_trouble();
        if (::testing::Test::HasFailure()) {
            return;
        }
        batches_ = failed && !known ? batches_ : partly(want, known);
        if (!swap_unfinished_) {
            ASSERT_TRUE(disk_.sync_directory(log().folder()));
        }
        if (failed && !swap_unfinished_ && batches_ == want) {
            first_dirty_ = run->end();
        }
    }
    /// The next compaction goes on with it at the latest, whatever comes between.
    void go_on_from_unfinished_swap() {
        switch (random_.below(6)) {
            case 0:
                crash();
                break;
            case 1:
                kill();
                break;
            case 2:
                reopen();
                break;
            case 3:
                append();
                break;
            case 4:
                retain();
                break;
            default:
                break;
        }
        if (!::testing::Test::HasFailure()) {
            finish_swap();
            flush();
            ASSERT_TRUE(disk_.sync_directory(log().folder()));
        }
    }
    void make_trouble(std::uint64_t within) {
        const auto which = random_.below(3);
        if (which == 0) {
            machine_.tell("  a full disk");
            const auto space = disk_.space(log().folder());
            disk_.set_capacity(space->total - space->free + random_.below(8000));
            is_full_ = true;
        } else {
            machine_.arm(which == 1 ? Trouble::full_disk : Trouble::broken_disk, within);
        }
    }
    [[nodiscard]] bool in_trouble() const { return is_full_ || machine_.trouble_met(); }
    void end_trouble() {
        disk_.set_capacity(runtime::SimulatedDisk::default_capacity);
        is_full_ = false;
        machine_.disarm();
        if (machine_.is_broken()) {
            const auto before = sequences();
            const auto back = machine_.take_back();
            ASSERT_TRUE(back) << back.error().message;
            swap_unfinished_ = false;
            left_over_ = false;
            note_recovered(before);
        }
    }
    void finish_swap() {
        ASSERT_TRUE(log().compaction_source(Offset{0}, Offset{0}));
        swap_unfinished_ = false;
    }

    /// Some groups were compacted, others not: each is one of the two, as a whole.
    std::vector<PlainBatch> partly(const std::vector<PlainBatch>& after, bool mapped) {
        auto found = read_files();
        if (!mapped) {
            return found;
        }
        // Groups are taken in from the front. Of one whose taking in was interrupted, segments in
        // which nothing stays may still be there.
        const auto of = [](const std::vector<PlainBatch>& in, Offset from, Offset end) {
            std::vector<PlainBatch> part;
            std::ranges::copy_if(in, std::back_inserter(part), [&](const auto& batch) {
                return batch.base >= from && batch.base < end;
            });
            return part;
        };
        const auto segments = facts().segments;
        bool old = false;
        for (std::size_t i = 0; i < segments.size(); ++i) {
            const Offset from = segments[i].base;
            const Offset end = i + 1 < segments.size()
                                   ? segments[i + 1].base
                                   : Offset{std::numeric_limits<std::int64_t>::max()};
            const auto got = of(found, from, end);
            const bool is_new = got == of(after, from, end);
            const bool is_old = got == of(batches_, from, end);
            EXPECT_TRUE(is_new || is_old) << "the segment of " << from.get();
            EXPECT_TRUE(!old || is_old)
                << "behind one that is not compacted, that of " << from.get();
            old = old || !is_new;
        }
        return found;
    }

    void compact_and_crash() {
        auto from = source();
        if (!from) {
            return;
        }
        const auto run = begin(std::move(*from));
        std::vector<PlainBatch> want;
        bool known = false;
        machine_.arm(Trouble::power, 60);
        bool trouble = false;
        while (!trouble && run->stage() != CompactionRun::Stage::done) {
            const auto stage = run->advance(1 + random_.below(3000));
            trouble = !stage;
            if (stage && *stage != CompactionRun::Stage::mapping && !known) {
                want = expected(*run, batches_);
                known = true;
            }
            if (stage && *stage == CompactionRun::Stage::group_ready) {
                auto group = run->take_group();
                trouble = !log().swap_in(group);
            }
        }
        const bool done = !trouble;
        const Offset end = run->end();
        machine_.crash();
        start();
        ASSERT_GE(log().log_end(), machine_.synced_end()) << "a synced record is lost";
        forget_lost();
        batches_ = done && !known ? batches_ : partly(want, known);
        // Whoever drives it notes the end only after it has synced the folder.
        if (done && random_.below(2) == 0 && batches_ == want) {
            first_dirty_ = end;
        }
    }

    // --- comparing ---------------------------------------------------------------------------
    static void parse(ByteView bytes, std::vector<PlainBatch>& into) {
        wire::BatchCursor cursor(bytes);
        while (const auto batch = cursor.next().value_or(std::nullopt)) {
            EXPECT_TRUE(batch->ensure_valid());
            into.push_back(testing::plain(*batch));
        }
        EXPECT_EQ(cursor.position(), bytes.size());
    }
    [[nodiscard]] runtime::Path file_of(Offset base) {
        auto path = log().folder() / file_name(base, log_suffix);
        auto fresh = path;
        fresh += swap_suffix;
        return swap_unfinished_ && disk_.exists(fresh) ? fresh : path;
    }
    /// Every batch of every segment, also of those before the log's start.
    std::vector<PlainBatch> read_files() {
        std::vector<PlainBatch> found;
        for (const auto& segment : facts().segments) {
            const auto text = disk_.read_text(file_of(segment.base));
            EXPECT_TRUE(text) << segment.base.get();
            parse(as_bytes(text.value_or("")), found);
        }
        return found;
    }
    /// No others than those of segments, and none of a compaction that is over.
    void check_files() {
        std::set<std::string> logs;
        for (const auto& segment : facts().segments) {
            logs.insert(file_name(segment.base, log_suffix));
        }
        const auto entries = disk_.list(log().folder());
        ASSERT_TRUE(entries);
        for (const auto& entry : *entries) {
            ASSERT_TRUE(left_over_ || (!entry.name.ends_with(cleaned_suffix) &&
                                       !entry.name.ends_with(swap_suffix)))
                << entry.name;
            ASSERT_TRUE(!entry.name.ends_with(log_suffix) || logs.erase(entry.name) == 1)
                << entry.name;
        }
        ASSERT_TRUE(logs.empty()) << *logs.begin();
    }
    /// What consumers get.
    std::vector<PlainBatch> read_log() {
        std::vector<PlainBatch> found;
        for (Offset from = log().log_start(); from < log().log_end();) {
            const auto slice =
                log().read(from, {.max_bytes = 1 + static_cast<std::uint32_t>(random_.below(4000)),
                                  .at_least_one_batch = true,
                                  .end = log().log_end()});
            EXPECT_TRUE(slice) << slice.error().message;
            if (!slice || slice->size == 0) {
                break;
            }
            std::vector<std::byte> bytes(slice->size);
            EXPECT_EQ(slice->file->read_at(slice->position, bytes).value_or(0), bytes.size());
            parse(bytes, found);
            from = found.back().last + 1;
        }
        return found;
    }

    void check() {
        if (::testing::Test::HasFailure()) {
            return;
        }
        const auto visible = [this](const std::vector<PlainBatch>& in) {
            std::vector<PlainBatch> part;
            std::ranges::copy_if(in, std::back_inserter(part), [this](const auto& batch) {
                return batch.last >= log().log_start();
            });
            return part;
        };
        ASSERT_EQ(read_files(), batches_);
        if (!swap_unfinished_) {
            check_files();
        }
        const auto found = read_log();
        const auto want = visible(batches_);
        ASSERT_EQ(found.size(), want.size());
        for (std::size_t i = 0; i < want.size(); ++i) {
            ASSERT_EQ(found[i], want[i]);
        }
        check_last_values(want);
        check_committed(want);
        check_timestamp(want);
        check_newest(want);
    }

    /// Whatever the rules say: no last value of a key is lost, and no tombstone while an older
    /// record of its key is left.
    void check_last_values(const std::vector<PlainBatch>& batches) {
        const auto aborted = testing::aborted_data(history_);
        std::map<std::string, FoundRecord> last;
        for (std::size_t i = 0; i < history_.size(); ++i) {
            for (const auto& found : history_[i].records) {
                if (!history_[i].control && !aborted[i]) {
                    last.insert_or_assign(*found.record.key, found);
                }
            }
        }
        const auto still_aborted = testing::aborted_data(batches);
        std::map<std::string, FoundRecord> left;
        for (std::size_t i = 0; i < batches.size(); ++i) {
            for (const auto& found : batches[i].records) {
                if (!batches[i].control && !still_aborted[i]) {
                    left.insert_or_assign(*found.record.key, found);
                }
            }
        }
        for (const auto& [key, found] : last) {
            if (found.offset < log().log_start()) {
                continue;
            }
            const auto at = left.find(key);
            ASSERT_TRUE(at != left.end() || !found.record.value) << key << " is lost";
            ASSERT_TRUE(at == left.end() || at->second == found)
                << key << " is back at " << at->second.offset.get();
        }
    }

    /// A consumer that reads committed, by the rules of Kafka's client, sees what was committed.
    void check_committed(const std::vector<PlainBatch>& batches) {
        const auto stable = log().last_stable_offset();
        auto index = log().aborted_transactions(log().log_start(), stable);
        ASSERT_TRUE(index) << index.error().message;
        std::ranges::sort(*index, std::ranges::greater(), &AbortedTransaction::first_offset);
        const auto aborted = testing::aborted_data(batches);
        std::set<ProducerId> skipped;
        for (std::size_t i = 0; i < batches.size() && batches[i].base < stable; ++i) {
            const auto& batch = batches[i];
            while (!index->empty() && index->back().first_offset <= batch.last) {
                skipped.insert(index->back().producer_id);
                index->pop_back();
            }
            if (batch.control && !batch.records.empty() && !batch.committed) {
                skipped.erase(batch.producer);
            }
            if (!batch.control && !batch.records.empty() && batch.transactional) {
                ASSERT_EQ(skipped.contains(batch.producer), aborted[i]) << batch.base.get();
            }
        }
    }

    void check_timestamp(const std::vector<PlainBatch>& batches) {
        const auto asked = timestamp_ - static_cast<std::int64_t>(random_.below(3000)) + 20;
        std::optional<Offset> want;
        for (const auto& batch : batches) {
            for (const auto& found : batch.records) {
                if (!want && found.timestamp >= asked && found.offset >= log().log_start()) {
                    want = found.offset;
                }
            }
        }
        const auto got = log().find_by_timestamp(asked);
        ASSERT_TRUE(got) << got.error().message;
        ASSERT_EQ(got->has_value(), want.has_value()) << asked.get();
        ASSERT_TRUE(!want || (*got)->offset == *want) << asked.get();
    }
    void check_newest(const std::vector<PlainBatch>& batches) {
        std::optional<FoundRecord> want;
        for (const auto& batch : batches) {
            for (const auto& found : batch.records) {
                const bool newer = !want || found.timestamp > want->timestamp;
                want = found.offset >= log().log_start() && newer ? found : want;
            }
        }
        const auto got = log().find_max_timestamp();
        ASSERT_TRUE(got) << got.error().message;
        ASSERT_EQ(got->has_value(), want.has_value());
        ASSERT_TRUE(!want ||
                    ((*got)->offset == want->offset && (*got)->timestamp == want->timestamp))
            << (*got)->timestamp.get() << " at " << (*got)->offset.get() << ", not "
            << want->timestamp.get() << " at " << want->offset.get();
    }

    LogMachine machine_;
    runtime::SimulatedClock& clock_ = machine_.clock;
    runtime::SeededRandom& random_ = machine_.random;
    runtime::SimulatedDisk& disk_ = machine_.disk;
    wire::AppendValidator validator_;
    std::vector<PlainBatch> batches_;  // what the log holds
    std::vector<PlainBatch> history_;  // what was ever written, and not cut or lost
    testing::PlainCompaction rules_;
    Timestamp timestamp_{1'767'225'600'000};
    Timestamp roll_time_{2'000'000'000'000};
    int values_ = 0;
    std::set<ProducerId> uncertain_;
    Offset first_dirty_{0};
    Offset committed_{0};
    std::vector<PlainBatch> before_;  // the last compaction that met trouble
    bool swap_unfinished_ = false;    // an error came between: segments have their ".swap" names
    bool left_over_ = false;          // and so may be files of a compaction that came to nothing
    bool is_full_ = false;
};

TEST(CompactionModel, AgreesWithTheLogOnEverySeed) {
    testing::run_seeds<CompactionModel>(15, 400);
}

}  // namespace
}  // namespace barnabas::log
