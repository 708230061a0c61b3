#include "broker/share/fetched_batches.h"

#include "wire/records/batch_view.h"

#include <algorithm>
#include <utility>

namespace barnabas::broker {
namespace {

/// Reads a slice in pieces: small batches lie side by side, of large ones only the head is wanted.
class Heads {
public:
    explicit Heads(const runtime::FileSlice& records) : records_(records) {}

    /// The first bytes of what begins at `position`; fewer at the end.
    Result<ByteView> at(std::uint32_t position) {
        const auto wanted = std::min(wire::batch_layout::records_at,
                                     static_cast<std::size_t>(records_.size - position));
        if (position < begin_ || position + wanted > begin_ + buffer_.size()) {
            const std::size_t left = records_.size - position;
            buffer_.resize(std::min(left, begin_ == 0 && buffer_.empty() ? first_piece : piece));
            begin_ = position;
            TRY_ASSIGN(const auto got, records_.file->read_at(records_.position + position,
                                                              buffer_.mutable_view()));
            if (got != buffer_.size()) {
                return fail(ErrorCode::kafka_storage_error, "{} of {} bytes of a batch can be read",
                            got, buffer_.size());
            }
        }
        return buffer_.view().subspan(position - begin_, wanted);
    }

private:
    static constexpr std::size_t first_piece = 4096;
    static constexpr std::size_t piece = 65536;

    const runtime::FileSlice& records_;
    ByteBuffer buffer_;
    std::uint32_t begin_ = 0;  // of the buffer in the slice
};

bool is_aborted(const PlacedBatch& batch, std::span<const log::AbortedTransaction> aborted) {
    return batch.producer != no_producer &&
           std::ranges::any_of(aborted, [&batch](const log::AbortedTransaction& transaction) {
               return transaction.producer_id == batch.producer &&
                      transaction.first_offset <= batch.last &&
                      batch.first <= transaction.last_offset;
           });
}

}  // namespace

Result<std::vector<PlacedBatch>> batches_of(const runtime::FileSlice& records,
                                            Offset last_of_interest) {
    std::vector<PlacedBatch> batches;
    Heads heads(records);
    std::uint32_t position = 0;
    while (position < records.size) {
        TRY_ASSIGN(const auto head, heads.at(position));
        TRY_ASSIGN(const auto size, wire::next_batch_size(head));
        if (!size || *size > records.size - position) {
            break;
        }
        const wire::BatchView header(head);
        PlacedBatch batch{.position = position,
                          .size = static_cast<std::uint32_t>(*size),
                          .first = header.base_offset(),
                          .last = header.last_offset()};
        if (header.is_legacy() && !batches.empty()) {
            batch.first = batches.back().last + 1;  // it tells its last offset alone
        }
        if (header.is_transactional() && !header.is_control()) {
            batch.producer = header.producer_id();
        }
        batches.push_back(batch);
        position += batch.size;
        if (batch.last >= last_of_interest) {
            break;
        }
    }
    return batches;
}

std::vector<share::FetchedBatch> for_acquiring(std::span<const PlacedBatch> batches,
                                               std::span<const log::AbortedTransaction> aborted) {
    std::vector<share::FetchedBatch> fetched;
    fetched.reserve(batches.size());
    for (const auto& batch : batches) {
        fetched.push_back(
            {.first = batch.first, .last = batch.last, .aborted = is_aborted(batch, aborted)});
    }
    return fetched;
}

runtime::FileSlice part_of(const runtime::FileSlice& records, std::span<const PlacedBatch> batches,
                           Offset first, Offset last) {
    const auto begin =
        std::ranges::find_if(batches, [&](const auto& batch) { return batch.last >= first; });
    const auto end =
        std::find_if(begin, batches.end(), [&](const auto& batch) { return batch.first > last; });
    if (begin == end) {
        return {};
    }
    const auto& final = *std::prev(end);
    return {.file = records.file,
            .position = records.position + begin->position,
            .size = final.position + final.size - begin->position};
}

}  // namespace barnabas::broker
