#include "log/transaction_index.h"

#include "base/endian.h"
#include "base/invariant.h"

#include <array>
#include <limits>
#include <utility>

namespace barnabas::log {
namespace {

constexpr std::int16_t version = 0;

AbortedTransaction read_entry(const std::byte* at) {
    return {.producer_id = ProducerId{load_big_endian<std::int64_t>(at + 2)},
            .first_offset = Offset{load_big_endian<std::int64_t>(at + 10)},
            .last_offset = Offset{load_big_endian<std::int64_t>(at + 18)},
            .last_stable_offset = Offset{load_big_endian<std::int64_t>(at + 26)}};
}

}  // namespace

Result<AbortedTransaction> parse_aborted(ByteView entry) {
    INVARIANT(entry.size() == TransactionIndex::entry_size, "an entry of {} bytes", entry.size());
    if (const auto found = load_big_endian<std::int16_t>(entry.data()); found != version) {
        return fail(ErrorCode::corrupt_message, "has version {}; {} is known", found, version);
    }
    return read_entry(entry.data());
}

TransactionIndex::TransactionIndex(runtime::Disk& disk, runtime::Path path)
    : file_(disk, std::move(path), entry_size, std::numeric_limits<std::uint32_t>::max()) {}

Result<void> TransactionIndex::prepare() {
    TRY(file_.grow());
    return {};
}

void TransactionIndex::append(const AbortedTransaction& aborted) {
    note(aborted);
    ignore(file_.trim(), "the entry is in memory; write_out() tries again");
}

void TransactionIndex::note(const AbortedTransaction& aborted) {
    std::array<std::byte, entry_size> bytes;
    store_big_endian(bytes.data(), version);
    store_big_endian(bytes.data() + 2, aborted.producer_id.get());
    store_big_endian(bytes.data() + 10, aborted.first_offset.get());
    store_big_endian(bytes.data() + 18, aborted.last_offset.get());
    store_big_endian(bytes.data() + 26, aborted.last_stable_offset.get());
    file_.append(bytes);
}

Result<std::vector<AbortedTransaction>> TransactionIndex::all() {
    ByteBuffer buffer;
    TRY_ASSIGN(const auto entries, file_.read_all(buffer));
    std::vector<AbortedTransaction> transactions;
    for (std::size_t at = 0; at < entries.size(); at += entry_size) {
        const auto aborted = parse_aborted(entries.subspan(at, entry_size));
        if (!aborted) {
            return fail(ErrorCode::corrupt_message, "{}: the entry at {} {}", file_.path().string(),
                        at, aborted.error().message);
        }
        transactions.push_back(*aborted);
    }
    return transactions;
}

/// Entries that a crash tore may have any bytes, zeros above all.
Result<void> TransactionIndex::keep_sound(Offset trusted) {
    const auto sound = [trusted](const std::byte* at, const std::byte* before) {
        const auto here = read_entry(at);
        return load_big_endian<std::int16_t>(at) == version &&
               here.first_offset <= here.last_offset && here.last_offset < trusted &&
               (before == nullptr || read_entry(before).last_offset < here.last_offset) &&
               here.last_offset > Offset{0};
    };
    TRY(file_.grow_sound(sound));
    return {};
}

Result<void> TransactionIndex::truncate_to(Offset offset) {
    TRY_ASSIGN(const auto entries, file_.grow());
    std::size_t kept = entries.size() / entry_size;
    while (kept > 0 && read_entry(entries.data() + (kept - 1) * entry_size).last_offset >= offset) {
        --kept;
    }
    return kept * entry_size < entries.size() ? file_.keep(kept) : Result<void>();
}

Result<void> TransactionIndex::write_out() {
    TRY_ASSIGN(const auto entries, file_.count());
    return entries > 0 || file_.is_there() ? file_.trim() : Result<void>();
}

Result<void> TransactionIndex::rest() {
    TRY_ASSIGN(const auto entries, file_.count());
    return entries > 0 || file_.is_there() ? file_.rest() : Result<void>();
}

Result<std::shared_ptr<runtime::File>> TransactionIndex::take_unsynced() {
    TRY(file_.has_unwritten() ? write_out() : Result<void>());
    return file_.take_unsynced();
}

}  // namespace barnabas::log
