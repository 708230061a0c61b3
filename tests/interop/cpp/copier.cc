// Copies a topic exactly once, with the C++ clients: each poll's records and where the group goes
// on behind them are one transaction (KIP-447).
//   copier BOOTSTRAP FROM TO GROUP TRANSACTIONAL_ID [consumer.NAME=VALUE | producer.NAME=VALUE ...]
// Each record goes to the partition that it came from. SIGTERM ends it between two transactions,
// with status 0; status 3 means that its producer cannot go on (fenced by a newer one).

#include "lines.h"
#include <barnabas/consumer.h>
#include <barnabas/producer.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace barnabas;
using interop::say;

volatile std::sig_atomic_t told_to_stop = 0;

constexpr int status_fenced = 3;

std::string text_of(const Error& error) {
    return fmt::format("{}: {}", error.code, error.message);
}

/// Whether a call that may be repeated has come to its end.
bool is_late(const Result<>& outcome) {
    return !outcome && outcome.error().code == ErrorCode::request_timed_out;
}

/// Tells what it is given and what it has to give back: for whoever reads the log of a failed run.
class Teller : public RebalanceListener {
public:
    void on_partitions_assigned(Consumer& /*consumer*/,
                                const std::vector<TopicPartition>& partitions) override {
        tell("assigned", partitions);
    }
    void on_partitions_revoked(Consumer& /*consumer*/,
                               const std::vector<TopicPartition>& partitions) override {
        tell("revoked", partitions);
    }
    void on_partitions_lost(Consumer& /*consumer*/,
                            const std::vector<TopicPartition>& partitions) override {
        tell("lost", partitions);
    }

private:
    static void tell(std::string_view what, const std::vector<TopicPartition>& partitions) {
        std::string line(what);
        for (const auto& partition : partitions) {
            line += fmt::format(" {}", partition.partition);
        }
        say(line);
    }
};

class Copier {
public:
    Copier(Consumer consumer, Producer producer, std::string to)
        : consumer_(std::move(consumer)), producer_(std::move(producer)), to_(std::move(to)) {}

    int run(const std::string& from) {
        auto begun = producer_.init_transactions().get();
        while (is_late(begun) && told_to_stop == 0) {
            begun = producer_.init_transactions().get();
        }
        if (!begun) {
            say("cannot begin: " + text_of(begun.error()));
            return 1;
        }
        if (const auto done = consumer_.subscribe({from}, std::make_shared<Teller>()); !done) {
            say("cannot subscribe: " + text_of(done.error()));
            return 1;
        }
        while (told_to_stop == 0) {
            const auto records = consumer_.poll(std::chrono::milliseconds(100));
            if (!records) {
                say("poll: " + text_of(records.error()));
                return 1;
            }
            if (!records->empty() && !take(*records)) {
                return status_fenced;
            }
        }
        const auto closed = consumer_.close();
        return closed ? 0 : 1;
    }

private:
    /// False: the producer cannot go on.
    bool take(const ConsumerRecords& records) {
        const auto copied = copy(records);
        if (copied) {
            say(fmt::format("copied {}", records.size()));
            return true;
        }
        say("not copied: " + text_of(copied.error()));
        auto aborted = producer_.abort_transaction().get();
        while (is_late(aborted)) {
            aborted = producer_.abort_transaction().get();
        }
        if (!aborted) {
            say("cannot abort: " + text_of(aborted.error()));
            return false;
        }
        return rewind();
    }

    Result<> copy(const ConsumerRecords& records) {
        TRY(producer_.begin_transaction());
        for (const auto& record : records) {
            ProducerRecordView out{.topic = to_, .partition = record.partition()};
            if (record.has_key()) {
                out.key = record.key();
            }
            if (record.has_value()) {
                out.value = record.value();
            }
            producer_.send(out, nullptr);  // the end of the transaction tells what failed
        }
        auto taken =
            producer_
                .send_offsets_to_transaction(records.next_offsets(), consumer_.group_metadata())
                .get();
        TRY(std::move(taken));
        auto committed = producer_.commit_transaction().get();
        while (is_late(committed)) {
            committed = producer_.commit_transaction().get();
        }
        return committed;
    }

    /// To what is committed: what was polled meanwhile is not copied.
    bool rewind() {
        const auto mine = consumer_.assignment();
        auto committed = consumer_.committed(mine);
        while (!committed && committed.error().code == ErrorCode::request_timed_out) {
            committed = consumer_.committed(mine);
        }
        if (!committed) {
            say("cannot go back: " + text_of(committed.error()));
            return false;
        }
        for (const auto& partition : mine) {
            const auto at = committed->find(partition);
            const auto done = at == committed->end() ? consumer_.seek_to_beginning({partition})
                                                     : consumer_.seek(partition, at->second);
            if (!done) {
                say("cannot go back: " + text_of(done.error()));
                return false;
            }
        }
        return true;
    }

    Consumer consumer_;
    Producer producer_;
    std::string to_;
};

/// Takes what begins with `prefix`, without it.
void configure(ClientConfig& config, std::string_view prefix, const std::string& word) {
    const auto at = word.find('=');
    if (word.starts_with(prefix) && at != std::string::npos) {
        config.insert_or_assign(word.substr(prefix.size(), at - prefix.size()),
                                word.substr(at + 1));
    }
}

int copy(const std::vector<std::string>& words) {
    ClientConfig reading{{"bootstrap.servers", words[0]},
                         {"group.id", words[3]},
                         {"enable.auto.commit", "false"},
                         {"isolation.level", "read_committed"},
                         {"auto.offset.reset", "earliest"}};
    ClientConfig writing{{"bootstrap.servers", words[0]}, {"transactional.id", words[4]}};
    for (std::size_t i = 5; i < words.size(); ++i) {
        configure(reading, "consumer.", words[i]);
        configure(writing, "producer.", words[i]);
    }
    auto consumer = Consumer::create(std::move(reading));
    auto producer = Producer::create(writing);
    if (!consumer || !producer) {
        say(text_of(consumer ? producer.error() : consumer.error()));
        return 2;
    }
    return Copier(std::move(*consumer), std::move(*producer), words[2]).run(words[1]);
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() < 5) {
        std::fputs(
            "copier BOOTSTRAP FROM TO GROUP TRANSACTIONAL_ID "
            "[consumer.NAME=VALUE | producer.NAME=VALUE ...]\n",
            stderr);
        return 2;
    }
    std::signal(SIGTERM, [](int) { told_to_stop = 1; });
    return copy(words);
}
