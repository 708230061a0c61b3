// The C++ consumer as a program that is told line by line what to call:
//   consumer_caller BOOTSTRAP TOPIC PARTITIONS [NAME=VALUE ...]
// It is assigned all partitions from the beginning. Lines: poll MS | commit MS | committed MS |
// position MS (of partition 0, unknown before) | ends | partitions | queued. Each is answered by a
// JSON object: {"ok": true, "value": number}, or {"ok": false, "code": "NAME", "message":
// "sentence"}. It ends with its input.

#include "lines.h"
#include <barnabas/consumer.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace barnabas;
using interop::quoted;
using interop::say;

using Said = Result<std::int64_t>;

/// What `number` makes of a call's value.
template <class T, class Number>
Said said(const Result<T>& result, Number number) {
    if (!result) {
        return std::unexpected(result.error());
    }
    return static_cast<std::int64_t>(number(*result));
}

struct Caller {
    Consumer& consumer;
    std::vector<TopicPartition> partitions;

    Said position(Duration timeout) {
        if (const auto sought = consumer.seek_to_beginning({partitions[0]}); !sought) {
            return std::unexpected(sought.error());
        }
        return said(consumer.position(partitions[0], timeout),
                    [](Offset offset) { return offset.get(); });
    }

    Said call(std::string_view name, std::chrono::milliseconds timeout) {
        const auto size = [](const auto& found) { return found.size(); };
        if (name == "poll") {
            return said(consumer.poll(timeout), size);
        }
        if (name == "commit") {
            const auto done =
                consumer.commit_sync({{partitions[0], {.offset = Offset{1}}}}, timeout);
            return done ? Said(1) : Said(std::unexpected(done.error()));
        }
        if (name == "committed") {
            return said(consumer.committed({partitions[0]}, timeout), size);
        }
        if (name == "position") {
            return position(timeout);
        }
        if (name == "ends") {
            return said(consumer.end_offsets(partitions), size);
        }
        if (name == "partitions") {
            return said(consumer.partitions_for(partitions[0].topic), size);
        }
        if (name == "queued") {
            return said(consumer.metrics(),
                        [](const ConsumerMetrics& told) { return told.queued_bytes; });
        }
        return fail(ErrorCode::invalid_request, "no such line");
    }
};

std::string answer_line(const Said& said) {
    return said ? fmt::format(R"({{"ok": true, "value": {}}})", *said)
                : fmt::format(R"({{"ok": false, "code": "{}", "message": {}}})",
                              error_name(said.error().code), quoted(said.error().message));
}

int failed(const Error& error) {
    std::cerr << error.message << "\n";
    return 2;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() < 3) {
        std::cerr << "consumer_caller BOOTSTRAP TOPIC PARTITIONS [NAME=VALUE ...]\n";
        return 2;
    }
    ClientConfig config{{"bootstrap.servers", words[0]}, {"auto.offset.reset", "earliest"}};
    for (std::size_t i = 3; i < words.size(); ++i) {
        const auto at = words[i].find('=');
        config.insert_or_assign(words[i].substr(0, at), words[i].substr(at + 1));
    }
    auto consumer = Consumer::create(std::move(config));
    if (!consumer) {
        return failed(consumer.error());
    }
    Caller caller{.consumer = *consumer, .partitions = {}};
    for (int partition = 0; partition < std::stoi(words[2]); ++partition) {
        caller.partitions.push_back({words[1], PartitionId{partition}});
    }
    if (const auto done = consumer->assign(caller.partitions); !done) {
        return failed(done.error());
    }
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream in(line);
        std::string name;
        std::int64_t milliseconds = 0;
        in >> name >> milliseconds;
        say(answer_line(caller.call(name, std::chrono::milliseconds(milliseconds))));
    }
    ignore(consumer->close(std::chrono::seconds(1)), "whoever tells it has gone");
    return 0;
}
