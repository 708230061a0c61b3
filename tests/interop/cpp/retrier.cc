// A member of a group that handles records with retry topics, as the C++ client has them:
//   retrier BOOTSTRAP TOPIC GROUP FAILURES DELAY_MS [NAME=VALUE ...]
// A record fails as often as its value modulo (FAILURES + 1) says; there are FAILURES - 1 retry
// topics, so that those that fail FAILURES times are dead. Each time that a record is handled is
// one JSON object a line, {"value": 7, "tries": 1, "failed": true, "at_ms": 1700000000000}, with
// how often it was handled before; errors of poll() are {"error": "NAME: sentence"}, and it goes
// on. SIGTERM ends it.

#include "lines.h"
#include <barnabas/retry_topics.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace barnabas;
using interop::quoted;
using interop::say;

volatile std::sig_atomic_t told_to_stop = 0;

std::int64_t now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

/// How often the record was handled before, as its headers say.
int tries_of(const ConsumerRecord& record) {
    const auto count = record.header("__dlq.errors.delivery.count");
    return count && count->value ? std::stoi(std::string(as_text(*count->value))) : 0;
}

class Handler {
public:
    explicit Handler(int failures) : failures_(failures) {}

    Result<> operator()(const ConsumerRecord& record) const {
        const int value = std::stoi(std::string(record.value_text()));
        const int tries = tries_of(record);
        const bool fails = tries < value % (failures_ + 1);
        say(fmt::format(R"({{"value": {}, "tries": {}, "failed": {}, "at_ms": {}}})", value, tries,
                        fails, now_ms()));
        return fails ? Result<>(fail(ErrorCode::unknown_server_error, "not now")) : Result<>();
    }

private:
    int failures_;
};

int run(RetryingConsumer& consumer, int failures) {
    const Handler handler(failures);
    while (told_to_stop == 0) {
        if (const auto done = consumer.poll(std::chrono::milliseconds(100), handler); !done) {
            say(fmt::format(R"({{"error": {}}})",
                            quoted(fmt::format("{}: {}", error_name(done.error().code),
                                               done.error().message))));
        }
    }
    return consumer.close() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() < 5) {
        std::fputs("retrier BOOTSTRAP TOPIC GROUP FAILURES DELAY_MS [NAME=VALUE ...]\n", stderr);
        return 2;
    }
    std::signal(SIGTERM, [](int) { told_to_stop = 1; });
    const int failures = std::stoi(words[3]);
    ClientConfig config{
        {"bootstrap.servers", words[0]}, {"group.id", words[2]}, {"auto.offset.reset", "earliest"}};
    for (std::size_t i = 5; i < words.size(); ++i) {
        const auto at = words[i].find('=');
        config.insert_or_assign(words[i].substr(0, at), words[i].substr(at + 1));
    }
    const std::chrono::milliseconds delay(std::stoi(words[4]));
    auto consumer = RetryingConsumer::create(
        std::move(config), {words[1]},
        {.delays = std::vector<Duration>(static_cast<std::size_t>(failures) - 1, delay)});
    if (!consumer) {
        std::fprintf(stderr, "%s\n", consumer.error().message.c_str());
        return 2;
    }
    if (const auto made = consumer->create_topics(); !made) {
        std::fprintf(stderr, "%s\n", made.error().message.c_str());
        return 2;
    }
    return run(*consumer, failures);
}
