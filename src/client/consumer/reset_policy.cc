#include "client/consumer/reset_policy.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <limits>

namespace barnabas::client {

namespace {

constexpr std::int64_t nanos_max = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t second = 1'000'000'000;

/// The digits at the head of `text`, which is cut behind them.
std::optional<std::int64_t> take_number(std::string_view& text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number < 0 || text.front() == '-') {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

/// ".25" as nanoseconds; at most nine digits.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
    text.remove_prefix(1);
    std::int64_t nanos = 0;
    std::int64_t digit = second / 10;
    while (!text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) != 0) {
        if (digit == 0) {
            return std::nullopt;
        }
        nanos += (text.front() - '0') * digit;
        digit /= 10;
        text.remove_prefix(1);
    }
    return nanos;
}

struct Unit {
    char letter;
    bool of_day;  ///< stands behind T
    std::int64_t nanos;
};
constexpr Unit units[] = {{'D', false, 86'400 * second},
                          {'H', true, 3'600 * second},
                          {'M', true, 60 * second},
                          {'S', true, second}};

}  // namespace

std::optional<Duration> parse_iso_duration(std::string_view text) {
    if (text.empty() || (text.front() != 'P' && text.front() != 'p')) {
        return std::nullopt;
    }
    text.remove_prefix(1);
    std::int64_t total = 0;
    bool of_day = false;
    bool any = false;
    const Unit* next = std::begin(units);
    while (!text.empty()) {
        if (!of_day && (text.front() == 'T' || text.front() == 't')) {
            of_day = true;
            any = false;  // something has to follow
            text.remove_prefix(1);
            continue;
        }
        const auto number = take_number(text);
        std::optional<std::int64_t> fraction = 0;
        const bool has_fraction = !text.empty() && text.front() == '.';
        if (has_fraction) {
            fraction = take_fraction(text);
        }
        if (!number || !fraction || text.empty()) {
            return std::nullopt;
        }
        const char letter =
            static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
        next = std::find_if(next, std::end(units), [&](const Unit& unit) {
            return unit.letter == letter && unit.of_day == of_day;
        });
        if (next == std::end(units) || (has_fraction && letter != 'S') ||
            *number > (nanos_max - total - *fraction) / next->nanos) {
            return std::nullopt;
        }
        total += *number * next->nanos + *fraction;
        ++next;
        any = true;
        text.remove_prefix(1);
    }
    return any ? std::optional(Duration{total}) : std::nullopt;
}

Result<ResetPolicy> ResetPolicy::parse(std::string_view text) {
    constexpr std::string_view by_duration = "by_duration:";
    if (text == "earliest") {
        return ResetPolicy{.kind = Kind::earliest};
    }
    if (text == "latest") {
        return ResetPolicy{.kind = Kind::latest};
    }
    if (text == "none") {
        return ResetPolicy{.kind = Kind::none};
    }
    if (text.starts_with(by_duration)) {
        if (const auto back = parse_iso_duration(text.substr(by_duration.size()))) {
            return ResetPolicy{.kind = Kind::by_duration, .back = *back};
        }
    }
    return fail(ErrorCode::invalid_config,
                "auto.offset.reset is \"{}\", but may be earliest, latest, none or "
                "by_duration:<ISO 8601 duration>, for example by_duration:PT1H",
                text);
}

std::optional<ResetTarget> ResetPolicy::target(Timestamp now) const {
    switch (kind) {
        case Kind::earliest:
            return ResetTarget{.kind = ResetTarget::Kind::earliest};
        case Kind::latest:
            return ResetTarget{.kind = ResetTarget::Kind::latest};
        case Kind::by_duration: {
            const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(back).count();
            return ResetTarget{.kind = ResetTarget::Kind::timestamp,
                               .timestamp = Timestamp{std::max<std::int64_t>(now.get() - ms, 0)}};
        }
        case Kind::none:
            break;
    }
    return std::nullopt;
}

}  // namespace barnabas::client
