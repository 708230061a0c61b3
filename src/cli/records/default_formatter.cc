#include "cli/records/default_formatter.h"

#include "base/json_text.h"
#include "base/utf8.h"
#include "cli/records/properties.h"
#include "wire/text_bytes.h"

#include <array>
#include <utility>

namespace barnabas::cli {
namespace {

struct ColumnRow {
    RecordColumn column;
    std::string_view property;
};
constexpr std::array column_rows{
    ColumnRow{RecordColumn::timestamp, "print.timestamp"},
    ColumnRow{RecordColumn::partition, "print.partition"},
    ColumnRow{RecordColumn::offset, "print.offset"},
    ColumnRow{RecordColumn::delivery, "print.delivery"},
    ColumnRow{RecordColumn::epoch, "print.epoch"},
    ColumnRow{RecordColumn::headers, "print.headers"},
    ColumnRow{RecordColumn::key, "print.key"},
    ColumnRow{RecordColumn::value, "print.value"},
};

std::optional<ByteView> key_of_record(const ConsumerRecord& record) {
    return record.has_key() ? std::optional(record.key()) : std::nullopt;
}

std::optional<ByteView> value_of_record(const ConsumerRecord& record) {
    return record.has_value() ? std::optional(record.value()) : std::nullopt;
}

/// TimestampType.toString; empty for records that have none.
std::string_view timestamp_name(TimestampType type) {
    switch (type) {
        case TimestampType::create_time:
            return "CreateTime";
        case TimestampType::log_append_time:
            return "LogAppendTime";
        case TimestampType::none:
            break;
    }
    return "";
}

/// The encoding is configured behind the deserializer's own prefix, in which the class looks for
/// names of its own (StringDeserializer.configure).
std::string encoding_name(const ClientConfig& properties, const std::string& name) {
    const auto prefix = name + ".";
    const auto own =
        name == "key.deserializer" ? "key.deserializer.encoding" : "value.deserializer.encoding";
    if (const auto encoding = text_property(properties, prefix + own)) {
        return *encoding;
    }
    return text_property(properties, prefix + "deserializer.encoding").value_or("UTF-8");
}

std::optional<Deserializer> read_deserializer(const ClientConfig& properties,
                                              const std::string& name,
                                              std::vector<std::string>& complaints) {
    const auto asked = text_property(properties, name);
    if (!asked) {
        return std::nullopt;
    }
    const auto type = deserializer_class(*asked);
    const auto encoding = text_encoding(encoding_name(properties, name));
    if (!type || !encoding) {
        complaints.push_back(fmt::format(
            "ERROR Unable to instantiate a deserializer from {}: {}", *asked,
            type ? fmt::format("the encoding {} is not built in", encoding_name(properties, name))
                 : "it is none of org.apache.kafka.common.serialization, and classes cannot be "
                   "loaded here"));
        return std::nullopt;
    }
    return Deserializer{.type = *type, .encoding = *encoding};
}

/// "name": as text where it is, else "nameBase64".
void add_json_bytes(JsonLine& line, std::string_view name, std::optional<ByteView> bytes) {
    std::string text;
    if (!bytes) {
        line.add_json(name, "null");
    } else if (append_json_text(text, *bytes)) {
        line.add_json(name, text);
    } else {
        line.add(fmt::format("{}Base64", name), wire::to_base64(*bytes));
    }
}

Result<void> add_json_field(JsonLine& line, std::string_view name,
                            const std::optional<Deserializer>& deserializer,
                            std::optional<ByteView> bytes) {
    if (!bytes || !deserializer) {
        add_json_bytes(line, name, bytes);
        return {};
    }
    TRY_ASSIGN(const auto json, deserializer->json(*bytes));
    line.add_json(name, json);
    return {};
}

}  // namespace

ReadLayout read_layout(const ClientConfig& properties) {
    ReadLayout read;
    auto& layout = read.layout;
    for (const auto& [column, property] : column_rows) {
        const auto bit = static_cast<std::uint8_t>(column);
        if (const auto wanted = flag_property(properties, property)) {
            layout.columns =
                static_cast<std::uint8_t>(*wanted ? layout.columns | bit : layout.columns & ~bit);
        }
    }
    const std::pair<std::string_view, std::string*> texts[] = {
        {"key.separator", &layout.key_separator},
        {"line.separator", &layout.line_separator},
        {"headers.separator", &layout.headers_separator},
        {"null.literal", &layout.null_literal},
    };
    for (const auto& [name, text] : texts) {
        *text = text_property(properties, name).value_or(*text);
    }
    const std::pair<const char*, std::optional<Deserializer>*> deserializers[] = {
        {"key.deserializer", &layout.key_deserializer},
        {"value.deserializer", &layout.value_deserializer},
        {"headers.deserializer", &layout.headers_deserializer},
    };
    for (const auto& [name, deserializer] : deserializers) {
        *deserializer = read_deserializer(properties, name, read.complaints);
    }
    return read;
}

Result<void> DefaultFormatter::append(const ConsumerRecord& record, std::string& out) const {
    const auto before = out.size();
    auto appended = append_columns(record, out);
    if (!appended) {
        out.resize(before);
    }
    return appended;
}

Result<void> DefaultFormatter::append_columns(const ConsumerRecord& record,
                                              std::string& out) const {
    for (const auto& row : column_rows) {
        if (!layout_.has(row.column)) {
            continue;
        }
        TRY(append_column(row.column, record, out));
        const bool is_last = layout_.columns < 2 * static_cast<unsigned>(row.column);
        out += is_last ? layout_.line_separator : layout_.key_separator;
    }
    return {};
}

Result<void> DefaultFormatter::append_column(RecordColumn column, const ConsumerRecord& record,
                                             std::string& out) const {
    switch (column) {
        case RecordColumn::timestamp: {
            const auto name = timestamp_name(record.timestamp_type());
            out += name.empty() ? "NO_TIMESTAMP" : fmt::format("{}:{}", name, record.timestamp());
            return {};
        }
        case RecordColumn::partition:
            out += fmt::format("Partition:{}", record.partition());
            return {};
        case RecordColumn::offset:
            out += fmt::format("Offset:{}", record.offset());
            return {};
        case RecordColumn::delivery: {
            const auto count = record.delivery_count();
            out += count ? fmt::format("Delivery:{}", *count) : "Delivery:NOT_PRESENT";
            return {};
        }
        case RecordColumn::epoch:
            out += record.leader_epoch() == no_epoch
                       ? "Epoch:NOT_PRESENT"
                       : fmt::format("Epoch:{}", record.leader_epoch());
            return {};
        case RecordColumn::headers:
            return append_headers(record, out);
        case RecordColumn::key:
            return append_field(layout_.key_deserializer, key_of_record(record), out);
        case RecordColumn::value:
            return append_field(layout_.value_deserializer, value_of_record(record), out);
    }
    std::unreachable();
}

Result<void> DefaultFormatter::append_headers(const ConsumerRecord& record,
                                              std::string& out) const {
    if (record.headers().empty()) {
        out += "NO_HEADERS";
        return {};
    }
    bool first = true;
    for (const auto& header : record.headers()) {
        if (!std::exchange(first, false)) {
            out += layout_.headers_separator;
        }
        out += header.key;
        out += ':';
        TRY(append_field(layout_.headers_deserializer, header.value, out));
    }
    return {};
}

/// As Kafka's class does it, a deserializer reads the null literal where there is null.
Result<void> DefaultFormatter::append_field(const std::optional<Deserializer>& deserializer,
                                            std::optional<ByteView> bytes, std::string& out) const {
    const auto field = bytes.value_or(as_bytes(layout_.null_literal));
    if (!deserializer) {
        out += as_text(field);
        return {};
    }
    TRY_ASSIGN(const auto text, deserializer->text(field));
    out += text;
    return {};
}

Result<void> DefaultFormatter::append_json(const ConsumerRecord& record, std::string& out) const {
    JsonLine line;
    line.add("topic", record.topic())
        .add("partition", record.partition().get())
        .add("offset", record.offset().get());
    if (record.leader_epoch() != no_epoch) {
        line.add("leaderEpoch", record.leader_epoch().get());
    }
    if (const auto name = timestamp_name(record.timestamp_type()); !name.empty()) {
        line.add("timestamp", record.timestamp().get()).add("timestampType", name);
    }
    if (const auto count = record.delivery_count()) {
        line.add("deliveryCount", *count);
    }
    std::string headers;
    for (const auto& header : record.headers()) {
        JsonLine one;
        one.add("key", header.key);
        TRY(add_json_field(one, "value", layout_.headers_deserializer, header.value));
        headers += fmt::format("{}{}", headers.empty() ? "" : ",", one.text());
    }
    line.add_json("headers", fmt::format("[{}]", headers));
    TRY(add_json_field(line, "key", layout_.key_deserializer, key_of_record(record)));
    TRY(add_json_field(line, "value", layout_.value_deserializer, value_of_record(record)));
    out += line.text();
    out += '\n';
    return {};
}

/// Kafka's has no comma behind a key that is null.
std::string DefaultFormatter::log_line(const ConsumerRecord& record) const {
    if (!logs_) {
        return {};
    }
    const auto name = timestamp_name(record.timestamp_type());
    const auto time = name.empty() ? "" : fmt::format("{}:{}, ", name, record.timestamp());
    const auto key =
        record.has_key() ? fmt::format("{}, ", replace_malformed_utf8(record.key_text())) : "null ";
    return fmt::format("INFO {}key:{}value:{}", time, key,
                       record.has_value() ? replace_malformed_utf8(record.value_text()) : "null");
}

}  // namespace barnabas::cli
