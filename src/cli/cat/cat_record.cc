#include "cli/cat/cat_record.h"

namespace barnabas::cli {

ShownRecord shown_record(const ConsumerRecord& record) {
    ShownRecord shown{.topic = record.topic(),
                      .partition = record.partition().get(),
                      .offset = record.offset().get(),
                      .timestamp = record.timestamp().get(),
                      .timestamp_type = record.timestamp_type()};
    if (record.has_key()) {
        shown.key = record.key_text();
    }
    if (record.has_value()) {
        shown.value = record.value_text();
    }
    shown.headers.reserve(record.headers().size());
    for (const auto& header : record.headers()) {
        shown.headers.emplace_back(
            header.key, header.value ? std::optional(as_text(*header.value)) : std::nullopt);
    }
    return shown;
}

}  // namespace barnabas::cli
