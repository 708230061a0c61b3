#include "cli/groups/offset_csv.h"

#include "cli/framework/option_parser.h"

#include <algorithm>
#include <limits>
#include <ranges>
#include <vector>

namespace barnabas::cli {
namespace {

/// As Jackson writes it: quoted where a character could end the field or is below '-'.
std::string csv_field(std::string_view text) {
    if (std::ranges::none_of(text, [](char c) { return c >= '\0' && c <= ','; })) {
        return std::string(text);
    }
    std::string quoted = "\"";
    for (const char c : text) {
        quoted.append(c == '"' ? 2 : 1, c);
    }
    return quoted + '"';
}

std::vector<std::string> csv_fields(std::string_view line) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
            fields.back() += c;
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            fields.emplace_back();
        } else if (c != '\r') {
            fields.back() += c;
        }
    }
    return fields;
}

}  // namespace

std::string offsets_csv(const GroupOffsets& offsets, bool with_group) {
    std::string text;
    for (const auto& [group, partitions] : offsets) {
        for (const auto& [partition, offset] : partitions) {
            if (with_group) {
                text += csv_field(group) + ',';
            }
            text +=
                fmt::format("{},{},{}\n", csv_field(partition.topic), partition.partition, offset);
        }
    }
    return text;
}

Result<GroupOffsets> parse_offsets_csv(std::string_view text, std::string_view group) {
    GroupOffsets offsets;
    for (const auto part : std::views::split(text, '\n')) {
        const std::string line(part.begin(), part.end());
        if (line.empty() || line == "\r") {
            continue;
        }
        auto fields = csv_fields(line);
        if (fields.size() == 3 && !group.empty()) {
            fields.emplace(fields.begin(), group);
        }
        const auto partition = fields.size() == 4 ? parse_int32(fields[2]) : std::nullopt;
        const auto offset =
            partition ? parse_integer(fields[3], 0, std::numeric_limits<std::int64_t>::max())
                      : std::nullopt;
        if (!offset) {
            return fail(ErrorCode::invalid_request,
                        "'{}' is no line of a reset plan; it has {}topic,partition,offset", line,
                        group.empty() ? "group," : "");
        }
        offsets[fields[0]].insert_or_assign(
            {.topic = fields[1], .partition = PartitionId(*partition)}, Offset(*offset));
    }
    return offsets;
}

}  // namespace barnabas::cli
