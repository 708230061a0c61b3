// Kafka's ListSerializer and ListDeserializer (KIP-466), but for the entries themselves.
#include "base/endian.h"
#include <barnabas/serdes_list.h>

#include <cstdint>
#include <limits>
#include <set>
#include <string_view>

namespace barnabas::detail {
namespace {

/// Kafka's SerializationStrategy.
constexpr std::byte entries_of_one_size{0};
constexpr std::byte entries_with_sizes{1};
constexpr std::int32_t null_entry = -1;

Result<> append_list_number(std::size_t number, std::string_view what, Bytes& out) {
    if (number > std::size_t{std::numeric_limits<std::int32_t>::max()}) {
        return fail(ErrorCode::invalid_record, "{} of a list is {}: four bytes cannot say that",
                    what, number);
    }
    std::byte raw[sizeof(std::int32_t)];
    store_big_endian(raw, static_cast<std::int32_t>(number));
    out.insert(out.end(), std::begin(raw), std::end(raw));
    return {};
}

/// What is left of a list to be read.
class ListInput {
public:
    explicit ListInput(ByteView bytes) : bytes_(bytes) {}

    [[nodiscard]] std::size_t left() const { return bytes_.size(); }
    Result<ByteView> take(std::size_t size, std::string_view what) {
        if (size > bytes_.size()) {
            return fail(ErrorCode::invalid_record,
                        "a list ends before its {}: {} byte(s) are left of {}", what, bytes_.size(),
                        size);
        }
        const ByteView taken = bytes_.first(size);
        bytes_ = bytes_.subspan(size);
        return taken;
    }
    Result<std::int32_t> number(std::string_view what) {
        TRY_ASSIGN(const ByteView raw, take(sizeof(std::int32_t), what));
        return load_big_endian<std::int32_t>(raw.data());
    }
    /// Of things that take at least `least` bytes each.
    Result<std::size_t> count(std::string_view what, std::size_t least) {
        TRY_ASSIGN(const std::int32_t told, number(what));
        if (told < 0 || static_cast<std::size_t>(told) > left() / least) {
            return fail(ErrorCode::invalid_record,
                        "a list says that its {} is {}, and has {} byte(s) for them", what, told,
                        left());
        }
        return static_cast<std::size_t>(told);
    }

private:
    ByteView bytes_;
};

Result<std::set<std::int32_t>> read_null_indexes(ListInput& in) {
    TRY_ASSIGN(std::size_t count, in.count("number of nulls", sizeof(std::int32_t)));
    std::set<std::int32_t> nulls;
    for (; count > 0; --count) {
        TRY_ASSIGN(const std::int32_t index, in.number("index of a null"));
        nulls.insert(index);
    }
    return nulls;
}

Result<List<ByteView>> read_of_one_size(ListInput& in, std::size_t entry_size) {
    TRY_ASSIGN(const std::set<std::int32_t> nulls, read_null_indexes(in));
    TRY_ASSIGN(const std::int32_t count, in.number("number of entries"));
    if (!nulls.empty() && (*nulls.begin() < 0 || *nulls.rbegin() >= count)) {
        return fail(ErrorCode::invalid_record,
                    "a list has {} entries, and nulls from index {} to index {}", count,
                    *nulls.begin(), *nulls.rbegin());
    }
    const auto present = std::int64_t{count} - static_cast<std::int64_t>(nulls.size());
    if (present < 0 || static_cast<std::uint64_t>(present) * entry_size != in.left()) {
        return fail(ErrorCode::invalid_record,
                    "a list has {} entries of {} byte(s) and {} nulls, and {} byte(s) for them",
                    count, entry_size, nulls.size(), in.left());
    }
    List<ByteView> entries;
    entries.reserve(static_cast<std::size_t>(count));
    for (std::int32_t i = 0; i < count; ++i) {
        if (nulls.contains(i)) {
            entries.emplace_back();
            continue;
        }
        TRY_ASSIGN(const ByteView entry, in.take(entry_size, "next entry"));
        entries.emplace_back(entry);
    }
    return entries;
}

Result<List<ByteView>> read_with_sizes(ListInput& in) {
    TRY_ASSIGN(const std::size_t count, in.count("number of entries", sizeof(std::int32_t)));
    List<ByteView> entries;
    entries.reserve(count);
    while (entries.size() < count) {
        TRY_ASSIGN(const std::int32_t size, in.number("next entry's size"));
        if (size < null_entry) {
            return fail(ErrorCode::invalid_record,
                        "entry {} of the list has size {}: -1 is a null, and no other is below 0",
                        entries.size(), size);
        }
        if (size == null_entry) {
            entries.emplace_back();
            continue;
        }
        TRY_ASSIGN(const ByteView entry, in.take(static_cast<std::size_t>(size), "next entry"));
        entries.emplace_back(entry);
    }
    if (in.left() > 0) {
        return fail(ErrorCode::invalid_record, "{} byte(s) stand behind the list's {} entries",
                    in.left(), count);
    }
    return entries;
}

}  // namespace

Result<> append_list_head(std::size_t entry_size, std::size_t count,
                          const std::vector<std::size_t>& nulls, Bytes& out) {
    out.push_back(entry_size > 0 ? entries_of_one_size : entries_with_sizes);
    if (entry_size > 0) {
        TRY(append_list_number(nulls.size(), "the number of nulls", out));
        for (const std::size_t index : nulls) {
            TRY(append_list_number(index, "the index of a null", out));
        }
    }
    return append_list_number(count, "the number of entries", out);
}

Result<> append_list_entry(std::size_t entry_size, std::optional<ByteView> entry, Bytes& out) {
    if (entry_size == 0 && !entry) {
        std::byte raw[sizeof(null_entry)];
        store_big_endian(raw, null_entry);
        out.insert(out.end(), std::begin(raw), std::end(raw));
    } else if (entry_size == 0) {
        TRY(append_list_number(entry->size(), "the size of an entry", out));
    }
    if (entry) {
        out.insert(out.end(), entry->begin(), entry->end());
    }
    return {};
}

Result<List<ByteView>> split_list(std::size_t entry_size, ByteView bytes) {
    ListInput in(bytes);
    TRY_ASSIGN(const ByteView kind, in.take(1, "first byte"));
    if (kind[0] == entries_with_sizes) {
        return read_with_sizes(in);
    }
    if (kind[0] != entries_of_one_size) {
        return fail(ErrorCode::invalid_record,
                    "a list begins with 0 (entries of one size) or 1 (each with its size), not "
                    "with {}",
                    std::to_integer<int>(kind[0]));
    }
    if (entry_size == 0) {
        return fail(ErrorCode::invalid_record,
                    "the entries of the list have one size, but its serde does not know which: a "
                    "list of numbers or UUIDs wants the serde of theirs");
    }
    return read_of_one_size(in, entry_size);
}

}  // namespace barnabas::detail
