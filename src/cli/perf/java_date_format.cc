#include "cli/perf/java_date_format.h"

#include <array>
#include <cctype>
#include <cstdlib>

namespace barnabas::cli {
namespace {

constexpr std::string_view date_letters = "GyYMdDEuaHkKhmsSzZX";
constexpr std::array<std::string_view, 12> month_names{
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> day_names{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                    "Thursday", "Friday", "Saturday"};
constexpr int short_name = 3;

/// Four letters or more: the whole name.
std::string name_text(std::string_view name, int count) {
    return std::string(count > short_name ? name : name.substr(0, short_name));
}

int twelve_hours(int hour) {
    return hour % 12;
}

/// "+02:00", "+0200", "+02"; `zero`: what UTC is called.
std::string offset_text(long seconds, std::string_view between, bool minutes, const char* zero) {
    if (seconds == 0 && zero != nullptr) {
        return zero;
    }
    const long total = std::labs(seconds) / 60;
    auto text = fmt::format("{}{:02}", seconds < 0 ? '-' : '+', total / 60);
    return minutes ? fmt::format("{}{}{:02}", text, between, total % 60) : text;
}

}  // namespace

Result<JavaDateFormat> JavaDateFormat::parse(std::string_view pattern) {
    JavaDateFormat made;
    const auto add_text = [&](char c) {
        if (made.pieces_.empty() || made.pieces_.back().letter != 0) {
            made.pieces_.push_back({});
        }
        made.pieces_.back().text += c;
    };
    bool quoted = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        if (c == '\'') {
            if (i + 1 < pattern.size() && pattern[i + 1] == '\'') {
                add_text('\'');
                ++i;
            } else {
                quoted = !quoted;
            }
        } else if (quoted || std::isalpha(static_cast<unsigned char>(c)) == 0) {
            add_text(c);
        } else if (date_letters.find(c) == std::string_view::npos) {
            return fail(ErrorCode::invalid_request, "Illegal pattern character '{}'", c);
        } else if (!made.pieces_.empty() && made.pieces_.back().letter == c) {
            ++made.pieces_.back().count;
        } else {
            made.pieces_.push_back({.letter = c, .count = 1});
        }
    }
    if (quoted) {
        return fail(ErrorCode::invalid_request, "Unterminated quote");
    }
    return made;
}

std::string JavaDateFormat::number_text(const Piece& piece, const std::tm& calendar,
                                        int milliseconds) {
    const auto number = [&] {
        const int hour = calendar.tm_hour;
        switch (piece.letter) {
            case 'M':
                return calendar.tm_mon + 1;
            case 'd':
                return calendar.tm_mday;
            case 'D':
                return calendar.tm_yday + 1;
            case 'u':
                return calendar.tm_wday == 0 ? 7 : calendar.tm_wday;
            case 'H':
                return hour;
            case 'k':
                return hour == 0 ? 24 : hour;
            case 'K':
                return twelve_hours(hour);
            case 'h':
                return twelve_hours(hour) == 0 ? 12 : twelve_hours(hour);
            case 'm':
                return calendar.tm_min;
            case 's':
                return calendar.tm_sec;
            default:
                return milliseconds;
        }
    };
    return fmt::format("{:0{}}", number(), piece.count);
}

std::string JavaDateFormat::piece_text(const Piece& piece, const std::tm& calendar,
                                       int milliseconds) {
    const int year = calendar.tm_year + 1900;
    switch (piece.letter) {
        case 0:
            return piece.text;
        case 'G':
            return "AD";
        case 'y':
        case 'Y':
            return piece.count == 2 ? fmt::format("{:02}", year % 100)
                                    : fmt::format("{:0{}}", year, piece.count);
        case 'E':
            return name_text(day_names[static_cast<std::size_t>(calendar.tm_wday)], piece.count);
        case 'a':
            return calendar.tm_hour < 12 ? "AM" : "PM";
        case 'z':
            return calendar.tm_zone;
        case 'Z':
            return offset_text(calendar.tm_gmtoff, "", true, nullptr);
        case 'X':
            return offset_text(calendar.tm_gmtoff, piece.count > 2 ? ":" : "", piece.count > 1,
                               "Z");
        case 'M':
            if (piece.count >= short_name) {
                return name_text(month_names[static_cast<std::size_t>(calendar.tm_mon)],
                                 piece.count);
            }
            return number_text(piece, calendar, milliseconds);
        default:
            return number_text(piece, calendar, milliseconds);
    }
}

std::string JavaDateFormat::format(const std::tm& calendar, int milliseconds) const {
    std::string text;
    for (const auto& piece : pieces_) {
        text += piece_text(piece, calendar, milliseconds);
    }
    return text;
}

std::string JavaDateFormat::local(Timestamp moment) const {
    constexpr std::int64_t second = 1000;
    const auto seconds = static_cast<std::time_t>(moment.get() / second);
    std::tm calendar{};
    ::localtime_r(&seconds, &calendar);
    return format(calendar, static_cast<int>(moment.get() % second));
}

}  // namespace barnabas::cli
