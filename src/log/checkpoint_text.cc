#include "log/checkpoint_text.h"

#include "log/file_names.h"

#include <charconv>
#include <limits>

namespace barnabas::log {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const auto end = text.find(separator);
        if (const auto part = text.substr(0, end); !part.empty()) {
            parts.push_back(part);
        }
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    }
    return parts;
}

}  // namespace

std::string checkpoint_text(std::size_t count, std::string_view lines) {
    return fmt::format("0\n{}\n{}", count, lines);
}

Result<std::int64_t> parse_checkpoint_number(std::string_view word) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size()) {
        return fail(ErrorCode::corrupt_message, "\"{}\" is no number", word.substr(0, 40));
    }
    return number;
}

Result<std::vector<std::vector<std::string_view>>> parse_checkpoint(std::string_view text) {
    const auto lines = split(text, '\n');
    if (lines.empty()) {
        return std::vector<std::vector<std::string_view>>();
    }
    if (const auto version = parse_checkpoint_number(lines[0]); version && *version != 0) {
        return fail(ErrorCode::unsupported_version,
                    "version {}; version 0 is known. Was it written by a newer broker?", *version);
    }
    if (lines.size() < 2 || lines[0] != "0") {
        return fail(ErrorCode::corrupt_message,
                    "a checkpoint begins with version 0 and a count, not with \"{}\"",
                    text.substr(0, 20));
    }
    TRY_ASSIGN(const auto count, parse_checkpoint_number(lines[1]));
    if (count < 0 || static_cast<std::size_t>(count) != lines.size() - 2) {
        return fail(ErrorCode::corrupt_message, "a checkpoint of {} entries has {} lines", count,
                    lines.size() - 2);
    }
    std::vector<std::vector<std::string_view>> entries;
    entries.reserve(lines.size() - 2);
    for (std::size_t i = 2; i < lines.size(); ++i) {
        entries.push_back(split(lines[i], ' '));
    }
    return entries;
}

std::string offset_checkpoint_text(const OffsetCheckpoint& offsets) {
    std::string lines;
    for (const auto& [partition, offset] : offsets) {
        lines += fmt::format("{} {} {}\n", partition.topic, partition.partition, offset);
    }
    return checkpoint_text(offsets.size(), lines);
}

namespace {

using Words = std::vector<std::string_view>;

/// One line: "<topic> <partition> <offset>".
Result<void> take_offset(const Words& words, OffsetCheckpoint& offsets) {
    if (words.size() != 3) {
        return fail(ErrorCode::corrupt_message,
                    "a line of {} words; \"<topic> <partition> <offset>\" has 3", words.size());
    }
    TRY_ASSIGN(const auto partition, parse_checkpoint_number(words[1]));
    TRY_ASSIGN(const auto offset, parse_checkpoint_number(words[2]));
    if (partition < 0 || partition > std::numeric_limits<std::int32_t>::max()) {
        return fail(ErrorCode::corrupt_message, "{} is no partition's number", partition);
    }
    if (offset < 0 || Offset{offset} > base_offset_max) {
        return fail(ErrorCode::corrupt_message, "{} is no offset: those are from 0 to {}", offset,
                    base_offset_max);
    }
    offsets[{std::string(words[0]), PartitionId{static_cast<std::int32_t>(partition)}}] =
        Offset{offset};
    return {};
}

}  // namespace

Offset offset_in(const OffsetCheckpoint& offsets, const TopicPartition& partition) {
    const auto found = offsets.find(partition);
    return found == offsets.end() ? Offset{0} : found->second;
}

Result<OffsetCheckpoint> parse_offset_checkpoint(std::string_view text) {
    TRY_ASSIGN(const auto lines, parse_checkpoint(text));
    OffsetCheckpoint offsets;
    for (const auto& words : lines) {
        TRY(take_offset(words, offsets));
    }
    return offsets;
}

OffsetCheckpoint readable_offsets(std::string_view text) {
    OffsetCheckpoint offsets;
    for (const auto line : split(text, '\n')) {
        ignore(take_offset(split(line, ' '), offsets), "this line is damaged");
    }
    return offsets;
}

}  // namespace barnabas::log
