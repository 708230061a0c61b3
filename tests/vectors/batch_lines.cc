#include "vectors/batch_lines.h"

#include "base/utf8.h"
#include "support/vectors.h"
#include "wire/records/control_record.h"
#include "wire/records/record_reader.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <array>
#include <map>

namespace barnabas::testing {
namespace {

namespace json = boost::json;

constexpr std::size_t decompressed_max = 64 * 1024 * 1024;
constexpr std::size_t shown_max = 1024;  // longer keys and values are given by length and digest

std::string_view type_name(wire::TimestampType type) {
    switch (type) {
        case wire::TimestampType::none:
            return "NoTimestampType";
        case wire::TimestampType::create_time:
            return "CreateTime";
        case wire::TimestampType::log_append_time:
            return "LogAppendTime";
    }
    return "?";
}

std::string_view control_name(wire::ControlType type) {
    static constexpr std::array<std::string_view, 8> names = {
        "UNKNOWN",         "ABORT",           "COMMIT",        "LEADER_CHANGE",
        "SNAPSHOT_HEADER", "SNAPSHOT_FOOTER", "KRAFT_VERSION", "KRAFT_VOTERS"};
    return names.at(static_cast<std::size_t>(static_cast<int>(type) + 1));
}

json::value shown(const wire::NullableBytes& bytes) {
    if (!bytes) {
        return nullptr;
    }
    if (bytes->size() <= shown_max) {
        return json::value(hex_of_bytes(*bytes));
    }
    std::array<std::byte, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(bytes->data()), bytes->size(),
           reinterpret_cast<unsigned char*>(digest.data()));
    return {{"length", bytes->size()}, {"sha256", hex_of_bytes(digest)}};
}

json::object shown_control(const wire::RecordView& record) {
    const auto type = wire::control_type(record.key);
    if (!type) {
        return {{"exception", "error"}};
    }
    json::object control{{"type", control_name(*type)}};
    if (*type == wire::ControlType::commit || *type == wire::ControlType::abort) {
        if (const auto marker = wire::end_transaction_marker(record.value)) {
            control["coordinator_epoch"] = marker->coordinator_epoch;
        } else {
            control["exception"] = "error";
        }
    }
    return control;
}

json::object shown_record(const wire::RecordView& record, bool control) {
    json::array headers;
    for (const auto& header : record.headers) {
        headers.push_back(json::array{replace_malformed_utf8(header.key), shown(header.value)});
    }
    json::object out{{"offset", record.offset.get()}, {"timestamp", record.timestamp.get()},
                     {"sequence", record.sequence},   {"key", shown(record.key)},
                     {"value", shown(record.value)},  {"headers", std::move(headers)}};
    if (control) {
        out["control"] = shown_control(record);
    }
    return out;
}

json::object shown_header(const wire::BatchView& batch, std::size_t position) {
    json::object out{{"position", position},
                     {"magic", batch.magic()},
                     {"size", batch.size()},
                     {"crc", batch.stored_crc()},
                     {"ensure_valid", verdict(batch.ensure_valid().has_value())},
                     {"attributes", batch.attributes()},
                     {"timestamp_type", type_name(batch.timestamp_type())},
                     {"max_timestamp", batch.max_timestamp().get()},
                     {"last_offset", batch.last_offset().get()},
                     {"base_offset", batch.base_offset().get()},
                     {"partition_leader_epoch", batch.leader_epoch().get()},
                     {"base_timestamp", batch.base_timestamp().get()},
                     {"producer_id", batch.producer_id().get()},
                     {"producer_epoch", batch.producer_epoch().get()},
                     {"base_sequence", batch.base_sequence()},
                     {"last_sequence", batch.last_sequence()},
                     {"is_transactional", batch.is_transactional()},
                     {"is_control", batch.is_control()},
                     {"delete_horizon_ms", nullptr},
                     {"count", batch.count()}};
    if (const auto codec = batch.codec()) {
        out["compression"] = wire::codec_name(*codec);
    }
    if (const auto horizon = batch.delete_horizon()) {
        out["delete_horizon_ms"] = horizon->get();
    }
    return out;
}

json::object shown_batch(const wire::BatchView& batch, std::size_t position) {
    auto out = shown_header(batch, position);
    wire::RecordReader reader;
    json::array records;
    bool ok = reader.start(batch, decompressed_max).has_value();
    for (wire::RecordView record; ok;) {
        const auto more = reader.next(record);
        ok = more.has_value();
        if (!ok || !*more) {
            break;
        }
        records.push_back(shown_record(record, batch.is_control()));
    }
    out["records"] = std::move(records);
    out["records_verdict"] = verdict(ok);
    return out;
}

bool is_verdict(std::string_view name) {
    return name == "ensure_valid" || name == "records_verdict" || name == "exception";
}

std::string difference(const json::value& wanted, const json::value& got, const std::string& at);

/// Members that are not wanted may be there: old formats lack many.
std::string difference(const json::object& wanted, const json::object& got, const std::string& at) {
    for (const auto& [name, value] : wanted) {
        const auto path = fmt::format("{}.{}", at, std::string_view{name});
        const auto* mine = got.if_contains(name);
        if (name == "fields_exception" || name == "records") {
            continue;
        }
        if (!mine) {
            return fmt::format("{} is missing, wanted {}", path, json::serialize(value));
        }
        auto found = is_verdict(name) && verdict(value) == verdict(*mine)
                         ? std::string{}
                         : difference(value, *mine, path);
        if (!found.empty()) {
            return found;
        }
    }
    return {};
}

std::string difference(const json::value& wanted, const json::value& got, const std::string& at) {
    if (wanted.is_object() && got.is_object()) {
        return difference(wanted.get_object(), got.get_object(), at);
    }
    return wanted == got ? std::string{}
                         : fmt::format("{} is {}, wanted {}", at, json::serialize(got),
                                       json::serialize(wanted));
}

std::string records_difference(const json::object& wanted, const json::object& got,
                               const std::string& at) {
    const auto& theirs = wanted.at("records").as_array();
    const auto& ours = got.at("records").as_array();
    const bool whole = verdict(wanted.at("records_verdict")) == "ok" ||
                       (wanted.at("attributes").as_int64() & 7) == 0;
    if (whole && theirs.size() != ours.size()) {
        return fmt::format("{} has {} records, wanted {}", at, ours.size(), theirs.size());
    }
    for (std::size_t i = 0; i < std::min(theirs.size(), ours.size()); ++i) {
        auto found = difference(theirs[i], ours[i], fmt::format("{}.records[{}]", at, i));
        if (!found.empty()) {
            return found;
        }
    }
    return {};
}

}  // namespace

std::string_view verdict(const json::value& java) {
    return verdict(java == "ok");
}

std::string_view verdict(bool ok) {
    return ok ? "ok" : "error";
}

std::string batches_difference(const json::object& wanted, ByteView bytes) {
    wire::BatchCursor cursor{bytes};
    bool framing = true;
    std::size_t count = 0;
    const auto& batches = wanted.at("batches").as_array();
    while (true) {
        const std::size_t position = cursor.position();
        const auto batch = cursor.next();
        framing = batch.has_value();
        if (!framing || !*batch) {
            break;
        }
        const auto at = fmt::format("batches[{}]", count);
        if (count == batches.size()) {
            return at + " is one too many";
        }
        const auto& theirs = batches[count++].as_object();
        const auto ours = shown_batch(**batch, position);
        auto found = difference(theirs, ours, at);
        found = found.empty() ? records_difference(theirs, ours, at) : found;
        if (!found.empty()) {
            return found;
        }
    }
    json::object rest{{"framing", verdict(framing)},
                      {"whole_batches_bytes", cursor.position()},
                      {"total_bytes", bytes.size()}};
    json::object theirs{{"framing", verdict(wanted.at("framing"))},
                        {"whole_batches_bytes", wanted.at("whole_batches_bytes")},
                        {"total_bytes", wanted.at("total_bytes")}};
    if (count != batches.size()) {
        return fmt::format("{} batches, wanted {}", count, batches.size());
    }
    return difference(theirs, rest, "line");
}

}  // namespace barnabas::testing
