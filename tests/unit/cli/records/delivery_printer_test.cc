#include "cli/records/delivery_printer.h"

#include "unit/cli/recording_console.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace barnabas::cli {
namespace {

/// A console that nobody reads any more.
class ClosedConsole final : public Console {
public:
    void write(std::string_view /*text*/) override {}
    void write_error(std::string_view /*text*/) override {}
    [[nodiscard]] bool flush() override { return false; }
    std::optional<std::string> read_line() override { return std::nullopt; }
    [[nodiscard]] bool is_terminal() const override { return false; }
};

TEST(DeliveryPrinter, PrintsWhatAllThreadsSay) {
    RecordingConsole console;
    {
        DeliveryPrinter printer(console);
        std::thread other([&printer] { printer.error_line("bad"); });
        printer.line("one");
        printer.line("two");
        EXPECT_TRUE(printer.wait_for_room());
        other.join();
        printer.with_console([](Console& shared) { shared.write(""); });
    }
    EXPECT_EQ(console.output, "one\ntwo\n");
    EXPECT_EQ(console.errors, "bad\n");
}

TEST(DeliveryPrinter, PrintsNothingAfterItsEnd) {
    RecordingConsole console;
    DeliveryPrinter printer(console);
    printer.line("one");
    printer.finish();
    printer.line("late");
    EXPECT_EQ(console.output, "one\n");
}

TEST(DeliveryPrinter, HoldsUpWhoeverSendsFaster) {
    RecordingConsole console;
    DeliveryPrinter printer(console);
    for (std::size_t i = 0; i < 3 * DeliveryPrinter::lines_max; ++i) {
        ASSERT_TRUE(printer.wait_for_room());
        printer.line("x");
    }
    printer.finish();
    EXPECT_EQ(console.output.size(), 6 * DeliveryPrinter::lines_max);
}

TEST(DeliveryPrinter, SaysWhenNobodyReads) {
    ClosedConsole console;
    DeliveryPrinter printer(console);
    printer.line("one");
    printer.finish();
    EXPECT_FALSE(printer.wait_for_room());
}

TEST(DeliveryPrinter, HasKafkasWordsForWhatFailed) {
    const Error error{ErrorCode::request_timed_out, "too late"};
    EXPECT_EQ(undelivered_text("t", std::nullopt, 3, error),
              "ERROR Error when sending message to topic t with key: null, value: 3 bytes with "
              "error: org.apache.kafka.common.errors.TimeoutException: too late");
    EXPECT_EQ(acknowledged_json({.topic = "t",
                                 .partition = PartitionId(1),
                                 .offset = Offset(2),
                                 .timestamp = Timestamp(3)}),
              R"({"topic":"t","partition":1,"offset":2,"timestamp":3})");
}

}  // namespace
}  // namespace barnabas::cli
