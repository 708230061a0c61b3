// Text that commands read, but for JSON and for what cat has: .properties files, profiles, plans of
// offsets, lines of the console producer, times and their patterns.
#include "base/properties.h"
#include "cli/common/java_time.h"
#include "cli/groups/offset_csv.h"
#include "cli/perf/java_date_format.h"
#include "cli/perf/payloads.h"
#include "cli/profiles/profile_file.h"
#include "cli/records/console_producer_lines.h"
#include "fuzz/text_target.h"

#include <algorithm>
#include <ctime>
#include <optional>
#include <string>

namespace barnabas::cli {
namespace {

/// Some expressions look at all of the text for each match.
constexpr std::size_t expression_text_max = 4096;

using fuzzing::require;

/// As java.util.Properties would write it, but that everything is escaped which may be.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        constexpr std::string_view named = "\t\n\r\f";
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
        if (const auto at = named.find(c); at != std::string_view::npos) {
            out += '\\';
            out += "tnrf"[at];
        } else {
            out += plain ? "" : "\\";
            out += c;
        }
    }
    return out;
}

void fuzz_properties(std::string_view text) {
    const auto read = parse_properties(text);
    if (!read) {
        require(read.error().code == ErrorCode::invalid_config);
        return;
    }
    std::string written;
    for (const auto& [name, value] : *read) {
        written += escaped(name) + '=' + escaped(value) + '\n';
    }
    const auto again = parse_properties(written);
    require(again && *again == *read);
}

void fuzz_profiles(std::string_view name, std::string_view text) {
    const auto file = parse_profiles(text, "config.toml");
    if (!file) {
        require(file.error().code == ErrorCode::invalid_config);
        return;
    }
    ignore(find_profile(*file, name, "config.toml"), "most names are none");
    for (const auto& [known, profile] : file->profiles) {
        const auto found = find_profile(*file, known, "config.toml");
        require(found && *found == profile);
    }
    require(!file->default_profile || file->profiles.contains(*file->default_profile));
}

/// A plan that is read is written as one that says the same.
void fuzz_offsets(std::string_view group, std::string_view text) {
    const auto read = parse_offsets_csv(text, group);
    if (!read) {
        return;
    }
    const bool one_line = group.find_first_of("\r\n") == std::string_view::npos;
    if (one_line) {
        const auto again = parse_offsets_csv(offsets_csv(*read, true), "");
        require(again && *again == *read);
    }
}

bool within(std::string_view whole, std::optional<ByteView> part) {
    return !part || part->empty() ||
           (as_text(*part).data() >= whole.data() &&
            as_text(*part).data() + part->size() <= whole.data() + whole.size());
}

/// `how`: --reader-property's, as a file of them.
void fuzz_lines(std::string_view how, std::string_view text) {
    const auto properties = parse_client_properties(how);
    auto format = properties ? line_format(*properties) : LineFormat{};
    if (!format) {
        return;
    }
    LineReader reader(std::move(*format));
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        for (const auto part : java_lines(line)) {
            if (const auto record = reader.read(part)) {
                require(within(part, record->key) && within(part, record->value));
                for (const auto& header : record->headers) {
                    require(within(part, header.value));
                }
            }
        }
        text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
}

void fuzz_times(std::string_view pattern, std::string_view text) {
    ignore(parse_datetime(text), "most texts are none");
    ignore(parse_iso_duration(text), "most texts are none");
    if (const auto format = JavaDateFormat::parse(pattern)) {
        std::tm calendar{};
        calendar.tm_year = 126;
        calendar.tm_mon = static_cast<int>(text.size() % 12);
        calendar.tm_mday = 1;
        calendar.tm_zone = "UTC";
        const auto shown = format->format(calendar, 5);
        require(shown.size() <= 40 * (pattern.size() + 1));
    }
}

void fuzz_payloads(std::string_view delimiter, std::string_view text) {
    if (const auto parts = split_payloads(text, delimiter)) {
        std::size_t size = 0;
        for (const auto& part : *parts) {
            size += part.size();
        }
        require(size <= text.size());
    }
}

}  // namespace
}  // namespace barnabas::cli

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace barnabas;
    const auto [what, how, text] = fuzzing::text_task(data, size);
    switch (what % 6) {
        case 0:
            cli::fuzz_properties(text);
            break;
        case 1:
            cli::fuzz_profiles(how.substr(0, 100), text);  // all names are compared with it
            break;
        case 2:
            cli::fuzz_offsets(how, text);
            break;
        case 3:
            cli::fuzz_lines(how, text.substr(0, cli::expression_text_max));
            break;
        case 4:
            cli::fuzz_times(how, text);
            break;
        default:
            cli::fuzz_payloads(how, text.substr(0, cli::expression_text_max));
            break;
    }
    return 0;
}
