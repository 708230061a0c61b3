#include "base/checksum.h"
#include "base/endian.h"
#include "wire/records/append_checks.h"
#include "wire/records/record_walk.h"

#include <algorithm>

namespace barnabas::wire {
namespace {

using namespace batch_layout;

/// One in-place validation: a first walk finds out whether anything is wrong, and only then does
/// a second one find out what.
class InPlace {
public:
    InPlace(PayloadWindow& window, MutableByteView batch, const AppendRules& rules)
        : window_(window),
          bytes_(batch),
          batch_(batch),
          rules_(rules),
          append_time_(batch_.timestamp_type() == TimestampType::log_append_time),
          base_timestamp_(append_time_ ? batch_.max_timestamp() : batch_.base_timestamp()),
          checks_(rules, batch_.timestamp_type(), batch_.max_timestamp()) {}

    AppendVerdict run() {
        std::int64_t max_timestamp = no_timestamp.get();
        std::uint32_t wrong_offsets = 0;
        bool all_fine = true;
        auto walked = walk([&](std::int32_t i, const RecordShape& record) {
            const std::int64_t timestamp = timestamp_of(record);
            max_timestamp = std::max(max_timestamp, timestamp);
            wrong_offsets |= static_cast<std::uint32_t>(record.offset_delta ^ i);
            all_fine = all_fine && checks_.fine(timestamp, record.has_key);
        });
        if (walked && !all_fine) {
            Complaints complaints;
            walked = complain(complaints);
            if (walked) {
                return std::unexpected(std::move(complaints).refusal());
            }
        }
        if (!walked) {
            return refuse(std::move(walked.error()));
        }
        if (wrong_offsets != 0) {
            return refuse({ErrorCode::invalid_record,
                           "the offsets inside a batch do not rise by one from 0"});
        }
        return settle(Timestamp{max_timestamp});
    }

private:
    template <class Visit>
    Result<> walk(Visit&& visit) {
        TRY_ASSIGN(const Codec codec, batch_.codec());
        TRY(window_.start(codec, batch_.payload(),
                          {.output_max = rules_.decompressed_max, .magic_v0 = false}));
        return walk_records(window_, batch_.count(), visit);
    }

    [[nodiscard]] std::int64_t timestamp_of(const RecordShape& record) const {
        const auto delta = append_time_ ? 0U : static_cast<std::uint64_t>(record.timestamp_delta);
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(base_timestamp_.get()) + delta);
    }

    Result<> complain(Complaints& complaints) {
        return walk([&](std::int32_t i, const RecordShape& record) {
            const std::int64_t timestamp = timestamp_of(record);
            if (!checks_.fine(timestamp, record.has_key)) {
                complaints.add(i, checks_.complaint(timestamp, record.has_key));
            }
        });
    }

    /// Writes max timestamp and type as the topic wants them; the checksum is computed again only
    /// if that changed something.
    ValidatedBatch settle(Timestamp max_timestamp) {
        const bool by_log = rules_.timestamp_type == TimestampType::log_append_time;
        const Timestamp max = by_log ? rules_.now : max_timestamp;
        if (batch_.timestamp_type() != rules_.timestamp_type || batch_.max_timestamp() != max) {
            constexpr unsigned kept =
                codec_mask | transactional_bit | control_bit | delete_horizon_bit;
            const auto attributes = (static_cast<unsigned>(batch_.attributes()) & kept) |
                                    (by_log ? log_append_time_bit : 0U);
            store_big_endian(bytes_.data() + attributes_at, static_cast<std::int16_t>(attributes));
            store_big_endian(bytes_.data() + max_timestamp_at, max.get());
            store_big_endian(bytes_.data() + crc_at, batch_.computed_crc());
        }
        return {.bytes = bytes_,
                .count = batch_.count(),
                .max_timestamp = max,
                .log_append_time = rules_.now,
                .rebuilt = false};
    }

    PayloadWindow& window_;
    MutableByteView bytes_;
    BatchView batch_;
    const AppendRules& rules_;
    bool append_time_;
    Timestamp base_timestamp_;
    RecordChecks checks_;
};

}  // namespace

AppendVerdict validate_in_place(PayloadWindow& window, MutableByteView batch,
                                const AppendRules& rules) {
    if (const BatchView view{batch}; view.is_compressed() && view.base_offset() != Offset{0}) {
        return refuse({ErrorCode::invalid_record,
                       fmt::format("the first offset of a compressed batch is {}, not 0",
                                   view.base_offset())});
    }
    return InPlace{window, batch, rules}.run();
}

}  // namespace barnabas::wire
