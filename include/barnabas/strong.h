#pragma once

#include <fmt/format.h>

#include <compare>
#include <concepts>
#include <cstdint>
#include <functional>

namespace barnabas {

/// An integer with a meaning of its own: two Strong types never mix by accident.
/// Arithmetic is that of positions: Offset + 3 is an Offset, Offset - Offset is a plain integer.
template <std::integral T, class Tag>
class Strong {
public:
    using Value = T;

    constexpr Strong() = default;
    constexpr explicit Strong(T value) : value_(value) {}

    [[nodiscard]] constexpr T get() const { return value_; }

    friend constexpr auto operator<=>(Strong, Strong) = default;
    friend constexpr Strong operator+(Strong a, T n) {
        return Strong(static_cast<T>(a.value_ + n));
    }
    friend constexpr Strong operator-(Strong a, T n) {
        return Strong(static_cast<T>(a.value_ - n));
    }
    friend constexpr T operator-(Strong a, Strong b) { return static_cast<T>(a.value_ - b.value_); }
    constexpr Strong& operator++() {
        ++value_;
        return *this;
    }
    constexpr Strong& operator+=(T n) {
        value_ += n;
        return *this;
    }

private:
    T value_{};
};

}  // namespace barnabas

template <class T, class Tag>
struct std::hash<barnabas::Strong<T, Tag>> {
    std::size_t operator()(barnabas::Strong<T, Tag> v) const noexcept {
        return std::hash<T>{}(v.get());
    }
};

template <class T, class Tag>
struct fmt::formatter<barnabas::Strong<T, Tag>> : fmt::formatter<T> {
    auto format(barnabas::Strong<T, Tag> v, fmt::format_context& ctx) const {
        return fmt::formatter<T>::format(v.get(), ctx);
    }
};
