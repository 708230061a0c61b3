#include "testkit/record_text.h"

#include "testkit/topics.h"

#include <charconv>
#include <vector>

namespace barnabas::testkit {

std::string text_of(const RecordText& record, std::size_t padding) {
    std::string text = fmt::format("{} {}", record.id.transaction, record.id.index);
    if (record.copy_of) {
        text += fmt::format(" {} {}", record.copy_of->partition.partition, record.copy_of->offset);
    }
    return text + "  " + std::string(padding, '.');
}

Result<RecordText> read_record_text(std::string_view text) {
    std::vector<std::int64_t> numbers;
    const char* at = text.data();
    const char* const end = at + std::min(text.find("  "), text.size());
    while (at < end) {
        std::int64_t number = 0;
        const auto [behind, error] = std::from_chars(at, end, number);
        if (error != std::errc() || number < 0) {
            break;
        }
        numbers.push_back(number);
        at = behind == end ? end : behind + 1;
    }
    if (at != end || (numbers.size() != 2 && numbers.size() != 4)) {
        return fail(ErrorCode::invalid_record, "a record says '{}': nobody wrote that",
                    text.substr(0, 40));
    }
    RecordText record{.id = {.transaction = static_cast<std::size_t>(numbers[0]),
                             .index = static_cast<std::size_t>(numbers[1])},
                      .copy_of = {}};
    if (numbers.size() == 4) {
        record.copy_of = Source{.partition = input(static_cast<std::int32_t>(numbers[2])),
                                .offset = Offset{numbers[3]}};
    }
    return record;
}

}  // namespace barnabas::testkit
