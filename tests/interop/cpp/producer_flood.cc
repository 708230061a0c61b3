// Sends faster than anybody takes it, with the C++ producer:
//   producer_flood BOOTSTRAP TOPIC COUNT SIZE [NAME=VALUE ...]
// One record goes first; when it is stored the program says "ready" and waits for a line. Then it
// sends COUNT records of SIZE bytes, says "sent N, settled M" as it goes, then "all are sent", and
// ends with "stored N, failed M" and the first error. Status 1 if any failed.

#include "lines.h"
#include <barnabas/producer.h>

#include <fmt/format.h>

#include <atomic>
#include <charconv>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace barnabas;
using interop::say;

constexpr int say_every = 500;

/// What became of the records; the loop's thread counts, the main one reads.
class Tally {
public:
    void count(const Result<RecordMetadata>& outcome) {
        if (outcome) {
            ++stored_;
            return;
        }
        const std::lock_guard lock(mutex_);
        if (failed_++ == 0) {
            first_error_ = fmt::format("{}: {}", outcome.error().code, outcome.error().message);
        }
    }
    [[nodiscard]] int settled() const { return stored_ + failed_; }
    [[nodiscard]] int failed() const { return failed_; }
    [[nodiscard]] std::string text() {
        const std::lock_guard lock(mutex_);
        return fmt::format("stored {}, failed {}{}{}", stored_.load(), failed_.load(),
                           first_error_.empty() ? "" : ": ", first_error_);
    }

private:
    std::atomic<int> stored_ = 0;
    std::atomic<int> failed_ = 0;
    std::mutex mutex_;
    std::string first_error_;
};

int number(std::string_view text) {
    int value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

int flood(Producer& producer, const std::string& topic, int count, int size) {
    if (const auto first = producer.send(ProducerRecordView{.topic = topic}).get(); !first) {
        say(first.error().message);
        return 1;
    }
    say("ready");
    std::string line;
    std::getline(std::cin, line);
    Tally tally;
    const std::string value(static_cast<std::size_t>(size), 'x');
    for (int sent = 1; sent <= count; ++sent) {
        producer.send(ProducerRecordView{.topic = topic, .value = as_bytes(value)},
                      [&tally](const auto& outcome) { tally.count(outcome); });
        if (sent % say_every == 0) {
            say(fmt::format("sent {}, settled {}", sent, tally.settled()));
        }
    }
    say("all are sent");
    const auto closed = producer.close();
    say(tally.text());
    return closed && tally.failed() == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() < 4) {
        std::fputs("producer_flood BOOTSTRAP TOPIC COUNT SIZE [NAME=VALUE ...]\n", stderr);
        return 2;
    }
    ClientConfig config{{"bootstrap.servers", words[0]}};
    for (std::size_t i = 4; i < words.size(); ++i) {
        const auto at = words[i].find('=');
        config.insert_or_assign(words[i].substr(0, at), words[i].substr(at + 1));
    }
    auto producer = Producer::create(config);
    if (!producer) {
        std::fprintf(stderr, "%s\n", producer.error().message.c_str());
        return 2;
    }
    return flood(*producer, words[1], number(words[2]), number(words[3]));
}
