#include "base/endian.h"
#include <barnabas/serdes.h>

#include <bit>
#include <concepts>
#include <type_traits>

namespace barnabas {
namespace {

std::unexpected<Error> wrong_size(std::string_view type, std::size_t wanted, ByteView bytes) {
    return fail(ErrorCode::invalid_record, "{} byte(s) are no {}, which has {}", bytes.size(), type,
                wanted);
}

class TextSerde final : public Serde<std::string> {
public:
    Result<> serialize(const SerdeContext&, const std::string& value, Bytes& out) const override {
        const ByteView bytes = as_bytes(value);
        out.insert(out.end(), bytes.begin(), bytes.end());
        return {};
    }
    Result<std::string> deserialize(const SerdeContext&, ByteView bytes) const override {
        return std::string(as_text(bytes));
    }
};

class BytesSerde final : public Serde<Bytes> {
public:
    Result<> serialize(const SerdeContext&, const Bytes& value, Bytes& out) const override {
        out.insert(out.end(), value.begin(), value.end());
        return {};
    }
    Result<Bytes> deserialize(const SerdeContext&, ByteView bytes) const override {
        return to_bytes(bytes);
    }
};

class BoolSerde final : public Serde<bool> {
public:
    Result<> serialize(const SerdeContext&, const bool& value, Bytes& out) const override {
        out.push_back(std::byte{value});
        return {};
    }
    Result<bool> deserialize(const SerdeContext&, ByteView bytes) const override {
        if (bytes.size() != 1) {
            return wrong_size("boolean", 1, bytes);
        }
        if (bytes[0] > std::byte{1}) {
            return fail(ErrorCode::invalid_record, "a boolean is 0 or 1, not {}",
                        std::to_integer<int>(bytes[0]));
        }
        return bytes[0] == std::byte{1};
    }
};

template <class T, class Raw>
class NumberSerde final : public Serde<T> {
public:
    static_assert(sizeof(T) == sizeof(Raw));
    explicit NumberSerde(std::string_view name) : name_(name) {}

    Result<> serialize(const SerdeContext&, const T& value, Bytes& out) const override {
        std::byte raw[sizeof(Raw)];
        store_big_endian(raw, std::bit_cast<Raw>(value));
        out.insert(out.end(), std::begin(raw), std::end(raw));
        return {};
    }
    Result<T> deserialize(const SerdeContext&, ByteView bytes) const override {
        if (bytes.size() != sizeof(Raw)) {
            return wrong_size(name_, sizeof(Raw), bytes);
        }
        return std::bit_cast<T>(load_big_endian<Raw>(bytes.data()));
    }

private:
    std::string_view name_;
};

class UuidSerde final : public Serde<Uuid> {
public:
    Result<> serialize(const SerdeContext&, const Uuid& value, Bytes& out) const override {
        const std::string text = uuid_text(value);
        const ByteView bytes = as_bytes(text);
        out.insert(out.end(), bytes.begin(), bytes.end());
        return {};
    }
    Result<Uuid> deserialize(const SerdeContext&, ByteView bytes) const override {
        return parse_uuid_text(as_text(bytes));
    }
};

int digit(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/// Where the groups of 8, 4, 4, 4 and 12 digits are apart.
bool is_dash(std::size_t at) {
    return at == 8 || at == 13 || at == 18 || at == 23;
}

}  // namespace

std::string uuid_text(const Uuid& id) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const auto byte : id.bytes) {
        if (is_dash(text.size())) {
            text += '-';
        }
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

Result<Uuid> parse_uuid_text(std::string_view text) {
    constexpr std::size_t length = 36;
    const auto wrong = [&] {
        return fail(ErrorCode::invalid_record,
                    "'{}' is no UUID: 8, 4, 4, 4 and 12 hexadecimal digits with '-' between", text);
    };
    if (text.size() != length) {
        return wrong();
    }
    Uuid id;
    std::size_t digits = 0;
    for (std::size_t at = 0; at < length; ++at) {
        const int value = is_dash(at) ? (text[at] == '-' ? 0 : -1) : digit(text[at]);
        if (value < 0) {
            return wrong();
        }
        if (!is_dash(at)) {
            auto& byte = id.bytes[digits / 2];
            byte = static_cast<std::uint8_t>((byte << 4) | value);
            ++digits;
        }
    }
    return id;
}

template <>
std::shared_ptr<const Serde<std::string>> standard_serde<std::string>() {
    static const auto serde = std::make_shared<const TextSerde>();
    return serde;
}
template <>
std::shared_ptr<const Serde<Bytes>> standard_serde<Bytes>() {
    static const auto serde = std::make_shared<const BytesSerde>();
    return serde;
}
template <>
std::shared_ptr<const Serde<bool>> standard_serde<bool>() {
    static const auto serde = std::make_shared<const BoolSerde>();
    return serde;
}
template <>
std::shared_ptr<const Serde<std::int16_t>> standard_serde<std::int16_t>() {
    static const auto serde =
        std::make_shared<const NumberSerde<std::int16_t, std::int16_t>>("int16");
    return serde;
}
template <>
std::shared_ptr<const Serde<std::int32_t>> standard_serde<std::int32_t>() {
    static const auto serde =
        std::make_shared<const NumberSerde<std::int32_t, std::int32_t>>("int32");
    return serde;
}
template <>
std::shared_ptr<const Serde<std::int64_t>> standard_serde<std::int64_t>() {
    static const auto serde =
        std::make_shared<const NumberSerde<std::int64_t, std::int64_t>>("int64");
    return serde;
}
template <>
std::shared_ptr<const Serde<float>> standard_serde<float>() {
    static const auto serde = std::make_shared<const NumberSerde<float, std::int32_t>>("float");
    return serde;
}
template <>
std::shared_ptr<const Serde<double>> standard_serde<double>() {
    static const auto serde = std::make_shared<const NumberSerde<double, std::int64_t>>("double");
    return serde;
}
template <>
std::shared_ptr<const Serde<Uuid>> standard_serde<Uuid>() {
    static const auto serde = std::make_shared<const UuidSerde>();
    return serde;
}

}  // namespace barnabas
