#include "client/client_log.h"

#include <barnabas/admin.h>
#include <barnabas/consumer.h>
#include <barnabas/producer.h>
#include <barnabas/share_consumer.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace barnabas {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// What was logged, as "LEVEL [client] text".
struct HeardLines {
    std::vector<std::string> lines;

    ClientLog log(ClientLogLevel least = ClientLogLevel::warning) {
        return {.write =
                    [this](const ClientLogLine& line) {
                        lines.push_back(fmt::format("{} [{}] {}", client_log_level_name(line.level),
                                                    line.client, line.text));
                    },
                .least = least};
    }
};

void log_at_every_level(const Logger& log) {
    log.debug("a {}", 1);
    log.info("b {}", 2);
    log.warn("c {}", 3);
    log.error("d {}", 4);
}

TEST(ClientLog, GivesTheUserWhatMatters) {
    HeardLines heard;
    const Logger log = client::log_of(client::make_logger(heard.log()), "producer", "producer-1");
    log_at_every_level(log);
    EXPECT_THAT(heard.lines,
                ElementsAre("WARN [producer producer-1] c 3", "ERROR [producer producer-1] d 4"));
    heard.lines.clear();
    log_at_every_level(
        client::log_of(client::make_logger(heard.log(ClientLogLevel::debug)), "admin client", ""));
    EXPECT_THAT(heard.lines, ElementsAre("DEBUG [admin client] a 1", "INFO [admin client] b 2",
                                         "WARN [admin client] c 3", "ERROR [admin client] d 4"));
}

TEST(ClientLog, KeepsALineOneLine) {
    HeardLines heard;
    client::make_logger(heard.log()).warn("{}", "a broker says \"x\r\ny\"");
    EXPECT_THAT(heard.lines, ElementsAre("WARN [client] a broker says \"x  y\""));
}

TEST(ClientLog, GoesToStandardErrorUnlessSomebodyListens) {
    ::testing::internal::CaptureStderr();
    log_at_every_level(client::log_of(client::make_logger({}), "consumer", "c"));
    EXPECT_THAT(::testing::internal::GetCapturedStderr(),
                AllOf(HasSubstr(" warning [consumer c] c 3\n"),
                      HasSubstr(" error   [consumer c] d"), ::testing::Not(HasSubstr("b 2"))));
    ::testing::internal::CaptureStderr();
    log_at_every_level(client::make_logger(ClientLog::silent()));
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

/// The log of an event loop is that of all clients on it, and is written on the loop's thread.
TEST(ClientLog, IsToldOnceOfNamesWithoutEffect) {
    struct Row {
        std::string client;
        std::string ignored;
        std::function<Result<>(ClientConfig, std::shared_ptr<EventLoop>)> make;
    };
    const auto outcome = [](const auto& made) {
        return made ? Result<>() : Result<>(std::unexpected(made.error()));
    };
    const Row rows[] = {
        {"producer p", "key.serializer",
         [&](ClientConfig set, std::shared_ptr<EventLoop> loop) {
             return outcome(Producer::create(set, std::move(loop)));
         }},
        {"consumer p", "key.deserializer",
         [&](ClientConfig set, std::shared_ptr<EventLoop> loop) {
             return outcome(Consumer::create(std::move(set), std::move(loop)));
         }},
        {"share consumer p", "key.deserializer",
         [&](ClientConfig set, std::shared_ptr<EventLoop> loop) {
             set["group.id"] = "g";
             return outcome(ShareConsumer::create(std::move(set), std::move(loop)));
         }},
        {"admin client p", "metric.reporters",
         [&](ClientConfig set, std::shared_ptr<EventLoop> loop) {
             return outcome(Admin::create(std::move(set), std::move(loop)));
         }},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.client);
        std::vector<std::string> lines;
        std::vector<std::thread::id> threads;
        auto loop = EventLoop::start({.write = [&](const ClientLogLine& line) {
            if (line.text.contains("has no effect")) {  // besides: nobody is there to connect to
                lines.push_back(fmt::format("[{}] {}", line.client, line.text));
                threads.push_back(std::this_thread::get_id());
            }
        }});
        ASSERT_TRUE(loop);
        std::thread::id loops;
        (*loop)->post([&loops] { loops = std::this_thread::get_id(); });
        const ClientConfig set{
            {"bootstrap.servers", "127.0.0.1:1"}, {"client.id", "p"}, {row.ignored, "org.X"}};
        EXPECT_TRUE(row.make(set, *loop));
        const ClientConfig plain{{"bootstrap.servers", "127.0.0.1:1"}, {"client.id", "p"}};
        EXPECT_TRUE(row.make(plain, *loop));
        loop->reset();
        const std::string said = fmt::format("[{}] {} has no effect: ", row.client, row.ignored);
        EXPECT_THAT(lines, ElementsAre(HasSubstr(said)));
        EXPECT_THAT(threads, ElementsAre(loops));
    }
}

}  // namespace
}  // namespace barnabas
