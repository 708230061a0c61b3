#pragma once

#include "base/result.h"
#include "cli/framework/console.h"
#include <barnabas/producer_record.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace barnabas::cli {

/// Tells of records on a thread of its own, so that whoever reads slowly does not hold up the event
/// loop on which records are acknowledged. The console is this object's while it lives, but for
/// with_console(). Safe on every thread.
class DeliveryPrinter {
public:
    explicit DeliveryPrinter(Console& console);
    DeliveryPrinter(const DeliveryPrinter&) = delete;
    DeliveryPrinter& operator=(const DeliveryPrinter&) = delete;
    ~DeliveryPrinter() { finish(); }

    /// To be printed soon; does not block.
    void line(std::string text) { put({.text = std::move(text), .is_error = false}); }
    void error_line(std::string text) { put({.text = std::move(text), .is_error = true}); }

    /// Waits while more than `lines_max` wait to be printed: before more is sent that will be told
    /// of. False when nobody reads standard output any more.
    [[nodiscard]] bool wait_for_room();

    /// Prints now, between two lines.
    template <class Print>
    void with_console(Print print) {
        const std::lock_guard lock(printing_);
        print(console_);
    }

    /// Prints what is left, and nothing of what comes later. By one thread.
    void finish();

    static constexpr std::size_t lines_max = 10'000;

private:
    struct Line {
        std::string text;
        bool is_error = false;
    };

    void put(Line line);
    void run();
    [[nodiscard]] bool print(const std::deque<Line>& lines);

    Console& console_;
    std::mutex printing_;
    std::mutex mutex_;  ///< of what follows
    std::condition_variable changed_;
    std::deque<Line> waiting_;
    bool ending_ = false;
    bool unread_ = false;
    std::thread thread_;
};

/// One JSON object of an acknowledged record.
[[nodiscard]] std::string acknowledged_json(const RecordMetadata& record);

/// What Kafka's ErrorLoggingCallback logs of a record that could not be delivered; no size: null.
[[nodiscard]] std::string undelivered_text(const std::string& topic,
                                           std::optional<std::size_t> key_size,
                                           std::optional<std::size_t> value_size,
                                           const Error& error);

}  // namespace barnabas::cli
