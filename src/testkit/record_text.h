#pragma once

#include "base/result.h"
#include "testkit/history.h"

#include <optional>
#include <string>
#include <string_view>

namespace barnabas::testkit {

/// What a record's value says of it: "17 3", or "17 3 1 42" of a copy of what is at 42 of the
/// input's partition 1; behind a second space comes padding.
struct RecordText {
    RecordId id;
    std::optional<Source> copy_of;
};

[[nodiscard]] std::string text_of(const RecordText& record, std::size_t padding);
[[nodiscard]] Result<RecordText> read_record_text(std::string_view text);

}  // namespace barnabas::testkit
