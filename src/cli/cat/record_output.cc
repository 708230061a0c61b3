#include "cli/cat/record_output.h"

#include "cli/cat/record_json.h"

#include <utility>

namespace barnabas::cli {
namespace {

/// kcat's word for null, with -Z.
constexpr std::string_view cat_null = "NULL";

Result<void> unpack_field(const std::optional<PackFormat>& packing,
                          std::optional<std::string_view>& field, std::string& text) {
    if (packing && field && !field->empty()) {
        TRY(packing->unpack(*field, text));
        field = text;
    }
    return {};
}

}  // namespace

Result<RecordOutput> RecordOutput::make(const CatOptions& options, Console& console) {
    auto format = default_record_format(options.key_delimiter, options.delimiter);
    if (options.format) {
        TRY_ASSIGN(format, parse_record_format(*options.format));
    }
    return RecordOutput(options, console, std::move(format));
}

Result<void> RecordOutput::append(const ShownRecord& record, std::int32_t broker) {
    if (!options_->json) {
        const RecordTextOptions how{.key_pack = options_->key_pack,
                                    .value_pack = options_->value_pack,
                                    .null_text = options_->nulls ? cat_null : ""};
        return append_record_text(format_, record, how, text_);
    }
    auto shown = record;
    std::string key;
    std::string value;
    TRY(unpack_field(options_->key_pack, shown.key, key));
    TRY(unpack_field(options_->value_pack, shown.value, value));
    text_ += record_json(shown, broker) + options_->delimiter;
    return {};
}

Result<void> RecordOutput::print(const ShownRecord& record, std::int32_t broker) {
    text_.clear();
    const auto appended = append(record, broker);
    console_->write(text_);
    if (!appended) {
        const auto sentence =
            fmt::format("Failed to format message in {} [{}] at offset {}: {}", record.topic,
                        record.partition, record.offset, appended.error().message);
        if (options_->exit_on_error) {
            return fail(appended.error().code, "{}: terminating", sentence);
        }
        console_->error_line("% ERROR: " + sentence);
    }
    return options_->unbuffered ? flush() : Result<void>();
}

Result<void> RecordOutput::flush() {
    if (!console_->flush()) {
        return fail(ErrorCode::kafka_storage_error, "Write error: standard output is full or gone");
    }
    return {};
}

}  // namespace barnabas::cli
