#include "clients/handle.h"

#include <algorithm>
#include <chrono>

namespace rdkafka_bench {
namespace {

constexpr int metadata_timeout_ms = 10'000;

struct DeliveryTarget {
    OnDelivery on_delivery;
    void* context;
};

void delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    const auto& target = *static_cast<const DeliveryTarget*>(opaque);
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        give_up(std::string("a record was not written: ") + rd_kafka_err2str(message->err));
    }
    if (target.on_delivery != nullptr) {
        target.on_delivery(*message, target.context);
    }
}

void set(rd_kafka_conf_t* conf, const char* name, const std::string& value) {
    char reason[512];
    if (rd_kafka_conf_set(conf, name, value.c_str(), reason, sizeof reason) != RD_KAFKA_CONF_OK) {
        give_up(reason);
    }
}

/// Whether every partition has a leader; `metadata` names one topic.
bool all_led(const rd_kafka_metadata_topic& topic, std::int32_t partitions) {
    if (topic.err != RD_KAFKA_RESP_ERR_NO_ERROR || topic.partition_cnt != partitions) {
        return false;
    }
    return std::all_of(topic.partitions, topic.partitions + topic.partition_cnt,
                       [](const auto& partition) { return partition.leader >= 0; });
}

}  // namespace

Handle make_handle(rd_kafka_type_t type, const Options& options, Properties properties,
                   OnDelivery on_delivery, void* context) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", options.bootstrap);
    set(conf, "broker.address.family", "v4");
    // A broker that answers in a fraction of a millisecond must not wait for Nagle's algorithm.
    set(conf, "socket.nagle.disable", "true");
    for (const auto& [name, value] : properties) {
        set(conf, name, value);
    }
    for (const auto& [name, value] : options.properties) {
        set(conf, name.c_str(), value);
    }
    if (type == RD_KAFKA_PRODUCER) {
        // librdkafka reads this as long as the client lives, which is until the process ends.
        rd_kafka_conf_set_opaque(conf, new DeliveryTarget{on_delivery, context});
        rd_kafka_conf_set_dr_msg_cb(conf, delivered);
    }
    char reason[512];
    rd_kafka_t* handle = rd_kafka_new(type, conf, reason, sizeof reason);
    if (handle == nullptr) {
        give_up(reason);
    }
    return Handle(handle);
}

Handle make_producer(const Options& options, OnDelivery on_delivery, void* context) {
    return make_handle(RD_KAFKA_PRODUCER, options,
                       {{"acks", options.acks},
                        {"compression.codec", options.codec},
                        {"batch.size", std::to_string(options.batch_bytes)},
                        {"batch.num.messages", "100000"},
                        {"linger.ms", options.linger_ms},
                        {"queue.buffering.max.messages", "500000"},
                        {"queue.buffering.max.kbytes", "131072"},
                        {"delivery.report.only.error", on_delivery == nullptr ? "true" : "false"}},
                       on_delivery, context);
}

Handle make_consumer(const Options& options) {
    return make_handle(RD_KAFKA_CONSUMER, options,
                       {{"fetch.wait.max.ms", "500"},
                        {"fetch.message.max.bytes", "1048576"},
                        {"queued.min.messages", "10000000"},
                        {"queued.max.messages.kbytes", "2000000"},
                        {"enable.partition.eof", "false"}});
}

Topic open_topic(const Options& options, rd_kafka_t* handle) {
    Topic topic(rd_kafka_topic_new(handle, options.topic.c_str(), nullptr));
    if (!topic) {
        give_up("cannot open topic " + options.topic);
    }
    const Deadline deadline(options);
    for (;;) {
        const rd_kafka_metadata_t* metadata = nullptr;
        const auto error =
            rd_kafka_metadata(handle, 0, topic.get(), &metadata, metadata_timeout_ms);
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
            give_up(rd_kafka_err2str(error));
        }
        const bool ready =
            metadata->topic_cnt == 1 && all_led(metadata->topics[0], options.partitions);
        rd_kafka_metadata_destroy(metadata);
        if (ready) {
            return topic;
        }
        deadline.check("waiting for the topic's leaders");
        rd_kafka_poll(handle, 20);
    }
}

Queue start_reading(const Options& options, rd_kafka_t* handle, rd_kafka_topic_t* topic,
                    std::int64_t offset) {
    Queue queue(rd_kafka_queue_new(handle));
    for (std::int32_t partition = 0; partition < options.partitions; ++partition) {
        if (rd_kafka_consume_start_queue(topic, partition, offset, queue.get()) != 0) {
            give_up(rd_kafka_err2str(rd_kafka_last_error()));
        }
    }
    return queue;
}

Queue start_reading_from_end(const Options& options, rd_kafka_t* handle, rd_kafka_topic_t* topic) {
    Queue queue(rd_kafka_queue_new(handle));
    for (std::int32_t partition = 0; partition < options.partitions; ++partition) {
        // Asked for now: RD_KAFKA_OFFSET_END would be found out when the first record is there.
        std::int64_t begin = 0;
        std::int64_t end = 0;
        const auto error = rd_kafka_query_watermark_offsets(
            handle, options.topic.c_str(), partition, &begin, &end, metadata_timeout_ms);
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
            give_up(rd_kafka_err2str(error));
        }
        if (rd_kafka_consume_start_queue(topic, partition, end, queue.get()) != 0) {
            give_up(rd_kafka_err2str(rd_kafka_last_error()));
        }
    }
    return queue;
}

double now() {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double>(since).count();
}

void Deadline::check(const char* what) const {
    if (now() > end_) {
        give_up(std::string("out of time ") + what);
    }
}

int Deadline::left_ms() const {
    return std::max(0, static_cast<int>((end_ - now()) * 1000));
}

}  // namespace rdkafka_bench
