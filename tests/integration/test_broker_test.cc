// Brokers inside of this process, with our own clients beside them.
#include <barnabas/admin.h>
#include <barnabas/consumer.h>
#include <barnabas/producer.h>
#include <barnabas/test_broker.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <utility>
#include <vector>

namespace barnabas {
namespace {

using ::testing::HasSubstr;
using Clock = std::chrono::steady_clock;

constexpr Duration patience = 30s;

/// The value, or the end of the test.
template <class T>
T good(Result<T> result) {
    if (!result) {
        throw std::runtime_error(
            fmt::format("{}: {}", error_name(result.error().code), result.error().message));
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*result);
    }
}

void send(const TestBroker& broker, const std::string& topic, int from, int to) {
    auto producer = good(Producer::create({{"bootstrap.servers", broker.bootstrap()}}));
    std::vector<Future<RecordMetadata>> sent;
    for (int i = from; i < to; ++i) {
        sent.push_back(producer.send(ProducerRecord{
            .topic = topic, .partition = PartitionId{0}, .value = to_bytes(fmt::format("{}", i))}));
    }
    for (auto& future : sent) {
        good(future.get());
    }
}

/// The values of the first `count` records that `consumer` gets.
std::vector<std::string> read(Consumer& consumer, std::size_t count) {
    std::vector<std::string> values;
    const auto deadline = Clock::now() + patience;
    while (values.size() < count && Clock::now() < deadline) {
        for (const auto& record : good(consumer.poll(100ms))) {
            values.emplace_back(record.value_text());
        }
    }
    return values;
}

std::vector<std::string> read(const TestBroker& broker, const std::string& topic,
                              std::size_t count) {
    auto consumer = good(Consumer::create(
        {{"bootstrap.servers", broker.bootstrap()}, {"auto.offset.reset", "earliest"}}));
    good(consumer.assign({{topic, PartitionId{0}}}));
    return read(consumer, count);
}

std::vector<std::string> numbers(int from, int to) {
    std::vector<std::string> texts;
    for (int i = from; i < to; ++i) {
        texts.push_back(fmt::format("{}", i));
    }
    return texts;
}

std::string cluster_id(const TestBroker& broker) {
    auto admin = good(Admin::create({{"bootstrap.servers", broker.bootstrap()}}));
    return good(admin.describe_cluster().get()).cluster_id;
}

TEST(TestBroker, ServesSeveralClustersInOneProcess) {
    std::vector<TestBroker> brokers;
    for (int i = 0; i < 3; ++i) {
        brokers.push_back(good(TestBroker::start()));
    }
    std::set<std::string> ids;
    std::set<std::uint16_t> ports;
    for (int i = 0; i < 3; ++i) {
        send(brokers[static_cast<std::size_t>(i)], "numbers", 10 * i, 10 * i + 10);
    }
    for (int i = 0; i < 3; ++i) {
        const auto& broker = brokers[static_cast<std::size_t>(i)];
        EXPECT_EQ(read(broker, "numbers", 10), numbers(10 * i, 10 * i + 10));
        ids.insert(cluster_id(broker));
        ports.insert(broker.port());
        EXPECT_TRUE(broker.running());
        EXPECT_EQ(broker.bootstrap(), fmt::format("127.0.0.1:{}", broker.port()));
    }
    EXPECT_EQ(ids.size(), 3U);
    EXPECT_EQ(ports.size(), 3U);
}

TEST(TestBroker, KeepsTopicsRecordsAndGroupsOverARestart) {
    auto broker = good(TestBroker::start());
    send(broker, "numbers", 0, 20);
    const ClientConfig config{{"bootstrap.servers", broker.bootstrap()},
                              {"group.id", "readers"},
                              {"auto.offset.reset", "earliest"},
                              {"max.poll.records", "5"},
                              {"enable.auto.commit", "false"}};
    {
        auto consumer = good(Consumer::create(config));
        good(consumer.subscribe({"numbers"}));
        EXPECT_EQ(read(consumer, 5), numbers(0, 5));
        good(consumer.commit_sync());
    }
    const auto bootstrap = broker.bootstrap();
    const auto id = cluster_id(broker);
    good(broker.stop());
    EXPECT_FALSE(broker.running());
    EXPECT_EQ(broker.bootstrap(), bootstrap);
    good(broker.stop());  // which is no error
    good(broker.restart());
    EXPECT_EQ(broker.bootstrap(), bootstrap);
    EXPECT_EQ(cluster_id(broker), id);
    auto consumer = good(Consumer::create(config));
    good(consumer.subscribe({"numbers"}));
    EXPECT_EQ(read(consumer, 15), numbers(5, 20));
}

TEST(TestBroker, IsFoundAgainByClientsThatStay) {
    auto broker = good(TestBroker::start());
    auto producer = good(Producer::create({{"bootstrap.servers", broker.bootstrap()}}));
    const auto send_one = [&producer](const std::string& text) {
        return producer.send(ProducerRecord{.topic = "kept", .value = to_bytes(text)});
    };
    good(send_one("before").get());
    good(broker.stop());
    auto waiting = send_one("meanwhile");
    good(broker.restart());
    good(waiting.get());
    good(producer.close());
    EXPECT_EQ(read(broker, "kept", 2), (std::vector<std::string>{"before", "meanwhile"}));
}

/// The lines of a broker's log, from its threads.
class Lines {
public:
    std::function<void(std::string_view)> sink() {
        return [this](std::string_view line) {
            const std::lock_guard lock(mutex_);
            lines_.emplace_back(line);
        };
    }
    std::vector<std::string> take() {
        const std::lock_guard lock(mutex_);
        return std::exchange(lines_, {});
    }

private:
    std::mutex mutex_;
    std::vector<std::string> lines_;
};

/// "opened: 2 of 2 logs, 0 bytes scanned": 0.
std::string bytes_scanned(const std::vector<std::string>& lines) {
    for (const auto& line : lines) {
        const auto opened = line.find("opened: ");
        const auto logs = line.find(" logs, ");
        if (opened != std::string::npos && logs != std::string::npos) {
            return line.substr(logs + 7, line.find(" bytes scanned") - logs - 7);
        }
    }
    return "nothing said";
}

bool is_marked_clean(const TestBroker& broker) {
    return std::filesystem::exists(broker.directory() / ".kafka_cleanshutdown");
}

TEST(TestBroker, KilledItRecoversWithWhatWasAcknowledged) {
    Lines lines;
    auto broker = good(TestBroker::start({.log = lines.sink()}));
    for (int round = 0; round < 3; ++round) {
        send(broker, "numbers", 20 * round, 20 * (round + 1));
        const auto bootstrap = broker.bootstrap();
        const auto id = cluster_id(broker);
        broker.kill();
        EXPECT_FALSE(broker.running());
        EXPECT_FALSE(is_marked_clean(broker));
        EXPECT_THAT(lines.take(), ::testing::Each(::testing::Not(HasSubstr("ERROR"))))
            << "it is gone, and complains of nothing";
        broker.kill();  // which is no error, nor is this:
        good(broker.stop());
        good(broker.restart());
        EXPECT_THAT(bytes_scanned(lines.take()), ::testing::MatchesRegex("[1-9][0-9]*"));
        EXPECT_EQ(broker.bootstrap(), bootstrap);
        EXPECT_EQ(cluster_id(broker), id);
        EXPECT_EQ(read(broker, "numbers", static_cast<std::size_t>(20 * (round + 1))),
                  numbers(0, 20 * (round + 1)));
    }
    good(broker.stop());
    EXPECT_TRUE(is_marked_clean(broker));
    good(broker.restart());
    EXPECT_EQ(bytes_scanned(lines.take()), "0") << "an orderly stop leaves nothing to scan";
}

/// Each record is acknowledged or sent again, whenever the broker dies, and stored once.
TEST(TestBroker, ClientsThatStaySurviveItsDeath) {
    auto broker = good(TestBroker::start());
    auto producer = good(Producer::create({{"bootstrap.servers", broker.bootstrap()}}));
    std::vector<Future<RecordMetadata>> sent;
    for (int i = 0; i < 300; ++i) {
        if (i % 100 == 25) {
            good(producer.flush().get());
        }
        if (i % 100 == 50) {  // with records under way
            broker.kill();
            good(broker.restart());
        }
        sent.push_back(producer.send(ProducerRecord{.topic = "kept",
                                                    .partition = PartitionId{0},
                                                    .value = to_bytes(fmt::format("{}", i))}));
    }
    for (auto& future : sent) {
        good(future.get());
    }
    good(producer.close());
    EXPECT_EQ(read(broker, "kept", 300), numbers(0, 300));
}

TEST(TestBroker, CommitsTransactions) {
    const auto broker = good(TestBroker::start());
    auto producer = good(Producer::create(
        {{"bootstrap.servers", broker.bootstrap()}, {"transactional.id", "writer"}}));
    good(producer.init_transactions().get());
    good(producer.begin_transaction());
    auto sent = producer.send(ProducerRecord{.topic = "atomic", .value = to_bytes("whole")});
    good(producer.commit_transaction().get());
    good(sent.get());
    auto consumer = good(Consumer::create({{"bootstrap.servers", broker.bootstrap()},
                                           {"auto.offset.reset", "earliest"},
                                           {"isolation.level", "read_committed"}}));
    good(consumer.assign({{"atomic", PartitionId{0}}}));
    EXPECT_EQ(read(consumer, 1), std::vector<std::string>{"whole"});
}

TEST(TestBroker, RemovesItsOwnDirectoryAndKeepsANamedOne) {
    std::filesystem::path own;
    {
        const auto broker = good(TestBroker::start());
        own = broker.directory();
        EXPECT_TRUE(std::filesystem::exists(own));
    }
    EXPECT_FALSE(std::filesystem::exists(own));

    const auto named = std::filesystem::temp_directory_path() /
                       fmt::format("barnabas-test-{}", Clock::now().time_since_epoch().count());
    {
        const auto broker = good(TestBroker::start({.directory = named}));
        EXPECT_EQ(broker.directory(), named);
        send(broker, "numbers", 0, 3);
    }
    {
        const auto broker = good(TestBroker::start({.directory = named}));
        EXPECT_EQ(read(broker, "numbers", 3), numbers(0, 3));
        const auto second = TestBroker::start({.directory = named});
        ASSERT_FALSE(second);
        EXPECT_THAT(second.error().message, HasSubstr(named.string()));
    }
    std::filesystem::remove_all(named);
}

TEST(TestBroker, TakesKafkasSettingsAndRefusesOthers) {
    const auto unknown = TestBroker::start({.settings = {{"num.partition", "3"}}});
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, ErrorCode::invalid_config);
    EXPECT_THAT(unknown.error().message, HasSubstr("num.partitions"));

    auto broker = good(TestBroker::start({.settings = {{"num.partitions", "5"}}}));
    send(broker, "five", 0, 1);
    auto admin = good(Admin::create({{"bootstrap.servers", broker.bootstrap()}}));
    const auto partitions = [&admin](const std::string& topic) {
        const auto topics = good(admin.describe_topics({topic}).get());
        return good(topics.at(topic)).partitions.size();
    };
    EXPECT_EQ(partitions("five"), 5U);
    const auto wrong = broker.restart({{"num.partitions", "none"}});
    ASSERT_FALSE(wrong);
    EXPECT_FALSE(broker.running());
    good(broker.restart({{"num.partitions", "2"}}));
    send(broker, "two", 0, 1);
    EXPECT_EQ(partitions("two"), 2U);
}

/// Its listener may stand on any interface; what clients are told is the first one's address.
TEST(TestBroker, HasTheListenersThatItIsGiven) {
    auto broker = good(TestBroker::start(
        {.settings = {{"listeners", "OUTSIDE://127.0.0.1:0,INSIDE://127.0.0.1:0"},
                      {"listener.security.protocol.map", "OUTSIDE:PLAINTEXT,INSIDE:PLAINTEXT"},
                      {"inter.broker.listener.name", "INSIDE"}}}));
    const auto before = broker.bootstrap();
    send(broker, "numbers", 0, 3);
    good(broker.restart());
    EXPECT_EQ(broker.bootstrap(), before);
    EXPECT_EQ(read(broker, "numbers", 3), numbers(0, 3));
}

TEST(TestBroker, TellsItsLogLineByLine) {
    std::mutex mutex;
    std::vector<std::string> lines;
    {
        const auto broker = good(TestBroker::start(
            {.settings = {{"log.level", "debug"}}, .log = [&mutex, &lines](std::string_view line) {
                 const std::lock_guard lock(mutex);
                 lines.emplace_back(line);
             }}));
        send(broker, "numbers", 0, 1);
    }
    ASSERT_FALSE(lines.empty());
    EXPECT_THAT(lines, ::testing::Contains(HasSubstr("[")));
    EXPECT_THAT(lines, ::testing::Each(::testing::Not(HasSubstr("\n"))));
}

TEST(TestBroker, TouchesNothingOfTheProcess) {
    struct sigaction before[NSIG] = {};
    rlimit files_before{};
    for (int number = 1; number < NSIG; ++number) {
        ::sigaction(number, nullptr, &before[number]);
    }
    ::getrlimit(RLIMIT_NOFILE, &files_before);
    {
        auto broker = good(TestBroker::start());
        send(broker, "numbers", 0, 1);
        good(broker.restart());
        for (int number = 1; number < NSIG; ++number) {
            struct sigaction now{};
            ::sigaction(number, nullptr, &now);
            EXPECT_EQ(now.sa_handler, before[number].sa_handler) << "signal " << number;
        }
        rlimit files{};
        ::getrlimit(RLIMIT_NOFILE, &files);
        EXPECT_EQ(files.rlim_cur, files_before.rlim_cur);
        sigset_t blocked;
        ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
        EXPECT_EQ(sigismember(&blocked, SIGPIPE), 0);
    }
}

/// A consumer that goes away while it is sent records must not end the process: sendfile raises
/// SIGPIPE, which is blocked on the broker's threads alone.
TEST(TestBroker, OutlivesClientsThatGoInTheMiddle) {
    const auto broker = good(TestBroker::start());
    {
        auto producer = good(Producer::create({{"bootstrap.servers", broker.bootstrap()}}));
        const std::string large(500'000, 'x');
        for (int i = 0; i < 40; ++i) {
            producer.send(ProducerRecord{.topic = "large", .value = to_bytes(large)}, nullptr);
        }
        good(producer.close());
    }
    for (int i = 0; i < 10; ++i) {
        auto consumer = good(Consumer::create(
            {{"bootstrap.servers", broker.bootstrap()}, {"auto.offset.reset", "earliest"}}));
        good(consumer.assign({{"large", PartitionId{0}}}));
        good(consumer.poll(patience));
        good(consumer.close(0s));
    }
    EXPECT_TRUE(broker.running());
    EXPECT_EQ(read(broker, "large", 1).front().size(), 500'000U);
}

TEST(TestBroker, IsUpInNoTime) {
    std::vector<Duration> times;
    for (int i = 0; i < 5; ++i) {
        const auto begin = Clock::now();
        const auto broker = good(TestBroker::start());
        times.push_back(Clock::now() - begin);
    }
    const auto best = *std::ranges::min_element(times);
    RecordProperty("milliseconds", static_cast<int>(best / 1ms));
    fmt::print("up in {:.1f} ms\n", static_cast<double>(best / 1us) / 1000);
    EXPECT_LT(best, 500ms);
}

}  // namespace
}  // namespace barnabas
