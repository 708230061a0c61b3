// What a consumer reads of what others wrote: the subscriptions and assignments of a group's
// members, and the batches of a fetch.
#include "client/consumer/consumer_protocol.h"
#include "client/consumer/fetched_records.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace barnabas;
using namespace barnabas::client;

namespace {

void check(bool condition) {
    if (!condition) {
        std::abort();
    }
}

/// What is read once is written and read again as the same.
void read_protocol(ByteView bytes) {
    if (const auto subscription = decode_subscription(bytes)) {
        const auto again = decode_subscription(encode_subscription(*subscription).view());
        check(again && again->generation == subscription->generation &&
              again->owned.size() == subscription->owned.size());
    }
    if (const auto assigned = decode_assignment(bytes)) {
        const auto again = decode_assignment(encode_assignment(*assigned).view());
        check(again && again->partitions.size() == assigned->partitions.size());
    }
}

void read_records(ByteView bytes, DecodeOptions options, std::size_t step) {
    DecodeTools tools;
    FetchedRecords records({.partition = {.topic = "t", .partition = PartitionId{0}},
                            .stamp = 1,
                            .fetch_offset = Offset{3},
                            .records = bytes,
                            .owner = nullptr,
                            .aborted = {{.producer = ProducerId{1}, .first_offset = Offset{4}}}},
                           options);
    Offset last = records.next().offset;
    std::size_t sum = 0;
    while (!records.drained()) {
        const auto chunk = records.take(step, tools);
        check(records.next().offset >= last);
        last = records.next().offset;
        if (!chunk) {
            break;
        }
        if (!*chunk) {
            continue;
        }
        const ConsumerRecords all({*chunk});
        check(all.size() <= step);
        for (const auto& record : all) {
            check(record.offset() >= Offset{3} && record.offset() < last);
            sum += record.key().size() + record.value().size();
            for (const auto& header : record.headers()) {
                sum += header.key.size() + (header.value ? header.value->size() : 0);
            }
        }
    }
    check(sum < (std::size_t{1} << 40));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const ByteView bytes(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
    const auto mode = data[0];
    if (mode % 4 == 0) {
        read_protocol(bytes);
    } else {
        read_records(bytes,
                     {.check_crcs = false,
                      .isolation = mode % 2 == 0 ? IsolationLevel::read_committed
                                                 : IsolationLevel::read_uncommitted},
                     1 + mode % 7);
    }
    return 0;
}
