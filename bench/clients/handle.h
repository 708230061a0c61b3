#pragma once

#include "clients/options.h"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <librdkafka/rdkafka.h>
#include <memory>
#include <string>
#include <utility>

namespace rdkafka_bench {

struct Destroy {
    void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
    void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
    void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
};
using Handle = std::unique_ptr<rd_kafka_t, Destroy>;
using Topic = std::unique_ptr<rd_kafka_topic_t, Destroy>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Destroy>;

using Properties = std::initializer_list<std::pair<const char*, std::string>>;

/// Called for each delivery report, on the thread that polls.
using OnDelivery = void (*)(const rd_kafka_message_t& message, void* context);

/// A client of the options' broker with `properties`, and the options' --conf over them.
/// With `on_delivery`, it is told of each record and is given `context`.
Handle make_handle(rd_kafka_type_t type, const Options& options, Properties properties,
                   OnDelivery on_delivery = nullptr, void* context = nullptr);

/// A producer with the options' acks, batch size, linger and codec; without `on_delivery`, reports
/// come for failures alone and end the process.
Handle make_producer(const Options& options, OnDelivery on_delivery = nullptr,
                     void* context = nullptr);

/// A consumer of single partitions (no group): large queues, so that it never stops fetching.
Handle make_consumer(const Options& options);

/// The options' topic; returns when the client knows its partitions and the leader of each.
Topic open_topic(const Options& options, rd_kafka_t* handle);

/// Starts to read all partitions of the options' topic from `offset` into one queue.
Queue start_reading(const Options& options, rd_kafka_t* handle, rd_kafka_topic_t* topic,
                    std::int64_t offset);

/// Likewise from the end that each partition has now: what is written later is all that comes.
Queue start_reading_from_end(const Options& options, rd_kafka_t* handle, rd_kafka_topic_t* topic);

/// Monotonic seconds, and the moment when the options' time is over.
double now();
class Deadline {
public:
    explicit Deadline(const Options& options) : end_(now() + double(options.timeout_s)) {}
    /// Gives up if the time is over; `what` ends the sentence "out of time ...".
    void check(const char* what) const;
    int left_ms() const;

private:
    double end_;
};

}  // namespace rdkafka_bench
