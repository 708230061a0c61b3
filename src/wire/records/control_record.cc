#include "wire/records/control_record.h"

#include "base/endian.h"

namespace barnabas::wire {
namespace {

constexpr std::size_t behind_version = sizeof(std::int16_t);

/// The size that `what` has at least, and its version, which is not negative.
Result<> check_versioned(const NullableBytes& bytes, std::size_t size_min, const char* what) {
    if (!bytes || bytes->size() < size_min) {
        return fail(ErrorCode::invalid_record, "{} has {} bytes, at least {} are needed", what,
                    bytes ? bytes->size() : 0, size_min);
    }
    if (const auto version = load_big_endian<std::int16_t>(bytes->data()); version < 0) {
        return fail(ErrorCode::invalid_record, "{} has version {}", what, version);
    }
    return {};
}

}  // namespace

Result<ControlType> control_type(const NullableBytes& key) {
    TRY(check_versioned(key, control_key_size, "the key of a control record"));
    const auto type = load_big_endian<std::int16_t>(key->data() + behind_version);
    const auto last = static_cast<std::int16_t>(ControlType::kraft_voters);
    return type >= 0 && type <= last ? static_cast<ControlType>(type) : ControlType::unknown;
}

Result<EndTransactionMarker> end_transaction_marker(const NullableBytes& value) {
    TRY(check_versioned(value, end_transaction_value_size, "an end transaction marker"));
    return EndTransactionMarker{load_big_endian<std::int32_t>(value->data() + behind_version)};
}

std::array<std::byte, control_key_size> make_control_key(ControlType type) {
    std::array<std::byte, control_key_size> key{};
    store_big_endian(key.data() + behind_version, static_cast<std::int16_t>(type));
    return key;
}

std::array<std::byte, end_transaction_value_size> make_end_transaction_value(
    std::int32_t coordinator_epoch) {
    std::array<std::byte, end_transaction_value_size> value{};
    store_big_endian(value.data() + behind_version, coordinator_epoch);
    return value;
}

}  // namespace barnabas::wire
