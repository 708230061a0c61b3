#include "cli/records/stored_formatter.h"

#include "wire/json.h"
#include "wire/persisted/framing.h"
#include "wire/persisted/record_text.h"
#include "wire/persisted/registry.h"

#include <boost/json.hpp>

#include <algorithm>

namespace barnabas::cli {
namespace {

Result<boost::json::object> stored_body_json(const wire::MessageInfo& info,
                                             const wire::StoredRecord& stored,
                                             std::string_view part) {
    const auto object = info.make();
    std::string why;
    if (!info.versions.contains(stored.version)) {
        why = fmt::format("{} has versions {} to {}", info.name, info.versions.first,
                          info.versions.last);
    } else if (const auto read = wire::decode_struct(info.schema(), info.layout(stored.version),
                                                     stored.body, object.get());
               !read) {
        why = read.error().message;
    }
    if (!why.empty()) {
        return fail(ErrorCode::invalid_record,
                    "Could not read record with version {} from {}'s buffer due to: {}.",
                    stored.version, part, why);
    }
    return wire::to_json(info.schema(), stored.version, object.get());
}

/// As Kafka's class tells it.
void tell_transaction_state(boost::json::object& data) {
    auto* const status = data.if_contains("transactionStatus");
    if (status != nullptr && status->is_int64()) {
        *status = boost::json::string(wire::transaction_state_name(status->get_int64()));
    }
}

Result<boost::json::value> stored_value_json(const wire::RecordInfo& info,
                                             const ConsumerRecord& record) {
    if (!record.has_value()) {
        return boost::json::value(nullptr);
    }
    if (record.value().size() < sizeof(std::int16_t)) {
        return fail(ErrorCode::invalid_record, "Could not read version from value's buffer.");
    }
    TRY_ASSIGN(const auto stored, wire::read_versioned(record.value(), info.id));
    TRY_ASSIGN(auto data, stored_body_json(info.value, stored, "value"));
    if (info.family == wire::RecordFamily::transaction) {
        tell_transaction_state(data);
    }
    return boost::json::value(boost::json::object{
        {"version", static_cast<std::int64_t>(stored.version)}, {"data", std::move(data)}});
}

Result<std::string> stored_record_json(const wire::RecordInfo& info, const wire::StoredRecord& key,
                                       const ConsumerRecord& record) {
    TRY_ASSIGN(auto key_data, stored_body_json(*info.key, key, "key"));
    TRY_ASSIGN(auto value, stored_value_json(info, record));
    return wire::json_text(boost::json::object{
        {"key", boost::json::object{{"type", static_cast<std::int64_t>(info.id)},
                                    {"data", std::move(key_data)}}},
        {"value", std::move(value)}});
}

}  // namespace

/// Empty for a record that is passed over.
Result<std::string> StoredFormatter::json_of(const ConsumerRecord& record) const {
    if (!record.has_key()) {
        return std::string();
    }
    if (record.key().size() < sizeof(std::int16_t)) {
        return fail(ErrorCode::invalid_record, "Could not read version from key's buffer.");
    }
    TRY_ASSIGN(const auto key, wire::read_coordinator_key(record.key()));
    const auto* info = wire::find_record(family_, key.id);
    const bool shown = kinds_.empty() || std::ranges::find(kinds_, key.id) != kinds_.end();
    return info != nullptr && shown ? stored_record_json(*info, key, record) : std::string();
}

Result<void> StoredFormatter::append(const ConsumerRecord& record, std::string& out) const {
    const auto json = json_of(record);
    if (!json) {
        return fail(ErrorCode::invalid_record, "Could not read record at offset {} due to: {}",
                    record.offset(), json.error().message);
    }
    out += *json;
    return {};
}

Result<void> StoredFormatter::append_json(const ConsumerRecord& record, std::string& out) const {
    const auto before = out.size();
    TRY(append(record, out));
    if (out.size() > before) {
        out += '\n';
    }
    return {};
}

}  // namespace barnabas::cli
