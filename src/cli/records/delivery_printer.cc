#include "cli/records/delivery_printer.h"

#include "base/json_text.h"
#include "cli/common/java_errors.h"

#include <utility>

namespace barnabas::cli {
namespace {

std::string size_text(std::optional<std::size_t> size) {
    return size ? fmt::format("{} bytes", *size) : "null";
}

}  // namespace

DeliveryPrinter::DeliveryPrinter(Console& console)
    : console_(console), thread_([this] { run(); }) {}

void DeliveryPrinter::finish() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void DeliveryPrinter::put(Line line) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(line));
    }
    changed_.notify_all();
}

bool DeliveryPrinter::wait_for_room() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return unread_ || waiting_.size() <= lines_max; });
    return !unread_;
}

void DeliveryPrinter::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
        if (waiting_.empty()) {
            return;
        }
        const auto lines = std::exchange(waiting_, {});
        lock.unlock();
        const bool read = print(lines);
        lock.lock();
        unread_ = unread_ || !read;
        changed_.notify_all();
    }
}

bool DeliveryPrinter::print(const std::deque<Line>& lines) {
    const std::lock_guard lock(printing_);
    for (const auto& line : lines) {
        if (line.is_error) {
            console_.error_line(line.text);
        } else {
            console_.line(line.text);
        }
    }
    return console_.flush();
}

std::string acknowledged_json(const RecordMetadata& record) {
    return JsonLine()
        .add("topic", record.topic)
        .add("partition", record.partition.get())
        .add("offset", record.offset.get())
        .add("timestamp", record.timestamp.get())
        .text();
}

std::string undelivered_text(const std::string& topic, std::optional<std::size_t> key_size,
                             std::optional<std::size_t> value_size, const Error& error) {
    return fmt::format(
        "ERROR Error when sending message to topic {} with key: {}, value: {} with error: {}",
        topic, size_text(key_size), size_text(value_size), java_text(error));
}

}  // namespace barnabas::cli
