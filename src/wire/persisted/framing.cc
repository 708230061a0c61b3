#include "wire/persisted/framing.h"

#include "wire/reader.h"
#include "wire/writer.h"

#include <limits>

namespace barnabas::wire {
namespace {

constexpr std::uint32_t metadata_frame_version = 1;
constexpr std::uint32_t int16_max = std::numeric_limits<std::int16_t>::max();

Result<StoredRecord> behind(const Reader& reader, std::int16_t id, std::int16_t version) {
    if (!reader.ok()) {
        return fail(ErrorCode::corrupt_message, "a stored record: {}", reader.error());
    }
    return StoredRecord{.id = id, .version = version, .body = {reader.position(), reader.left()}};
}

}  // namespace

Result<StoredRecord> read_metadata_frame(ByteView value) {
    Reader reader(value);
    const auto frame = reader.unsigned_varint();
    if (reader.ok() && frame != metadata_frame_version) {
        return fail(ErrorCode::corrupt_message, "a metadata record's frame has version {}, not {}",
                    frame, metadata_frame_version);
    }
    const auto id = reader.unsigned_varint();
    const auto version = reader.unsigned_varint();
    if (id > int16_max || version > int16_max) {
        return fail(ErrorCode::corrupt_message, "a metadata record has id {} and version {}", id,
                    version);
    }
    return behind(reader, static_cast<std::int16_t>(id), static_cast<std::int16_t>(version));
}

void write_metadata_frame(std::int16_t id, std::int16_t version, Output& output) {
    Writer writer(output.bytes);
    writer.unsigned_varint(metadata_frame_version);
    writer.unsigned_varint(static_cast<std::uint32_t>(id));
    writer.unsigned_varint(static_cast<std::uint32_t>(version));
}

Result<StoredRecord> read_coordinator_key(ByteView key) {
    Reader reader(key);
    const auto id = reader.integer<std::int16_t>();
    return behind(reader, id, 0);
}

Result<StoredRecord> read_versioned(ByteView value, std::int16_t id) {
    Reader reader(value);
    const auto version = reader.integer<std::int16_t>();
    return behind(reader, id, version);
}

void write_int16(std::int16_t number, Output& output) {
    Writer(output.bytes).integer(number);
}

}  // namespace barnabas::wire
