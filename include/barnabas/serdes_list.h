#pragma once

#include <barnabas/serdes.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace barnabas {

/// As a java.util.List: entries may be null.
template <class T>
using List = std::vector<std::optional<T>>;

namespace detail {

/// The bytes of every entry where Kafka's ListSerializer takes the inner type for one of constant
/// size; 0: each entry has its own size. Of Kafka's numbers and UUIDs only; its booleans are not
/// among them.
template <class T>
inline constexpr std::size_t list_entry_size = 0;
template <>
inline constexpr std::size_t list_entry_size<std::int16_t> = 2;
template <>
inline constexpr std::size_t list_entry_size<std::int32_t> = 4;
template <>
inline constexpr std::size_t list_entry_size<std::int64_t> = 8;
template <>
inline constexpr std::size_t list_entry_size<float> = 4;
template <>
inline constexpr std::size_t list_entry_size<double> = 8;
template <>
inline constexpr std::size_t list_entry_size<Uuid> = 36;

/// Appends what stands in front of the entries. `nulls`: which of the `count` entries are null,
/// rising. `entry_size` here and below: 0 where each entry has its own.
[[nodiscard]] Result<> append_list_head(std::size_t entry_size, std::size_t count,
                                        const std::vector<std::size_t>& nulls, Bytes& out);
/// Appends an entry; nothing: a null.
[[nodiscard]] Result<> append_list_entry(std::size_t entry_size, std::optional<ByteView> entry,
                                         Bytes& out);
/// The entries' bytes, in `bytes`; nothing for a null.
[[nodiscard]] Result<List<ByteView>> split_list(std::size_t entry_size, ByteView bytes);

}  // namespace detail

/// The same bytes as Kafka's ListSerializer: behind a byte that says which of the two it is,
///   0, numbers and UUIDs:   number of nulls, the index of each; number of entries; the others
///   1, whatever else:       number of entries; the size of each (-1: null) in front of it
/// with numbers and sizes of four bytes, big-endian. Both are read, whatever is written. As with
/// Kafka's a serde of one's own has entries of the second kind, also for a number.
///
/// INVALID_RECORD with a sentence for what is no such list, or has bytes behind it, and for an
/// entry that the inner serde refuses. Get one with list_serde(). Threads as the inner serde.
template <class T>
class ListSerde final : public Serde<List<T>> {
public:
    explicit ListSerde(std::shared_ptr<const Serde<T>> inner) : inner_(std::move(inner)) {
        if constexpr (detail::list_entry_size<T> > 0) {
            entry_size_ = inner_ == standard_serde<T>() ? detail::list_entry_size<T> : 0;
        }
    }

    [[nodiscard]] Result<> serialize(const SerdeContext& context, const List<T>& value,
                                     Bytes& out) const override {
        std::vector<std::size_t> nulls;
        for (std::size_t i = 0; i < value.size(); ++i) {
            if (!value[i]) {
                nulls.push_back(i);
            }
        }
        TRY(detail::append_list_head(entry_size_, value.size(), nulls, out));
        Bytes bytes;
        for (const std::optional<T>& entry : value) {
            bytes.clear();
            if (entry) {
                TRY(inner_->serialize(context, *entry, bytes));
            }
            TRY(detail::append_list_entry(
                entry_size_, entry ? std::optional<ByteView>(bytes) : std::nullopt, out));
        }
        return {};
    }

    [[nodiscard]] Result<List<T>> deserialize(const SerdeContext& context,
                                              ByteView bytes) const override {
        TRY_ASSIGN(const List<ByteView> entries, detail::split_list(entry_size_, bytes));
        List<T> list;
        list.reserve(entries.size());
        for (const std::optional<ByteView>& entry : entries) {
            if (!entry) {
                list.emplace_back();
                continue;
            }
            auto value = inner_->deserialize(context, *entry);
            if (!value) {
                return fail(value.error().code, "entry {} of the list: {}", list.size(),
                            value.error().message);
            }
            list.emplace_back(std::move(*value));
        }
        return list;
    }

private:
    std::shared_ptr<const Serde<T>> inner_;
    std::size_t entry_size_ = 0;
};

/// For TypedProducer and TypedConsumer:
///   TypedProducer<std::string, List<std::int32_t>> producer(
///       std::move(*plain), standard_serde<std::string>(), list_serde<std::int32_t>());
template <class T>
[[nodiscard]] std::shared_ptr<const Serde<List<T>>> list_serde(
    std::shared_ptr<const Serde<T>> inner = standard_serde<T>()) {
    return std::make_shared<const ListSerde<T>>(std::move(inner));
}

}  // namespace barnabas
