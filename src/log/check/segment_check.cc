#include "log/check/segment_check.h"

#include "log/batch_file.h"
#include "log/check/index_judges.h"
#include "log/file_names.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::log {
namespace {

constexpr std::uint64_t segment_max = std::numeric_limits<std::int32_t>::max();
constexpr std::uint64_t index_max = std::uint64_t{2} << 30;

/// The bytes of an index file; nothing where there is none. corrupt_message for one that is larger
/// than any index.
Result<std::optional<ByteBuffer>> read_index(runtime::Disk& disk, const runtime::Path& path) {
    if (!disk.exists(path)) {
        return std::optional<ByteBuffer>();
    }
    TRY_ASSIGN(const auto file, disk.open(path, runtime::OpenMode::read));
    TRY_ASSIGN(const auto size, file->size());
    if (size > index_max) {
        return fail(ErrorCode::corrupt_message, "has {} bytes; an index has at most {}", size,
                    index_max);
    }
    ByteBuffer bytes;
    bytes.resize(static_cast<std::size_t>(size));
    TRY_ASSIGN(const auto got, file->read_at(0, bytes.mutable_view()));
    bytes.resize(got);
    return std::optional(std::move(bytes));
}

ByteView view_of(const std::optional<ByteBuffer>& file) {
    return file ? file->view() : ByteView();
}

/// The indexes of a segment, as far as they can be read.
struct IndexFiles {
    std::optional<ByteBuffer> offsets;
    std::optional<ByteBuffer> times;
    std::optional<ByteBuffer> transactions;
    std::vector<std::pair<std::string_view, std::string>> too_large;  // suffix, why
};

Result<IndexFiles> read_indexes(const SegmentCheck& check) {
    IndexFiles files;
    const auto read = [&](std::string_view suffix,
                          std::optional<ByteBuffer>& into) -> Result<void> {
        auto bytes = read_index(check.disk, check.folder / file_name(check.base, suffix));
        if (bytes) {
            into = std::move(*bytes);
        } else if (bytes.error().code == ErrorCode::corrupt_message) {
            files.too_large.emplace_back(suffix, bytes.error().message);
            into.emplace();
        } else {
            return fail(std::move(bytes));
        }
        return {};
    };
    TRY(read(offset_index_suffix, files.offsets));
    TRY(read(time_index_suffix, files.times));
    TRY(read(txn_index_suffix, files.transactions));
    return files;
}

/// One reading of a segment: what the batches say, and what the indexes say of them.
class Reading {
public:
    Reading(Offset base, LogSoFar& so_far, const IndexFiles& indexes)
        : base_(base),
          so_far_(so_far),
          indexes_(indexes),
          offset_judge_(view_of(indexes.offsets), base),
          time_judge_(view_of(indexes.times), base),
          transaction_judge_(view_of(indexes.transactions), base) {}

    Result<void> run(BatchFile& file);
    void report(const SegmentCheck& check, Problems& problems) const;
    void report_indexes(const SegmentCheck& check, Problems& problems) const;

    [[nodiscard]] SegmentFacts facts() const {
        return {.batches = batches_, .bytes = size_, .damaged = damaged()};
    }
    /// What repairing would lose: then the indexes cannot be made anew.
    [[nodiscard]] bool damaged() const { return falling_ || (bad_at_ && good_behind_ > 0); }

private:
    void take(const wire::BatchView& batch, std::uint64_t position);
    void note_bad(std::uint64_t position, std::string why);
    [[nodiscard]] std::optional<std::string> misplaced(const wire::BatchView& batch) const;

    Offset base_;
    LogSoFar& so_far_;
    const IndexFiles& indexes_;
    OffsetIndexJudge offset_judge_;
    TimeIndexJudge time_judge_;
    TransactionIndexJudge transaction_judge_;
    std::uint64_t size_ = 0;
    std::uint64_t batches_ = 0;
    std::optional<std::uint64_t> bad_at_;  // the first place without a whole, valid batch
    std::string why_bad_;
    std::uint64_t good_behind_ = 0;  // valid batches behind it
    std::uint64_t bad_batches_ = 0;
    std::optional<std::string> falling_;  // the first batch whose offsets do not follow
};

Result<void> Reading::run(BatchFile& file) {
    size_ = file.size();
    std::uint64_t position = 0;
    while (position < size_) {
        auto next = file.at(position);
        if (!next && next.error().code != ErrorCode::corrupt_message) {
            return fail(std::move(next));
        }
        if (!next || !*next) {
            note_bad(position,
                     next ? std::string("what is there is no whole batch") : next.error().message);
            return {};
        }
        const auto& batch = **next;
        if (const auto valid = batch.ensure_valid(); !valid) {
            note_bad(position, valid.error().message);
            ++bad_batches_;
        } else {
            good_behind_ += bad_at_ ? 1 : 0;
            take(batch, position);
        }
        position += batch.size();
    }
    return {};
}

void Reading::note_bad(std::uint64_t position, std::string why) {
    if (!bad_at_) {
        bad_at_ = position;
        why_bad_ = std::move(why);
    }
}

/// Offsets rise, and fit into the segment's indexes.
std::optional<std::string> Reading::misplaced(const wire::BatchView& batch) const {
    const Offset first = batch.is_legacy() ? batch.last_offset() : batch.base_offset();
    const Offset last = batch.last_offset();
    const bool fits = first >= so_far_.end && first >= base_ && first <= last &&
                      last.get() < std::numeric_limits<std::int64_t>::max() &&
                      last - base_ <= std::numeric_limits<std::int32_t>::max();
    if (fits) {
        return std::nullopt;
    }
    return fmt::format("a batch of offsets [{}, {}] where {} is the least, in the segment of {}",
                       first, last, std::max(so_far_.end, base_), base_);
}

void Reading::take(const wire::BatchView& batch, std::uint64_t position) {
    ++batches_;
    if (auto why = misplaced(batch)) {
        falling_ = falling_ ? falling_ : std::move(why);
        return;
    }
    so_far_.has_gaps =
        so_far_.has_gaps || (!batch.is_legacy() && (batch.base_offset() > so_far_.end ||
                                                    batch.count() <= batch.last_offset_delta()));
    if (batch.leader_epoch() > so_far_.epochs.latest()) {
        so_far_.epochs.assign(batch.leader_epoch(), batch.base_offset());
    }
    so_far_.end = batch.next_offset();
    offset_judge_.on_batch(batch, position);
    time_judge_.on_batch(batch);
    // As a broker that recovers: a marker that cannot be read ends nothing.
    const auto end = read_transaction_end(batch).value_or(std::nullopt);
    const auto aborted = so_far_.producers.apply(batch, end, no_timestamp);
    if (end && !end->committed) {
        transaction_judge_.on_abort_marker(batch.last_offset(), batch.producer_id(), aborted);
    }
}

void Reading::report(const SegmentCheck& check, Problems& problems) const {
    const auto path = check.folder / file_name(base_, log_suffix);
    const auto add = [&](ProblemKind kind, std::string sentence, std::optional<Mend> mend) {
        problems.push_back(
            {.kind = kind, .path = path, .sentence = std::move(sentence), .mend = std::move(mend)});
    };
    if (falling_) {
        add(ProblemKind::offsets_do_not_rise, *falling_, std::nullopt);
    }
    if (bad_at_ && good_behind_ > 0) {
        add(ProblemKind::corrupt_batch,
            fmt::format("at {}: {}; {} whole batches lie behind it, so that nothing is cut: take "
                        "the partition from another replica, or copy its records to a new topic",
                        *bad_at_, why_bad_, good_behind_),
            std::nullopt);
    } else if (bad_at_) {
        auto mend = Mend{.kind = Mend::Kind::rebuild_segment, .path = path, .text = {}};
        add(ProblemKind::torn_tail,
            fmt::format("its last {} bytes, from {} on, are no whole, valid batch: {}",
                        size_ - *bad_at_, *bad_at_, why_bad_),
            falling_ ? std::nullopt : std::optional(std::move(mend)));
    }
}

void Reading::report_indexes(const SegmentCheck& check, Problems& problems) const {
    const auto add = [&](std::string_view suffix, ProblemKind kind, const std::string& why) {
        problems.push_back({.kind = kind,
                            .path = check.folder / file_name(base_, suffix),
                            .sentence = why,
                            .mend = Mend{.kind = Mend::Kind::rebuild_segment,
                                         .path = check.folder / file_name(base_, log_suffix),
                                         .text = {}}});
    };
    const auto judge = [&](std::string_view suffix, const std::optional<ByteBuffer>& file,
                           bool wanted, const std::optional<IndexFault>& fault) {
        if (!file && wanted) {
            add(suffix, ProblemKind::missing_index, "is missing");
        } else if (fault) {
            add(suffix, fault->broken ? ProblemKind::broken_index : ProblemKind::wrong_index,
                fault->why);
        }
    };
    if (!indexes_.too_large.empty()) {
        const auto& [suffix, why] = indexes_.too_large.front();
        return add(suffix, ProblemKind::broken_index, why);
    }
    const bool needed = batches_ > 0 && check.closed;  // ours come with their first entry
    judge(offset_index_suffix, indexes_.offsets, needed, offset_judge_.verdict(check.closed));
    judge(time_index_suffix, indexes_.times, needed, time_judge_.verdict(check.closed));
    judge(txn_index_suffix, indexes_.transactions, false,
          transaction_judge_.verdict(so_far_.has_gaps));
}

}  // namespace

Result<SegmentFacts> SegmentCheck::run(LogSoFar& so_far, Problems& problems) const {
    const auto path = folder / file_name(base, log_suffix);
    TRY_ASSIGN(auto file, BatchFile::open(disk, path));
    if (file.size() > segment_max) {
        problems.push_back({.kind = ProblemKind::segment_too_large,
                            .path = path,
                            .sentence = fmt::format("has {} bytes; a segment has at most {}",
                                                    file.size(), segment_max),
                            .mend = {}});
        return SegmentFacts{.batches = 0, .bytes = file.size(), .damaged = true};
    }
    so_far.end = std::max(so_far.end, base);
    TRY_ASSIGN(const auto indexes, read_indexes(*this));
    Reading reading(base, so_far, indexes);
    TRY(reading.run(file));
    reading.report(*this, problems);
    if (!reading.damaged()) {
        reading.report_indexes(*this, problems);
    }
    return reading.facts();
}

}  // namespace barnabas::log
