#include "cli/records/console_reading.h"

#include "runtime/simulated/simulated_clock.h"
#include "unit/cli/recording_console.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace barnabas::cli {
namespace {

/// Prints offsets; those of `broken` records cannot be printed.
class OffsetFormatter final : public RecordFormatter {
public:
    Result<void> append(const ConsumerRecord& record, std::string& out) const override {
        if (record.offset().get() == broken) {
            return fail(ErrorCode::invalid_record, "that is none");
        }
        out += fmt::format("{}\n", record.offset());
        return {};
    }
    Result<void> append_json(const ConsumerRecord& record, std::string& out) const override {
        out += fmt::format("{{{}}}\n", record.offset());
        return {};
    }
    [[nodiscard]] std::string log_line(const ConsumerRecord& record) const override {
        return logs ? fmt::format("logged {}", record.offset()) : "";
    }

    std::int64_t broken = -1;
    bool logs = false;
};

ConsumerRecords records_from(std::int64_t begin, std::int64_t end) {
    auto chunk = std::make_shared<detail::RecordChunk>();
    chunk->partition = {.topic = "t", .partition = PartitionId(0)};
    for (auto offset = begin; offset < end; ++offset) {
        chunk->entries.emplace_back().offset = offset;
    }
    return ConsumerRecords({std::move(chunk)});
}

/// Answers what a script says; then nothing comes any more, and each wait takes its time.
class ScriptedReader final : public ConsoleReading::Reader {
public:
    ScriptedReader(ConsoleReading& reading, runtime::SimulatedClock& clock)
        : reading_(reading), clock_(clock) {}

    Result<ConsumerRecords> poll(Duration time) override {
        asked.push_back(time);
        if (script.empty()) {
            clock_.advance(time);
            return ConsumerRecords();
        }
        auto next = std::move(script.front());
        script.pop_front();
        return next;
    }
    Result<void> show(const ConsumerRecords& records) override {
        std::string out;
        Result<void> shown;
        for (const auto& record : records) {
            if (shown && !reading_.has_enough()) {
                shown = reading_.append(record, out);
            }
        }
        reading_.print(out);
        return shown;
    }
    void on_printed(const ConsumerRecords& records) override { printed += records.size(); }

    std::deque<Result<ConsumerRecords>> script;
    std::vector<Duration> asked;
    std::size_t printed = 0;

private:
    ConsoleReading& reading_;
    runtime::SimulatedClock& clock_;
};

struct Reading {
    explicit Reading(ReadingLimits limits = {.timeout_ms = 100}, bool json = false)
        : reading({.json = json, .limits = limits, .stopped = [this] { return stopped; }}, console,
                  formatter, clock),
          reader(reading, clock) {}

    /// The exit status.
    int run() { return reading.finish(reading.run(reader)); }

    RecordingConsole console;
    OffsetFormatter formatter;
    runtime::SimulatedClock clock;
    bool stopped = false;
    ConsoleReading reading;
    ScriptedReader reader;
};

TEST(ConsoleReading, EndsWhenThereIsEnough) {
    Reading of({.messages_max = 3, .timeout_ms = 100});
    of.reader.script.emplace_back(records_from(0, 2));
    of.reader.script.emplace_back(records_from(2, 6));
    EXPECT_EQ(of.run(), 0);
    EXPECT_EQ(of.console.output, "0\n1\n2\n");
    EXPECT_EQ(of.console.errors, "Processed a total of 3 messages\n");
    EXPECT_EQ(of.reader.asked.size(), 2U);
    EXPECT_EQ(of.reader.printed, 6U);
    Reading none({.messages_max = 0});
    EXPECT_EQ(none.run(), 0);
    EXPECT_EQ(none.reader.asked.size(), 0U);
}

TEST(ConsoleReading, EndsWhenNothingComesForSoLong) {
    Reading of;
    of.reader.script.emplace_back(records_from(0, 1));
    of.reader.script.emplace_back(ConsumerRecords());
    EXPECT_EQ(of.run(), 0);
    EXPECT_EQ(of.console.output, "0\n");
    EXPECT_EQ(of.reader.asked, std::vector<Duration>(3, Duration(100ms)));
    EXPECT_NE(of.console.errors.find("no record came within 100 ms"), std::string::npos);
    EXPECT_TRUE(of.console.errors.ends_with("Processed a total of 1 messages\n"));
}

TEST(ConsoleReading, ToldErrorsEndItAndAllIsWell) {
    Reading of;
    of.reader.script.emplace_back(fail(ErrorCode::topic_authorization_failed, "not for you"));
    EXPECT_EQ(of.run(), 0);
    EXPECT_TRUE(of.console.errors.starts_with(
        "ERROR Error processing message, terminating consumer process: "));
    EXPECT_NE(of.console.errors.find("not for you"), std::string::npos);
}

TEST(ConsoleReading, ARecordThatCannotBePrintedIsAnError) {
    Reading of;
    of.formatter.broken = 1;
    of.formatter.logs = true;
    of.reader.script.emplace_back(records_from(0, 3));
    EXPECT_EQ(of.run(), 1);
    EXPECT_EQ(of.console.output, "0\n");
    EXPECT_TRUE(of.console.errors.starts_with("logged 0\nProcessed a total of 2 messages\nERROR "))
        << of.console.errors;
    EXPECT_EQ(of.reader.printed, 3U) << "what was printed before counts";
}

TEST(ConsoleReading, ASignalEndsItInSilence) {
    Reading of;
    of.stopped = true;
    EXPECT_EQ(of.run(), 0);
    EXPECT_EQ(of.console.errors, "Processed a total of 0 messages\n");
}

TEST(ConsoleReading, PrintsJsonWhereThatIsAskedFor) {
    Reading of({.messages_max = 1}, true);
    of.reader.script.emplace_back(records_from(7, 8));
    EXPECT_EQ(of.run(), 0);
    EXPECT_EQ(of.console.output, "{7}\n");
}

}  // namespace
}  // namespace barnabas::cli
