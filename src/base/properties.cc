#include "base/properties.h"

#include "base/config_text.h"

#include <optional>
#include <string>

namespace barnabas {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\f';
}

/// Walks over the text one logical line at a time: comments and blank lines are skipped, lines
/// that end in an odd number of backslashes continue on the next without its leading blanks.
class LogicalLines {
public:
    explicit LogicalLines(std::string_view text) : rest_(text) {}

    std::optional<std::string> next() {
        while (!rest_.empty()) {
            std::string_view line = natural_line();
            if (line.empty() || line.front() == '#' || line.front() == '!') {
                continue;
            }
            std::string whole(line);
            while (continues(whole)) {
                whole.pop_back();
                if (rest_.empty()) {
                    break;
                }
                whole += natural_line();
            }
            return whole;
        }
        return std::nullopt;
    }

    /// Of the last natural line taken, from 1.
    [[nodiscard]] int line_number() const { return line_number_; }

private:
    std::string_view natural_line() {
        ++line_number_;
        const std::size_t end = std::min(rest_.find_first_of("\r\n"), rest_.size());
        std::string_view line = rest_.substr(0, end);
        const bool pair = rest_.substr(end).starts_with("\r\n");
        rest_.remove_prefix(std::min(end + (pair ? 2 : 1), rest_.size()));
        while (!line.empty() && is_blank(line.front())) {
            line.remove_prefix(1);
        }
        return line;
    }

    static bool continues(std::string_view line) {
        std::size_t backslashes = 0;
        while (line.ends_with('\\')) {
            line.remove_suffix(1);
            ++backslashes;
        }
        return backslashes % 2 == 1;
    }

    std::string_view rest_;
    int line_number_ = 0;
};

void append_utf8(std::string& out, char32_t code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xc0 | (code >> 6));
        out += static_cast<char>(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        out += static_cast<char>(0xe0 | (code >> 12));
        out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
        out += static_cast<char>(0x80 | (code & 0x3f));
    } else {
        out += static_cast<char>(0xf0 | (code >> 18));
        out += static_cast<char>(0x80 | ((code >> 12) & 0x3f));
        out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
        out += static_cast<char>(0x80 | (code & 0x3f));
    }
}

/// The four hexadecimal digits at the start of `text`.
std::optional<char32_t> hex4(std::string_view text) {
    if (text.size() < 4) {
        return std::nullopt;
    }
    char32_t code = 0;
    for (const char c : text.substr(0, 4)) {
        const std::size_t digit = std::string_view("0123456789abcdef").find(to_lower({&c, 1}));
        if (digit == std::string_view::npos) {
            return std::nullopt;
        }
        code = code * 16 + static_cast<char32_t>(digit);
    }
    return code;
}

/// What follows "\u": one code unit, or two when the first is half of a surrogate pair. Advances
/// `at` past it; nothing if it is malformed.
std::optional<char32_t> take_unicode(std::string_view text, std::size_t& at) {
    const auto high = hex4(text.substr(at));
    if (!high) {
        return std::nullopt;
    }
    at += 4;
    if (*high < 0xd800 || *high > 0xdfff) {
        return high;
    }
    if (*high > 0xdbff || text.substr(at, 2) != "\\u") {
        return std::nullopt;
    }
    const auto low = hex4(text.substr(at + 2));
    if (!low || *low < 0xdc00 || *low > 0xdfff) {
        return std::nullopt;
    }
    at += 6;
    return 0x10000 + ((*high - 0xd800) << 10) + (*low - 0xdc00);
}

std::optional<std::string> unescape(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        char c = text[at++];
        if (c != '\\' || at == text.size()) {
            out += c;
            continue;
        }
        c = text[at++];
        switch (c) {
            case 't':
                out += '\t';
                break;
            case 'n':
                out += '\n';
                break;
            case 'r':
                out += '\r';
                break;
            case 'f':
                out += '\f';
                break;
            case 'u': {
                const auto code = take_unicode(text, at);
                if (!code) {
                    return std::nullopt;
                }
                append_utf8(out, *code);
                break;
            }
            default:
                out += c;
        }
    }
    return out;
}

struct Halves {
    std::string_view key;
    std::string_view value;
};

/// The key ends at the first '=', ':' or blank that no backslash precedes; blanks and one '=' or
/// ':' separate it from the value.
Halves split_line(std::string_view line) {
    std::size_t end = 0;
    while (end < line.size() && line[end] != '=' && line[end] != ':' && !is_blank(line[end])) {
        end += line[end] == '\\' ? 2 : 1;
    }
    end = std::min(end, line.size());
    std::size_t begin = end;
    bool separated = false;
    while (begin < line.size()) {
        const bool separator = !separated && (line[begin] == '=' || line[begin] == ':');
        if (!separator && !is_blank(line[begin])) {
            break;
        }
        separated = separated || separator;
        ++begin;
    }
    return {line.substr(0, end), line.substr(begin)};
}

}  // namespace

Result<ConfigMap> parse_properties(std::string_view text) {
    ConfigMap map;
    LogicalLines lines(text);
    while (const auto line = lines.next()) {
        const Halves halves = split_line(*line);
        auto key = unescape(halves.key);
        auto value = unescape(halves.value);
        if (!key || !value) {
            return fail(ErrorCode::invalid_config,
                        "line {}: \\u needs four hexadecimal digits, for example \\u00e9",
                        lines.line_number());
        }
        map.insert_or_assign(std::move(*key), std::move(*value));
    }
    return map;
}

Result<void> apply_override(ConfigMap& into, std::string_view assignment) {
    const std::size_t equals = assignment.find('=');
    const std::string_view key = trim(assignment.substr(0, equals));
    if (equals == std::string_view::npos || key.empty()) {
        return fail(ErrorCode::invalid_config, "{}: an override has the form key=value",
                    assignment);
    }
    into.insert_or_assign(std::string(key), std::string(assignment.substr(equals + 1)));
    return {};
}

}  // namespace barnabas
