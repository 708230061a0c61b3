#include "cli/common/java_time.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>

namespace barnabas::cli {
namespace {

/// Reads a text from its beginning; what did not fit leaves it where it was.
class TextReader {
public:
    explicit TextReader(std::string_view text) : text_(text) {}

    [[nodiscard]] bool at_end() const { return text_.empty(); }
    [[nodiscard]] char peek() const { return text_.empty() ? '\0' : text_.front(); }
    bool take(char c) {
        if (peek() != c) {
            return false;
        }
        text_.remove_prefix(1);
        return true;
    }
    /// A number of `least` to `most` digits.
    std::optional<std::int64_t> digits(std::size_t least, std::size_t most) {
        std::size_t count = 0;
        std::int64_t value = 0;
        while (count < most && count < text_.size() && is_digit(text_[count])) {
            value = value * 10 + (text_[count] - '0');
            ++count;
        }
        if (count < least) {
            return std::nullopt;
        }
        text_.remove_prefix(count);
        return value;
    }
    /// The milliseconds of ".123"; further digits are dropped.
    std::optional<std::int64_t> fraction() {
        std::int64_t value = 0;
        std::int64_t unit = 100;
        bool any = false;
        while (is_digit(peek())) {
            value += (peek() - '0') * unit;
            unit /= 10;
            any = true;
            text_.remove_prefix(1);
        }
        return any ? std::optional(value) : std::nullopt;
    }

private:
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }

    std::string_view text_;
};

/// "Z", "+02", "+0200", "+02:00"; none: UTC.
std::optional<std::chrono::minutes> zone(TextReader& reader) {
    if (reader.at_end() || reader.take('Z')) {
        return std::chrono::minutes(0);
    }
    const bool east = reader.take('+');
    if (!east && !reader.take('-')) {
        return std::nullopt;
    }
    const auto hours = reader.digits(2, 2);
    reader.take(':');
    const auto minutes = reader.at_end() ? std::optional<std::int64_t>(0) : reader.digits(2, 2);
    if (!hours || !minutes || *hours > 23 || *minutes > 59) {
        return std::nullopt;
    }
    const std::chrono::minutes ahead(*hours * 60 + *minutes);
    return east ? ahead : -ahead;
}

std::optional<Timestamp> read_datetime(TextReader& reader) {
    using namespace std::chrono;
    const auto y = reader.digits(4, 4);
    const auto m = y && reader.take('-') ? reader.digits(1, 2) : std::nullopt;
    const auto d = m && reader.take('-') ? reader.digits(1, 2) : std::nullopt;
    const auto hour = d && reader.take('T') ? reader.digits(1, 2) : std::nullopt;
    const auto minute = hour && reader.take(':') ? reader.digits(1, 2) : std::nullopt;
    const auto second = minute && reader.take(':') ? reader.digits(1, 2) : std::nullopt;
    if (!second || *hour > 23 || *minute > 59 || *second > 59) {
        return std::nullopt;
    }
    const auto millis = reader.take('.') ? reader.fraction() : std::optional<std::int64_t>(0);
    const auto ahead = millis ? zone(reader) : std::nullopt;
    const year_month_day date(year(static_cast<int>(*y)), month(static_cast<unsigned>(*m)),
                              day(static_cast<unsigned>(*d)));
    if (!ahead || !reader.at_end() || !date.ok()) {
        return std::nullopt;
    }
    const auto moment = sys_days(date).time_since_epoch() + hours(*hour) + minutes(*minute) +
                        seconds(*second) + milliseconds(*millis) - *ahead;
    return Timestamp(duration_cast<std::chrono::milliseconds>(moment).count());
}

/// One of the units behind a number; each may stand once, in this order.
struct Unit {
    char letter;
    bool of_time;  // behind the T
    std::int64_t millis;
};
constexpr std::array units{Unit{'D', false, 86'400'000}, Unit{'H', true, 3'600'000},
                           Unit{'M', true, 60'000}, Unit{'S', true, 1'000}};

std::optional<std::int64_t> read_duration(TextReader& reader) {
    constexpr std::size_t digits_max = 12;  // of milliseconds that fit
    const bool negative = reader.take('-');
    if (!negative) {
        reader.take('+');
    }
    if (!reader.take('P') && !reader.take('p')) {
        return std::nullopt;
    }
    std::int64_t total = 0;
    std::size_t next_unit = 0;
    bool of_time = false;
    bool any = false;
    while (!reader.at_end()) {
        if (!of_time && (reader.take('T') || reader.take('t'))) {
            of_time = true;
            any = false;
            continue;
        }
        const bool minus = reader.take('-');
        if (!minus) {
            reader.take('+');
        }
        const auto whole = reader.digits(1, digits_max);
        const auto part = reader.take('.') ? reader.fraction() : std::optional<std::int64_t>(0);
        if (!whole || !part) {
            return std::nullopt;
        }
        while (next_unit < units.size() &&
               (units[next_unit].of_time != of_time ||
                (reader.peek() | 0x20) != (units[next_unit].letter | 0x20))) {
            ++next_unit;
        }
        if (next_unit == units.size() || (*part != 0 && units[next_unit].letter != 'S')) {
            return std::nullopt;
        }
        reader.take(reader.peek());
        const auto& unit = units[next_unit++];
        if (*whole > std::numeric_limits<std::int64_t>::max() / unit.millis / 4) {
            return std::nullopt;
        }
        total += (minus ? -1 : 1) * (*whole * unit.millis + *part);
        any = true;
    }
    return any ? std::optional(negative ? -total : total) : std::nullopt;
}

}  // namespace

Result<Timestamp> parse_datetime(std::string_view text) {
    TextReader reader(text);
    if (const auto read = read_datetime(reader)) {
        return *read;
    }
    return fail(ErrorCode::invalid_request,
                "'{}' is no date and time; they look like 2026-01-31T13:45:00.000 (UTC unless a "
                "zone like +02:00 follows)",
                text);
}

Result<std::chrono::milliseconds> parse_iso_duration(std::string_view text) {
    TextReader reader(text);
    if (const auto read = read_duration(reader)) {
        return std::chrono::milliseconds(*read);
    }
    return fail(ErrorCode::invalid_request,
                "'{}' is no duration; they look like P1DT2H30M5.5S or PT30M", text);
}

}  // namespace barnabas::cli
