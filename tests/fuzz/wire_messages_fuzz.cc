// The first byte chooses what the rest is: a request's body, a response's, a request frame, or the
// value or key of a stored record; then which API or record (by its place in the table), then the
// version. What decodes must encode, and decode to an equal object again; the same through JSON.
#include "base/invariant.h"
#include "fuzz/input.h"
#include "wire/api.h"
#include "wire/headers.h"
#include "wire/json.h"
#include "wire/persisted/framing.h"
#include "wire/persisted/registry.h"

#include <boost/json.hpp>

#include <algorithm>

namespace barnabas::wire {
namespace {

enum class Kind : std::uint8_t { request, response, frame, stored_value, stored_key, count };

constexpr RecordFamily families[] = {RecordFamily::metadata, RecordFamily::remote_log,
                                     RecordFamily::group, RecordFamily::transaction,
                                     RecordFamily::share};

void expect_again(const MessageInfo& info, std::int16_t version, const void* object) {
    const auto& schema = info.schema();
    const auto layout = info.layout(version);
    Output output;
    encode_struct(schema, layout, object, output);
    const auto again = info.make();
    const auto taken = decode_struct(schema, layout, output.bytes.view(), again.get());
    INVARIANT(taken && *taken == output.bytes.size(), "{} v{} is not read again", info.name,
              version);
    INVARIANT(equal_structs(schema, version, object, again.get()), "{} v{} differs", info.name,
              version);

    JsonBytes bytes;
    const auto from = info.make();
    const auto read =
        from_json(schema, version, to_json(schema, version, object), from.get(), bytes);
    INVARIANT(read, "{} v{} from JSON: {}", info.name, version, read.error().message);
    INVARIANT(equal_structs(schema, version, object, from.get()), "{} v{} differs from JSON",
              info.name, version);
}

void try_message(const MessageInfo& info, std::int16_t version, ByteView body) {
    const auto object = info.make();
    if (decode_struct(info.schema(), info.layout(version), body, object.get())) {
        expect_again(info, version, object.get());
    }
}

std::int16_t version_in(Versions versions, std::uint8_t choice) {
    const int count = versions.last - versions.first + 1;
    return static_cast<std::int16_t>(versions.first + choice % count);
}

void try_api(Direction direction, std::uint8_t which, std::uint8_t version, ByteView body) {
    const auto apis = all_apis();
    const auto& info = apis[which % apis.size()].message(direction);
    try_message(info, version_in(info.versions, version), body);
}

/// As a broker takes it: the header says what the body is.
void try_frame(ByteView frame) {
    const auto read = read_request_header(frame);
    if (read) {
        const auto& info = find_api(read->header.request_api_key)->request;
        if (info.versions.contains(read->header.request_api_version)) {
            try_message(info, read->header.request_api_version, frame.subspan(read->size));
        }
    }
}

void try_value(RecordFamily family, std::uint8_t which, ByteView value) {
    const bool framed = family == RecordFamily::metadata || family == RecordFamily::remote_log;
    const auto records = all_records(family);
    const auto& keyed = records[which % records.size()];
    const auto stored = framed ? read_metadata_frame(value) : read_versioned(value, keyed.id);
    const auto* record = stored ? find_record(family, stored->id) : nullptr;
    if (record != nullptr && record->value.versions.contains(stored->version)) {
        try_message(record->value, stored->version, stored->body);
    }
}

void try_key(RecordFamily family, ByteView key) {
    const auto stored = read_coordinator_key(key);
    const auto* record = stored ? find_record(family, stored->id) : nullptr;
    if (record != nullptr && record->key) {
        try_message(*record->key, 0, stored->body);
    }
}

}  // namespace
}  // namespace barnabas::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace barnabas::wire;
    barnabas::fuzzing::Input input{data, size};
    const auto kind = static_cast<Kind>(input.byte() % static_cast<unsigned>(Kind::count));
    const auto which = input.byte();
    const auto version = input.byte();
    const auto family = families[version % std::size(families)];
    switch (kind) {
        case Kind::request:
            try_api(Direction::request, which, version, input.rest());
            break;
        case Kind::response:
            try_api(Direction::response, which, version, input.rest());
            break;
        case Kind::frame:
            try_frame(input.rest());
            break;
        case Kind::stored_value:
            try_value(family, which, input.rest());
            break;
        case Kind::stored_key:
            try_key(family, input.rest());
            break;
        case Kind::count:
            break;
    }
    return 0;
}
