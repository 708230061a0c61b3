// The mode produce.
#include "clients/figures.h"
#include "clients/handle.h"
#include "clients/keys.h"
#include "clients/modes.h"
#include "clients/payload.h"

#include <string>
#include <vector>

namespace rdkafka_bench {
namespace {

constexpr std::int64_t records_between_polls = 1024;

struct Record {
    std::string key;  // empty: none
    std::vector<std::uint8_t> payload;
};

/// Hands one record over, waiting for room in the client's queue.
void send(rd_kafka_t* handle, rd_kafka_topic_t* topic, std::int32_t partition, Record& record,
          const Deadline& deadline) {
    const char* key = record.key.empty() ? nullptr : record.key.data();
    while (rd_kafka_produce(topic, partition, RD_KAFKA_MSG_F_COPY, record.payload.data(),
                            record.payload.size(), key, record.key.size(), nullptr) != 0) {
        const auto error = rd_kafka_last_error();
        if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            give_up(rd_kafka_err2str(error));
        }
        deadline.check("waiting for room in the client's queue");
        rd_kafka_poll(handle, 1);
    }
}

}  // namespace

std::string produce(const Options& options) {
    const Deadline deadline(options);
    const OwnPayload payloads(options.size, options.filler);
    const OwnKeys keys(options.keys);
    const Handle handle = make_producer(options);
    const Topic topic = open_topic(options, handle.get());
    Record record{.key = {},
                  .payload = std::vector<std::uint8_t>(static_cast<std::size_t>(options.size))};
    const double start = now();
    std::int32_t partition = 0;
    for (std::int64_t i = 0; i < options.count; ++i) {
        payloads.write(static_cast<std::uint64_t>(i), record.payload);
        record.key = keys.of(static_cast<std::uint64_t>(i));
        send(handle.get(), topic.get(), partition, record, deadline);
        if (++partition == options.partitions) {
            partition = 0;
        }
        if (i % records_between_polls == 0) {
            rd_kafka_poll(handle.get(), 0);
        }
    }
    const auto error = rd_kafka_flush(handle.get(), deadline.left_ms());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        give_up(rd_kafka_err2str(error));
    }
    return throughput_json(options.count, options.count * options.size, now() - start);
}

}  // namespace rdkafka_bench
