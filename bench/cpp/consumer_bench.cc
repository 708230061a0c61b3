// Reads a topic with the C++ consumer and says what it took:
//   consumer_bench BOOTSTRAP TOPIC PARTITIONS RECORDS [name=value of the configuration...]
// One line of JSON: records, bytes of values, seconds, CPU seconds, CPU seconds per GB.
#include <barnabas/consumer.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/resource.h>
#include <vector>

namespace {

using namespace barnabas;

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int fail_with(const Error& error) {
    std::fprintf(stderr, "%s\n", error.message.c_str());
    return 1;
}

int run(const std::vector<std::string>& words) {
    ClientConfig config{{"bootstrap.servers", words[0]}, {"auto.offset.reset", "earliest"}};
    for (std::size_t i = 4; i < words.size(); ++i) {
        const auto at = words[i].find('=');
        config[words[i].substr(0, at)] = words[i].substr(at + 1);
    }
    const double cpu_before = cpu_seconds();
    auto consumer = Consumer::create(std::move(config));
    if (!consumer) {
        return fail_with(consumer.error());
    }
    std::vector<TopicPartition> partitions;
    for (std::int32_t i = 0; i < std::stoi(words[2]); ++i) {
        partitions.push_back({words[1], PartitionId{i}});
    }
    if (const auto assigned = consumer->assign(partitions); !assigned) {
        return fail_with(assigned.error());
    }
    const auto wanted = std::stoull(words[3]);
    std::size_t records = 0;
    std::size_t bytes = 0;
    auto begin = std::chrono::steady_clock::now();
    while (records < wanted) {
        const auto polled = consumer->poll(std::chrono::seconds(10));
        if (!polled) {
            return fail_with(polled.error());
        }
        if (polled->empty()) {
            return fail_with({ErrorCode::request_timed_out,
                              fmt::format("only {} of {} records came", records, wanted)});
        }
        for (const auto& record : *polled) {
            bytes += record.value().size();
            ++records;
        }
    }
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    const double cpu = cpu_seconds() - cpu_before;
    std::puts(fmt::format(R"({{"records": {}, "bytes": {}, "seconds": {:.3f}, "records_per_s": )"
                          R"({:.0f}, "cpu_s": {:.3f}, "cpu_s_per_gb": {:.3f}}})",
                          records, bytes, taken.count(),
                          static_cast<double>(records) / taken.count(), cpu,
                          cpu / (static_cast<double>(bytes) / 1e9))
                  .c_str());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() < 4) {
        std::fputs("consumer_bench BOOTSTRAP TOPIC PARTITIONS RECORDS [name=value...]\n", stderr);
        return 2;
    }
    return run(words);
}
