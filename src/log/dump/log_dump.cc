#include "log/dump/log_dump.h"

#include "base/endian.h"
#include "base/utf8.h"
#include "log/file_names.h"
#include "wire/text_bytes.h"

#include <algorithm>
#include <array>
#include <utility>

namespace barnabas::log {
namespace {

constexpr std::string_view snapshot_file_suffix = ".checkpoint";
constexpr std::string_view bootstrap_file = "bootstrap.checkpoint";
constexpr std::size_t offset_digits = 20;
constexpr std::size_t epoch_digits = 10;
constexpr std::size_t decompressed_max = std::numeric_limits<std::int32_t>::max();

runtime::Path path_of(const DumpFile& file) {
    return file.absolute;
}

/// Names that Kafka has, or had, for its decoders.
struct NamedClass {
    std::string_view name;
    DumpClass decoder;
};
constexpr std::array named_classes{
    NamedClass{"StringDecoder", DumpClass::string},
    NamedClass{"IntegerDecoder", DumpClass::integer},
    NamedClass{"LongDecoder", DumpClass::long_integer},
    NamedClass{"DefaultDecoder", DumpClass::bytes},
};

template <class T>
Result<std::string> number_text(ByteView bytes, const char* decoder) {
    if (bytes.size() < sizeof(T)) {
        return fail(ErrorCode::invalid_record, "{} needs {} bytes, the record has {}", decoder,
                    sizeof(T), bytes.size());
    }
    return fmt::format("{}", load_big_endian<T>(bytes.data()));
}

Result<std::string> class_text(DumpClass decoder, ByteView bytes) {
    switch (decoder) {
        case DumpClass::string:
            return replace_malformed_utf8(as_text(bytes));
        case DumpClass::integer:
            return number_text<std::int32_t>(bytes, "IntegerDecoder");
        case DumpClass::long_integer:
            return number_text<std::int64_t>(bytes, "LongDecoder");
        case DumpClass::bytes:
            return wire::to_base64(bytes);
    }
    return std::string();
}

Result<std::optional<wire::StoredText>> decoded(DumpClass decoder,
                                                const wire::NullableBytes& bytes) {
    if (!bytes) {
        return std::optional<wire::StoredText>();
    }
    TRY_ASSIGN(auto text, class_text(decoder, *bytes));
    return std::optional(wire::StoredText{.text = std::move(text)});
}

}  // namespace

Result<DumpClass> dump_class(std::string_view name) {
    for (const auto package : {"org.apache.kafka.tools.api.", "kafka.serializer."}) {
        if (name.starts_with(package)) {
            const auto simple = name.substr(std::string_view(package).size());
            const auto found = std::ranges::find(named_classes, simple, &NamedClass::name);
            if (found != named_classes.end()) {
                return found->decoder;
            }
        }
    }
    return fail(ErrorCode::invalid_config,
                "no decoder \"{}\": org.apache.kafka.tools.api.StringDecoder, IntegerDecoder, "
                "LongDecoder and DefaultDecoder (as base64) are built in; Java classes cannot be "
                "loaded",
                name);
}

Result<void> LogDump::file(const DumpFile& file) {
    sink_.on_file(file);
    const auto suffix = path_of(file).extension().string();
    if (suffix == log_suffix || suffix == snapshot_file_suffix) {
        return dump_log(file);
    }
    if (suffix == offset_index_suffix) {
        return dump_index(file);
    }
    if (suffix == time_index_suffix) {
        return dump_time_index(file);
    }
    if (suffix == snapshot_suffix) {
        return dump_snapshot(file);
    }
    if (suffix == txn_index_suffix) {
        return dump_transactions(file);
    }
    sink_.on_unknown_file(file);
    return {};
}

/// The line before the batches: what the file's name says.
Result<void> LogDump::announce(const DumpFile& file) {
    const auto name = path_of(file).filename().string();
    if (const auto base = offset_of_file(name, log_suffix)) {
        sink_.on_log(*base);
        return {};
    }
    if (name == bootstrap_file) {
        sink_.on_snapshot(std::nullopt, no_epoch);
        return {};
    }
    const auto text = std::string_view(name);
    const bool long_enough = text.size() > offset_digits + epoch_digits;
    const auto end = long_enough ? offset_of_file(text.substr(0, offset_digits), "") : std::nullopt;
    const auto epoch = long_enough
                           ? offset_of_file(text.substr(offset_digits + 1, epoch_digits), "")
                           : std::nullopt;
    if (!name.ends_with(snapshot_file_suffix) || !end || !epoch ||
        epoch->get() > std::numeric_limits<std::int32_t>::max()) {
        return fail(ErrorCode::invalid_request,
                    "{}: a segment is named <offset>.log, a snapshot <20 digits>-<10 "
                    "digits>.checkpoint",
                    file.name);
    }
    sink_.on_snapshot(end, LeaderEpoch{static_cast<std::int32_t>(epoch->get())});
    return {};
}

Result<void> LogDump::dump_log(const DumpFile& file) {
    TRY(announce(file));
    TRY_ASSIGN(auto log, BatchFile::open(disk_, path_of(file)));
    const auto end = std::min<std::uint64_t>(
        log.size(), static_cast<std::uint32_t>(std::max(options_.bytes_max, 0)));
    last_ = no_offset;
    std::uint64_t position = 0;
    while (true) {
        TRY_ASSIGN(const auto batch, log.at(position, end));
        if (!batch) {
            break;
        }
        TRY(batch->codec());
        sink_.on_batch(
            {.view = *batch, .position = position, .valid = batch->ensure_valid().has_value()});
        if (options_.deep) {
            TRY(dump_records(file, *batch));
        }
        position += batch->size();
    }
    if (position < end && options_.bytes_max == std::numeric_limits<std::int32_t>::max()) {
        sink_.on_trailing_bytes(end - position, path_of(file).filename().string());
    }
    return {};
}

Result<void> LogDump::dump_records(const DumpFile& file, const wire::BatchView& batch) {
    TRY(reader_.start(batch, decompressed_max));
    wire::RecordView record;
    while (true) {
        TRY_ASSIGN(const bool more, reader_.next(record));
        if (!more) {
            return {};
        }
        if (record.offset != last_ + 1) {
            findings_.not_consecutive[file.absolute][last_] = record.offset;
        }
        last_ = record.offset;
        TRY_ASSIGN(const auto shown, dumped(batch, record));
        sink_.on_record(shown);
    }
}

Result<DumpedRecord> LogDump::dumped(const wire::BatchView& batch,
                                     const wire::RecordView& record) const {
    DumpedRecord shown{.batch = batch,
                       .record = record,
                       .crc = reader_.record_crc(),
                       .valid = true,
                       .control = {},
                       .text = {}};
    if (batch.is_legacy()) {
        const auto sound =
            batch.is_compressed() ? reader_.ensure_record_valid() : batch.ensure_valid();
        shown.valid = sound.has_value();
    }
    if (batch.is_control()) {
        if (options_.record_metadata) {
            TRY_ASSIGN(shown.control, wire::control_record_text(record));
        }
    } else if (options_.contents) {
        TRY_ASSIGN(shown.text, text_of(record));
    }
    return shown;
}

Result<wire::RecordText> LogDump::text_of(const wire::RecordView& record) const {
    switch (options_.decoder) {
        case DumpDecoder::text:
            break;
        case DumpDecoder::offsets:
            return wire::coordinator_record_text(wire::RecordFamily::group, record);
        case DumpDecoder::transactions:
            return wire::coordinator_record_text(wire::RecordFamily::transaction, record);
        case DumpDecoder::share_group_state:
            return wire::coordinator_record_text(wire::RecordFamily::share, record);
        case DumpDecoder::cluster_metadata:
            return wire::metadata_record_text(record);
        case DumpDecoder::remote_log_metadata:
            return wire::remote_log_record_text(record);
    }
    wire::RecordText text;
    TRY_ASSIGN(text.key, decoded(options_.key_class, record.key));
    TRY_ASSIGN(text.payload, decoded(options_.value_class, record.value));
    return text;
}

}  // namespace barnabas::log
