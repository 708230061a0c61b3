// What `barnabas cat` reads: format strings, pack-formats, JSON lines and input by any of them.
// `how` is a format.
#include "cli/cat/input_format.h"
#include "cli/cat/message_splitter.h"
#include "cli/cat/packing.h"
#include "cli/cat/record_format.h"
#include "cli/cat/record_json.h"
#include "fuzz/text_target.h"

#include <string>

namespace barnabas::cli {
namespace {

using fuzzing::require;

/// What was packed is text again, unless the format leaves bytes out.
void fuzz_packing(std::string_view letters, std::string_view text) {
    const auto format = PackFormat::parse("key", letters);
    if (!format) {
        return;
    }
    std::string shown;
    ignore(format->unpack(text, shown), "any bytes may be wrong");
    const auto packed = format->pack(text);
    if (packed) {
        std::string again;
        require(format->unpack(*packed, again).has_value());
        const auto packed_again = format->pack(again);  // "+5" and "05" are other texts of 5
        require(packed_again && *packed_again == *packed);
    }
}

void fuzz_json(std::string_view line) {
    const auto read = parse_record_json(line);
    if (!read) {
        return;
    }
    ShownRecord shown{.topic = read->topic ? std::string_view(*read->topic) : "t",
                      .partition = read->partition.value_or(0),
                      .timestamp = read->timestamp.value_or(0)};
    shown.key = read->key;
    shown.value = read->value;
    for (const auto& [name, value] : read->headers) {
        shown.headers.emplace_back(name, value);
    }
    const auto again = parse_record_json(record_json(shown, 1));
    require(again && again->key == read->key && again->value == read->value);
}

/// However the text comes in pieces, the records are the same.
void fuzz_format(std::string_view letters, std::string_view text) {
    if (const auto tokens = parse_record_format(letters)) {
        std::string out;
        ignore(append_record_text(*tokens, {.key = text, .value = text}, {}, out), "no packing");
    }
    const auto format = InputFormat::parse(letters);
    while (format) {
        const auto taken = format->take(text);
        if (!taken || !*taken) {
            break;
        }
        require((*taken)->size > 0 && (*taken)->size <= text.size());
        const auto exactly = format->take(text.substr(0, (*taken)->size));
        require(exactly && (!*exactly || (*exactly)->record == (*taken)->record));
        text.remove_prefix((*taken)->size);
    }
}

void fuzz_splitter(std::string_view delimiter, std::string_view text, std::size_t piece) {
    if (delimiter.empty()) {
        return;
    }
    MessageSplitter splitter((std::string(delimiter)), 64);
    std::string joined;
    const std::string whole(text);
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
        if (!splitter.feed(text.substr(0, piece))) {
            return;
        }
        while (const auto message = splitter.next()) {
            joined += *message;
            joined += delimiter;
        }
    }
    joined += splitter.rest();
    require(joined == whole);
}

}  // namespace
}  // namespace barnabas::cli

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace barnabas;
    const auto [what, format, text] = fuzzing::text_task(data, size);
    switch (what % 4) {
        case 0:
            cli::fuzz_packing(format, text);
            break;
        case 1:
            cli::fuzz_json(text);
            break;
        case 2:
            cli::fuzz_format(format, text);
            break;
        default:
            cli::fuzz_splitter(format, text, 1 + what / 4);
            break;
    }
    return 0;
}
