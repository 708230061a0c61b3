// A member of a consumer group (KIP-848) that says what it is given and what is taken from it, and
// commits what it has read before somebody else goes on. Start several, stop one with Ctrl-C:
//     group_member localhost:9092 billing orders
#include <barnabas/consumer.h>

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using barnabas::Result;
using Partitions = std::vector<barnabas::TopicPartition>;

volatile std::sig_atomic_t stopped = 0;

void tell(const char* what, const Partitions& partitions) {
    for (const auto& partition : partitions) {
        fmt::print("{} {}\n", what, partition);
    }
    std::fflush(stdout);
}

/// Called inside of poll() and close().
class Listener final : public barnabas::RebalanceListener {
public:
    void on_partitions_assigned(barnabas::Consumer& /*consumer*/,
                                const Partitions& partitions) override {
        tell("assigned", partitions);
    }
    void on_partitions_revoked(barnabas::Consumer& consumer,
                               const Partitions& partitions) override {
        if (const auto committed = consumer.commit_sync(); !committed) {
            fmt::print(stderr, "not committed: {}\n", committed.error().message);
        }
        tell("revoked", partitions);
    }
    void on_partitions_lost(barnabas::Consumer& /*consumer*/,
                            const Partitions& partitions) override {
        tell("lost", partitions);  // too late to commit: others read them again
    }
};

Result<> read(const std::string& brokers, const std::string& group, const std::string& topic) {
    TRY_ASSIGN(auto consumer, barnabas::Consumer::create({{"bootstrap.servers", brokers},
                                                          {"group.id", group},
                                                          {"group.protocol", "consumer"},
                                                          {"auto.offset.reset", "earliest"},
                                                          {"enable.auto.commit", "false"}}));
    TRY(consumer.subscribe({topic}, std::make_shared<Listener>()));
    while (stopped == 0) {
        TRY_ASSIGN(const auto records, consumer.poll(100ms));
        for (const auto& record : records) {
            fmt::print("{} {}: {}\n", record.topic_partition(), record.offset(),
                       record.value_text());
        }
        if (!records.empty()) {
            std::fflush(stdout);
            consumer.commit_async();
        }
    }
    return consumer.close();  // others get its partitions at once
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        fmt::print(stderr, "usage: {} <bootstrap.servers> <group> <topic>\n", argv[0]);
        return 2;
    }
    for (const int signal : {SIGINT, SIGTERM}) {
        std::signal(signal, [](int) { stopped = 1; });
    }
    if (const auto done = read(argv[1], argv[2], argv[3]); !done) {
        fmt::print(stderr, "{}: {}\n", done.error().code, done.error().message);
        return 1;
    }
    return 0;
}
