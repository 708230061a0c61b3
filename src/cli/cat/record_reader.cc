#include "cli/cat/record_reader.h"

#include "cli/cat/record_json.h"

#include <utility>

namespace barnabas::cli {
namespace {

Result<void> pack_field(const std::optional<PackFormat>& packing,
                        std::optional<std::string>& field) {
    if (packing && field) {
        TRY_ASSIGN(field, packing->pack(*field));
    }
    return {};
}

}  // namespace

Result<RecordReader> RecordReader::make(const CatOptions& options, std::size_t size_max) {
    std::optional<InputFormat> format;
    if (options.format) {
        TRY_ASSIGN(format, InputFormat::parse(*options.format));
    }
    return RecordReader(options, size_max, std::move(format));
}

Result<void> RecordReader::feed(std::string_view bytes) {
    if (!format_) {
        return splitter_.feed(bytes);
    }
    kept_.erase(0, std::exchange(begin_, 0));
    if (kept_.size() > size_max_ + (64 << 10)) {
        return fail(ErrorCode::message_too_large,
                    "record {} of the input has more than {} bytes (max.request.size)", number_ + 1,
                    size_max_);
    }
    kept_ += bytes;
    return {};
}

Result<std::optional<RecordReader::Read>> RecordReader::next() {
    if (format_) {
        return next_of_format();
    }
    // As in kcat an empty message is none.
    while (const auto message = splitter_.next()) {
        if (!message->empty()) {
            return read(*message);
        }
    }
    return std::nullopt;
}

Result<std::optional<RecordReader::Read>> RecordReader::next_of_format() {
    const auto text = std::string_view(kept_).substr(begin_);
    if (text.empty()) {
        return std::nullopt;
    }
    auto taken = format_->take(text);
    if (!taken) {
        ++number_;
        return std::unexpected(numbered(taken.error()));
    }
    if (!*taken) {
        return std::nullopt;
    }
    ++number_;
    auto& [record, size] = **taken;
    begin_ += size;
    if (const auto packed = pack(record); !packed) {
        return std::unexpected(numbered(packed.error()));
    }
    return Read{.record = std::move(record), .text = text.substr(0, size)};
}

Result<std::optional<RecordReader::Read>> RecordReader::last() {
    if (!format_) {
        const auto rest = splitter_.rest();
        return rest.empty() ? Result<std::optional<Read>>(std::nullopt) : read(rest);
    }
    if (begin_ == kept_.size()) {
        return std::nullopt;
    }
    ++number_;
    return fail(ErrorCode::invalid_request,
                "record {} of the input: it ends in the middle, behind {} bytes", number_,
                kept_.size() - begin_);
}

Result<std::optional<RecordReader::Read>> RecordReader::read(std::string_view message) {
    ++number_;
    auto record = parse(message);
    if (!record) {
        return std::unexpected(numbered(record.error()));
    }
    return Read{.record = std::move(*record), .text = message};
}

Result<ReadRecord> RecordReader::parse(std::string_view message) const {
    ReadRecord record;
    if (options_->json_input) {
        TRY_ASSIGN(record, parse_record_json(message));
    } else {
        record = split(message);
    }
    TRY(pack(record));
    return record;
}

ReadRecord RecordReader::split(std::string_view message) const {
    ReadRecord record;
    std::optional<std::string_view> key;
    std::string_view value = message;
    if (const auto parts =
            options_->key_delimiter ? split_key(message, *options_->key_delimiter) : std::nullopt) {
        key = parts->first;
        value = parts->second;
    }
    if (key && !(options_->nulls && key->empty())) {
        record.key = std::string(*key);
    }
    if (!(options_->nulls && value.empty())) {
        record.value = std::string(value);
    }
    return record;
}

Result<void> RecordReader::pack(ReadRecord& record) const {
    TRY(pack_field(options_->key_pack, record.key));
    return pack_field(options_->value_pack, record.value);
}

Error RecordReader::numbered(const Error& error) const {
    return {.code = error.code,
            .message = fmt::format("record {} of the input: {}", number_, error.message)};
}

}  // namespace barnabas::cli
