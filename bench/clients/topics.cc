// The modes create and delete.
#include "clients/handle.h"
#include "clients/modes.h"

#include <fmt/format.h>

#include <thread>

namespace rdkafka_bench {
namespace {

constexpr std::size_t reason_bytes = 512;

/// Waits for the one answer on `queue` and gives up if it is an error. `results_of` picks the
/// results of the event's kind.
template <class ResultsOf>
void await_answer(rd_kafka_queue_t* queue, const Deadline& deadline, ResultsOf results_of) {
    rd_kafka_event_t* event = rd_kafka_queue_poll(queue, deadline.left_ms());
    if (event == nullptr) {
        give_up("no answer about the topic");
    }
    if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        give_up(rd_kafka_event_error_string(event));
    }
    std::size_t count = 0;
    const auto* results = results_of(event, &count);
    for (std::size_t i = 0; i < count; ++i) {
        if (rd_kafka_topic_result_error(results[i]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
            const char* text = rd_kafka_topic_result_error_string(results[i]);
            give_up(text != nullptr ? text
                                    : rd_kafka_err2str(rd_kafka_topic_result_error(results[i])));
        }
    }
    rd_kafka_event_destroy(event);
}

void create(rd_kafka_t* handle, const Options& options, const Deadline& deadline) {
    char reason[reason_bytes];
    rd_kafka_NewTopic_t* topic =
        rd_kafka_NewTopic_new(options.topic.c_str(), options.partitions, 1, reason, sizeof reason);
    if (topic == nullptr) {
        give_up(reason);
    }
    for (const auto& [name, value] : options.topic_properties) {
        rd_kafka_NewTopic_set_config(topic, name.c_str(), value.c_str());
    }
    const Queue queue(rd_kafka_queue_new(handle));
    // The default answers only after 60 s at most; a broker may take long for many partitions.
    rd_kafka_AdminOptions_t* admin =
        rd_kafka_AdminOptions_new(handle, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_AdminOptions_set_request_timeout(admin, deadline.left_ms(), reason, sizeof reason);
    rd_kafka_CreateTopics(handle, &topic, 1, admin, queue.get());
    await_answer(queue.get(), deadline, [](rd_kafka_event_t* event, std::size_t* count) {
        return rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event),
                                                   count);
    });
    rd_kafka_AdminOptions_destroy(admin);
    rd_kafka_NewTopic_destroy(topic);
}

/// Whether every partition tells its first offset.
bool all_answer(rd_kafka_t* handle, const Options& options, const Deadline& deadline) {
    auto* list = rd_kafka_topic_partition_list_new(options.partitions);
    rd_kafka_topic_partition_list_add_range(list, options.topic.c_str(), 0, options.partitions - 1);
    for (int i = 0; i < list->cnt; ++i) {
        list->elems[i].offset = RD_KAFKA_OFFSET_BEGINNING;
    }
    const auto error = rd_kafka_offsets_for_times(handle, list, deadline.left_ms());
    bool all = error == RD_KAFKA_RESP_ERR_NO_ERROR;
    for (int i = 0; i < list->cnt; ++i) {
        all = all && list->elems[i].err == RD_KAFKA_RESP_ERR_NO_ERROR && list->elems[i].offset == 0;
    }
    rd_kafka_topic_partition_list_destroy(list);
    return all;
}

}  // namespace

std::string delete_topic(const Options& options) {
    const Deadline deadline(options);
    const Handle handle = make_handle(RD_KAFKA_PRODUCER, options, {});
    const Queue queue(rd_kafka_queue_new(handle.get()));
    rd_kafka_DeleteTopic_t* topic = rd_kafka_DeleteTopic_new(options.topic.c_str());
    rd_kafka_DeleteTopics(handle.get(), &topic, 1, nullptr, queue.get());
    await_answer(queue.get(), deadline, [](rd_kafka_event_t* event, std::size_t* count) {
        return rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event),
                                                   count);
    });
    rd_kafka_DeleteTopic_destroy(topic);
    return R"({"deleted":true})";
}

std::string create_topic(const Options& options) {
    const Deadline deadline(options);
    const Handle handle = make_handle(RD_KAFKA_PRODUCER, options, {});
    const rd_kafka_metadata_t* metadata = nullptr;  // so that connecting is not part of the figure
    const auto error = rd_kafka_metadata(handle.get(), 0, nullptr, &metadata, deadline.left_ms());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        give_up(rd_kafka_err2str(error));
    }
    rd_kafka_metadata_destroy(metadata);
    const double start = now();
    create(handle.get(), options, deadline);
    const double answered = now();
    const Topic topic = open_topic(options, handle.get());
    const double led = now();
    while (!all_answer(handle.get(), options, deadline)) {
        deadline.check("waiting for all partitions to answer");
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return fmt::format(R"({{"seconds":{:.6f},"created_s":{:.6f},"led_s":{:.6f}}})", now() - start,
                       answered - start, led - start);
}

}  // namespace rdkafka_bench
