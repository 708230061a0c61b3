// A member of a share group, of Barnabas' own C++ client, as tests/support/share_members.py wants
// it:
//   share_member BOOTSTRAP GROUP TOPIC RULE [NAME=VALUE ...]
// It prints what it gets and what became of its acknowledgements, one JSON object a line, and ends
// with SIGTERM. RULE: `accept` and `release` do that to every record; `hold` does nothing, for
// ever; `mixed` does by the record's offset modulo 4: accept, release the first time, reject, renew
// once and then accept; `implicit` leaves it to poll(), `async` accepts and commits without
// waiting; `leave` closes when it has records, without a word about them.

#include "lines.h"
#include <barnabas/share_consumer.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using namespace barnabas;
using interop::quoted;
using interop::say;

volatile std::sig_atomic_t told_to_stop = 0;

void say_settled(const TopicPartition& partition, Offset offset, const Result<>& result) {
    const std::string error =
        result ? ""
               : fmt::format(R"(, "error": {})", quoted(fmt::format("{}: {}", result.error().code,
                                                                    result.error().message)));
    say(fmt::format(R"({{"event": "{}", "partition": {}, "offset": {}{}}})",
                    result ? "kept" : "failed", partition.partition, offset, error));
}

class Member {
public:
    Member(ShareConsumer consumer, std::string rule)
        : consumer_(std::move(consumer)), rule_(std::move(rule)) {
        if (rule_ == "implicit" || rule_ == "async") {
            const auto set = consumer_.set_commit_callback([](const TopicPartition& partition,
                                                              const std::vector<Offset>& offsets,
                                                              const Result<>& result) {
                for (const Offset offset : offsets) {
                    say_settled(partition, offset, result);
                }
            });
            healthy_ = set.has_value();
        }
    }

    int run(const std::string& topic) {
        if (const auto done = consumer_.subscribe({topic}); !done || !healthy_) {
            std::fputs("cannot begin\n", stderr);
            return 1;
        }
        while (told_to_stop == 0 && healthy_) {
            const auto records = consumer_.poll(std::chrono::milliseconds(200));
            if (!records) {
                std::fprintf(stderr, "poll: %s\n", records.error().message.c_str());
                return 1;
            }
            for (const auto& record : *records) {
                say(fmt::format(R"({{"event": "got", "partition": {}, "offset": {}, )"
                                R"("value": {}, "count": {}}})",
                                record.partition(), record.offset(), quoted(record.value_text()),
                                record.delivery_count().value_or(0)));
            }
            handle(*records);
        }
        const auto closed = consumer_.close();
        return closed && healthy_ ? 0 : 1;
    }

private:
    void handle(const ConsumerRecords& records) {
        while (told_to_stop == 0 && rule_ == "hold" && !records.empty()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        if (rule_ == "leave" && !records.empty()) {
            told_to_stop = 1;
        }
        if (records.empty() || rule_ == "implicit" || rule_ == "leave") {
            return;
        }
        for (const auto& record : records) {
            if (const auto done = consumer_.acknowledge(record, choose(record)); !done) {
                std::fprintf(stderr, "acknowledge: %s\n", done.error().message.c_str());
                healthy_ = false;
            }
        }
        if (rule_ == "async") {
            healthy_ = healthy_ && consumer_.commit_async();
            return;
        }
        const auto results = consumer_.commit_sync();
        for (const auto& record : records) {
            if (!results) {
                say_settled(record.topic_partition(), record.offset(),
                            std::unexpected(results.error()));
            } else if (const auto found = results->find(record.topic_partition());
                       found != results->end()) {
                say_settled(record.topic_partition(), record.offset(), found->second);
            } else {
                std::fputs("a partition is missing in the results\n", stderr);
                healthy_ = false;
            }
        }
    }

    AcknowledgeType choose(const ConsumerRecord& record) {
        if (rule_ == "release") {
            return AcknowledgeType::release;
        }
        if (rule_ != "mixed") {
            return AcknowledgeType::accept;
        }
        switch (record.offset().get() % 4) {
            case 1:
                return record.delivery_count().value_or(1) > 1 ? AcknowledgeType::accept
                                                               : AcknowledgeType::release;
            case 2:
                return AcknowledgeType::reject;
            case 3:
                return renewed_.insert(record.offset()).second ? AcknowledgeType::renew
                                                               : AcknowledgeType::accept;
            default:
                return AcknowledgeType::accept;
        }
    }

    ShareConsumer consumer_;
    std::string rule_;
    std::set<Offset> renewed_;
    bool healthy_ = true;
};

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() < 4) {
        std::fputs("BOOTSTRAP GROUP TOPIC RULE [NAME=VALUE ...]\n", stderr);
        return 2;
    }
    std::signal(SIGTERM, [](int) { told_to_stop = 1; });
    ClientConfig config{{"bootstrap.servers", words[0]}, {"group.id", words[1]}};
    config["share.acknowledgement.mode"] = words[3] == "implicit" ? "implicit" : "explicit";
    for (std::size_t i = 4; i < words.size(); ++i) {
        const auto at = words[i].find('=');
        config.insert_or_assign(words[i].substr(0, at), words[i].substr(at + 1));
    }
    auto consumer = ShareConsumer::create(std::move(config));
    if (!consumer) {
        std::fprintf(stderr, "%s\n", consumer.error().message.c_str());
        return 1;
    }
    return Member(std::move(*consumer), words[3]).run(words[2]);
}
