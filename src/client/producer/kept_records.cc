#include "client/producer/kept_records.h"

namespace barnabas::client {
namespace {

std::optional<Bytes> copy(const std::optional<ByteView>& bytes) {
    return bytes ? std::optional(to_bytes(*bytes)) : std::nullopt;
}

std::optional<ByteView> view(const std::optional<Bytes>& bytes) {
    return bytes ? std::optional(ByteView(*bytes)) : std::nullopt;
}

}  // namespace

OwnedRecord::OwnedRecord(const ProducerRecordView& record)
    : record_{.topic = std::string(record.topic),
              .partition = record.partition,
              .timestamp = record.timestamp,
              .key = copy(record.key),
              .value = copy(record.value)} {
    for (const auto& header : record.headers) {
        record_.headers.push_back({std::string(header.key), copy(header.value)});
    }
}

ProducerRecordView OwnedRecord::view() const {
    return view_of(record_, headers_);
}

std::size_t OwnedRecord::size() const {
    std::size_t size = sizeof(ProducerRecord) + (record_.key ? record_.key->size() : 0) +
                       (record_.value ? record_.value->size() : 0);
    for (const auto& header : record_.headers) {
        size += sizeof header + header.key.size() + (header.value ? header.value->size() : 0);
    }
    return size;
}

ProducerRecordView view_of(const ProducerRecord& record, std::vector<HeaderView>& headers) {
    headers.clear();
    for (const auto& header : record.headers) {
        headers.push_back({header.key, view(header.value)});
    }
    return {.topic = record.topic,
            .partition = record.partition,
            .timestamp = record.timestamp,
            .key = view(record.key),
            .value = view(record.value),
            .headers = headers};
}

}  // namespace barnabas::client
