// One member of a group, of Barnabas' own C++ client, as tests/support/group_events.py wants it:
//   group BOOTSTRAP TOPIC GROUP [--protocol P] [--assignor A] [--instance I]
//         [--session-ms N] [--heartbeat-ms N]
// Says what it is assigned, reads and commits, one JSON object a line; "at" is when, in nanoseconds
// of a clock that all members on a machine share. SIGTERM ends it: it commits, leaves its group and
// ends with status 0.

#include "lines.h"
#include <barnabas/consumer.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace barnabas;
using interop::quoted;
using interop::say;

volatile std::sig_atomic_t told_to_stop = 0;

std::int64_t moment() {
    return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

void say_error(std::string_view event, const Error& error) {
    say(fmt::format(R"({{"event": "{}", "error": {}}})", event,
                    quoted(fmt::format("{}: {}", error.code, error.message))));
}

void say_partitions(std::string_view event, const std::vector<TopicPartition>& partitions) {
    std::string list;
    for (const auto& partition : partitions) {
        list += fmt::format("{}{}", list.empty() ? "" : ", ", partition.partition);
    }
    if (!list.empty()) {
        say(fmt::format(R"({{"event": "{}", "at": {}, "partitions": [{}]}})", event, moment(),
                        list));
    }
}

/// False: refused.
bool commit(Consumer& consumer, const OffsetMap& offsets) {
    if (offsets.empty()) {
        return true;
    }
    if (const auto done = consumer.commit_sync(offsets); !done) {
        say_error("refused", done.error());
        return false;
    }
    std::string list;
    for (const auto& [partition, offset] : offsets) {
        list += fmt::format(R"({}"{}": {})", list.empty() ? "" : ", ", partition.partition,
                            offset.offset);
    }
    say(fmt::format(R"({{"event": "committed", "at": {}, "offsets": {{{}}}}})", moment(), list));
    return true;
}

/// What was read and is not committed yet belongs to the partitions that are still here.
class Teller : public RebalanceListener {
public:
    OffsetMap read;

    void on_partitions_assigned(Consumer& /*consumer*/,
                                const std::vector<TopicPartition>& partitions) override {
        say_partitions("assigned", partitions);
    }
    void on_partitions_revoked(Consumer& consumer,
                               const std::vector<TopicPartition>& partitions) override {
        commit(consumer, take(partitions));
        say_partitions("revoked", partitions);
    }
    void on_partitions_lost(Consumer& /*consumer*/,
                            const std::vector<TopicPartition>& partitions) override {
        take(partitions);
        say_partitions("lost", partitions);
    }

private:
    OffsetMap take(const std::vector<TopicPartition>& partitions) {
        OffsetMap taken;
        for (const auto& partition : partitions) {
            if (auto entry = read.extract(partition)) {
                taken.insert(std::move(entry));
            }
        }
        return taken;
    }
};

ClientConfig config_of(const std::vector<std::string>& words) {
    ClientConfig config{{"bootstrap.servers", words[1]},
                        {"group.id", words[3]},
                        {"enable.auto.commit", "false"},
                        {"auto.offset.reset", "earliest"}};
    std::string assignor;
    std::string session;
    std::string heartbeat;
    bool consumer_protocol = false;
    for (std::size_t i = 4; i + 1 < words.size(); i += 2) {
        const std::string& value = words[i + 1];
        if (words[i] == "--protocol") {
            consumer_protocol = value == "consumer";
        } else if (words[i] == "--assignor") {
            assignor = value;
        } else if (words[i] == "--session-ms") {
            session = value;
        } else if (words[i] == "--heartbeat-ms") {
            heartbeat = value;
        } else if (words[i] == "--instance") {
            config["group.instance.id"] = value;
        }
    }
    if (consumer_protocol) {
        config["group.protocol"] = "consumer";
        config["group.remote.assignor"] = assignor;
    } else {
        config["partition.assignment.strategy"] = assignor;
        config["session.timeout.ms"] = session;
        config["heartbeat.interval.ms"] = heartbeat;
    }
    return config;
}

int run(const std::vector<std::string>& words) {
    auto consumer = Consumer::create(config_of(words));
    if (!consumer) {
        say_error("failed", consumer.error());
        return 1;
    }
    auto teller = std::make_shared<Teller>();
    if (const auto done = consumer->subscribe({words[2]}, teller); !done) {
        say_error("failed", done.error());
        return 1;
    }
    while (told_to_stop == 0) {
        const auto records = consumer->poll(std::chrono::milliseconds(100));
        if (!records) {
            say_error("failed", records.error());
            return 1;
        }
        for (const auto& record : *records) {
            say(fmt::format(
                R"({{"event": "record", "topic": {}, "partition": {}, "offset": {}, "key": {}}})",
                quoted(record.topic()), record.partition(), record.offset(),
                quoted(record.key_text())));
        }
        for (const auto& [partition, next] : records->next_offsets()) {
            teller->read.insert_or_assign(partition, next);
        }
        if (commit(*consumer, teller->read)) {
            teller->read.clear();  // else it is committed when its partition goes
        }
    }
    if (const auto closed = consumer->close(); !closed) {
        say_error("refused", closed.error());
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() < 4 || words[0] != "group") {
        std::fputs("group BOOTSTRAP TOPIC GROUP [--protocol P] [--assignor A] ...\n", stderr);
        return 2;
    }
    std::signal(SIGTERM, [](int) { told_to_stop = 1; });
    return run(words);
}
