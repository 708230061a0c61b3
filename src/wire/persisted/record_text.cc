#include "wire/persisted/record_text.h"

#include "base/endian.h"
#include "wire/json.h"
#include "wire/persisted/consumer_protocol.h"
#include "wire/persisted/control_messages.h"
#include "wire/persisted/coordinator_records.h"
#include "wire/persisted/framing.h"
#include "wire/persisted/registry.h"
#include "wire/text_bytes.h"

#include <boost/json.hpp>

#include <array>
#include <utility>

namespace barnabas::wire {
namespace {

namespace json = boost::json;

constexpr std::int16_t group_metadata_id = 2;

/// By number (org.apache.kafka.coordinator.transaction.TransactionState).
constexpr std::array<std::string_view, 8> transaction_states{
    "Empty",          "Ongoing",       "PrepareCommit", "PrepareAbort",
    "CompleteCommit", "CompleteAbort", "Dead",          "PrepareEpochFence"};

StoredText plain(std::string text) {
    return {.text = std::move(text), .is_json = false};
}

StoredText json_of(const json::object& object) {
    return {.text = json_text(object), .is_json = true};
}

Result<json::object> decoded(const MessageInfo& info, std::int16_t version, ByteView body) {
    if (!info.versions.contains(version)) {
        return fail(ErrorCode::corrupt_message, "{} has versions {} to {}, not {}", info.name,
                    info.versions.first, info.versions.last, version);
    }
    const auto object = info.make();
    TRY(decode_struct(info.schema(), info.layout(version), body, object.get()));
    return to_json(info.schema(), version, object.get());
}

/// The version that stands before a key or a value, and the object behind it.
Result<json::object> decoded_part(const MessageInfo& info, const StoredRecord& stored,
                                  std::string_view part) {
    auto object = decoded(info, stored.version, stored.body);
    if (!object) {
        return fail(ErrorCode::corrupt_message,
                    "Could not read record with version {} from {}'s buffer due to: {}.",
                    stored.version, part, object.error().message);
    }
    return object;
}

/// Bytes in the consumer protocol become what they say, if they can be read.
template <class Message>
void unfold(json::object& member, std::string_view field) {
    auto* const found = member.if_contains(field);
    const auto bytes =
        found != nullptr && found->is_string() ? from_base64(found->get_string()) : std::nullopt;
    if (!bytes) {
        return;
    }
    const auto stored = read_versioned(*bytes);
    auto object = stored ? decoded(info_of<Message>(), stored->version, stored->body)
                         : Result<json::object>(fail(ErrorCode::corrupt_message, ""));
    if (object) {
        *found = std::move(*object);
    }
}

/// As Kafka: members of a classic consumer group carry bytes that the tool can read.
void unfold_members(json::object& group) {
    const auto* protocol = group.if_contains("protocolType");
    auto* members = group.if_contains("members");
    const bool consumers =
        protocol != nullptr && protocol->is_string() && protocol->get_string() == "consumer";
    if (!consumers || members == nullptr || !members->is_array()) {
        return;
    }
    for (auto& member : members->get_array()) {
        if (member.is_object()) {
            unfold<ConsumerProtocolSubscription>(member.get_object(), "subscription");
            unfold<ConsumerProtocolAssignment>(member.get_object(), "assignment");
        }
    }
}

/// As Kafka: the name of a transaction's state, or its number as text.
void name_state(json::object& transaction) {
    auto* const status = transaction.if_contains("transactionStatus");
    if (status != nullptr && status->is_int64()) {
        *status = json::string(transaction_state_name(status->get_int64()));
    }
}

Result<json::object> key_of(const RecordInfo& info, const StoredRecord& stored) {
    TRY_ASSIGN(auto object, decoded_part(*info.key, stored, "key"));
    return json::object{{"type", std::to_string(info.id)}, {"data", std::move(object)}};
}

Result<json::object> value_of(const RecordInfo& info, ByteView value) {
    if (value.size() < sizeof(std::int16_t)) {
        return fail(ErrorCode::corrupt_message, "Could not read version from value's buffer.");
    }
    TRY_ASSIGN(const auto stored, read_versioned(value, info.id));
    TRY_ASSIGN(auto object, decoded_part(info.value, stored, "value"));
    if (info.family == RecordFamily::group && info.id == group_metadata_id) {
        unfold_members(object);
    } else if (info.family == RecordFamily::transaction) {
        name_state(object);
    }
    return json::object{{"version", std::to_string(stored.version)}, {"data", std::move(object)}};
}

Result<RecordText> read_coordinator_record(RecordFamily family, const RecordView& record) {
    if (record.key->size() < sizeof(std::int16_t)) {
        return fail(ErrorCode::corrupt_message, "Could not read version from key's buffer.");
    }
    TRY_ASSIGN(const auto stored, read_coordinator_key(*record.key));
    const auto* info = find_record(family, stored.id);
    if (info == nullptr) {
        return RecordText{.key = plain(fmt::format("Unknown record type {} at offset {}, skipping.",
                                                   stored.id, record.offset)),
                          .payload = {}};
    }
    TRY_ASSIGN(const auto key, key_of(*info, stored));
    if (!record.value) {
        return RecordText{.key = json_of(key), .payload = plain("<DELETE>")};
    }
    TRY_ASSIGN(const auto value, value_of(*info, *record.value));
    return RecordText{.key = json_of(key), .payload = json_of(value)};
}

Result<json::object> read_metadata_record(const RecordView& record) {
    if (!record.value) {
        return fail(ErrorCode::corrupt_message, "It has no value.");
    }
    TRY_ASSIGN(const auto stored, read_metadata_frame(*record.value));
    const auto* info = find_record(RecordFamily::metadata, stored.id);
    if (info == nullptr) {
        return fail(ErrorCode::corrupt_message, "Unknown metadata id {}", stored.id);
    }
    auto object = decoded(info->value, stored.version, stored.body);
    if (!object) {
        return fail(ErrorCode::corrupt_message, "Failed to deserialize record with type {}: {}",
                    stored.id, object.error().message);
    }
    return json::object{{"type", info->name},
                        {"version", static_cast<std::int64_t>(stored.version)},
                        {"data", std::move(*object)}};
}

template <class Message>
Result<std::string> raft_json(ByteView value) {
    TRY_ASSIGN(const auto stored, read_versioned(value));
    TRY_ASSIGN(const auto message, decode<Message>(value, stored.version));
    return json_text(to_json(message, stored.version));
}

Result<std::string> control_json(ControlType type, ByteView value) {
    switch (type) {
        case ControlType::leader_change:
            return raft_json<LeaderChangeMessage>(value);
        case ControlType::snapshot_header:
            return raft_json<SnapshotHeaderRecord>(value);
        case ControlType::snapshot_footer:
            return raft_json<SnapshotFooterRecord>(value);
        case ControlType::kraft_version:
            return raft_json<KRaftVersionRecord>(value);
        case ControlType::kraft_voters:
            return raft_json<VotersRecord>(value);
        case ControlType::abort:
        case ControlType::commit:
        case ControlType::unknown:
            break;
    }
    return std::string();
}

}  // namespace

std::string transaction_state_name(std::int64_t number) {
    const bool known = number >= 0 && static_cast<std::size_t>(number) < transaction_states.size();
    return known ? std::string(transaction_states[static_cast<std::size_t>(number)])
                 : std::to_string(number);
}

Result<RecordText> coordinator_record_text(RecordFamily family, const RecordView& record) {
    if (!record.key) {
        return fail(ErrorCode::invalid_record,
                    "Failed to decode message at offset {} using the specified decoder (message "
                    "had a missing key)",
                    record.offset);
    }
    auto read = read_coordinator_record(family, record);
    if (!read) {
        return RecordText{.key = plain(fmt::format("Error at offset {}, skipping. {}",
                                                   record.offset, read.error().message)),
                          .payload = {}};
    }
    return read;
}

RecordText metadata_record_text(const RecordView& record) {
    const auto read = read_metadata_record(record);
    return {.key = {},
            .payload = read ? json_of(*read)
                            : plain(fmt::format("Error at {}, skipping. {}", record.offset,
                                                read.error().message))};
}

Result<ControlText> control_record_text(const RecordView& record) {
    ControlText control;
    TRY_ASSIGN(control.type, control_type(record.key));
    control.type_id = load_big_endian<std::int16_t>(record.key->data() + sizeof(std::int16_t));
    if (control.type == ControlType::commit || control.type == ControlType::abort) {
        TRY_ASSIGN(const auto marker, end_transaction_marker(record.value));
        control.coordinator_epoch = marker.coordinator_epoch;
    } else if (control.type != ControlType::unknown) {
        TRY_ASSIGN(control.json, control_json(control.type, record.value.value_or(ByteView())));
    }
    return control;
}

}  // namespace barnabas::wire
