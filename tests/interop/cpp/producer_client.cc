// The C++ producer as a client program of tests/support/clients.py:
//   producer_client produce BOOTSTRAP TOPIC SOURCE --acks-file FILE --set NAME=VALUE ... [--rate N]
// The files are those of tests/support/records.py. With --rate it sends so many records a second.
// SIGTERM: it sends no more, and ends as if that had been all.

#include <barnabas/producer.h>

#include <fmt/format.h>

#include <atomic>
#include <bit>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using namespace barnabas;

volatile std::sig_atomic_t told_to_stop = 0;

template <class T>
T take_number(std::string_view& data) {
    T raw{};
    std::memcpy(&raw, data.data(), sizeof raw);
    data.remove_prefix(sizeof raw);
    return std::byteswap(raw);
}

std::optional<ByteView> take_bytes(std::string_view& data) {
    const auto size = take_number<std::int32_t>(data);
    if (size < 0) {
        return std::nullopt;
    }
    const auto bytes = as_bytes(data.substr(0, static_cast<std::size_t>(size)));
    data.remove_prefix(static_cast<std::size_t>(size));
    return bytes;
}

/// Acknowledgements, written as they come.
class Acks {
public:
    explicit Acks(const std::string& path) : out_(path, std::ios::binary) {}

    void add(std::int32_t index, const RecordMetadata& where) {
        put(index);
        put(where.partition.get());
        put(where.offset.get());
    }

private:
    template <class T>
    void put(T value) {
        const T raw = std::byteswap(value);
        out_.write(reinterpret_cast<const char*>(&raw), sizeof raw);
    }
    std::ofstream out_;
};

/// Lets so many go by a second; all at once where the rate is 0.
class Pace {
public:
    explicit Pace(int rate) : rate_(rate) {}

    void wait_for(std::int64_t count) const {
        if (rate_ > 0) {
            std::this_thread::sleep_until(begin_ +
                                          std::chrono::microseconds(1'000'000) * count / rate_);
        }
    }

private:
    int rate_;
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

struct Options {
    std::string topic;
    std::string source;
    std::string acks = "/dev/null";
    int rate = 0;
    ClientConfig config;
};

int produce(const Options& options) {
    std::ifstream in(options.source, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    auto producer = Producer::create(options.config);
    if (!producer) {
        fmt::print(stderr, "{}\n", producer.error().message);
        return 1;
    }
    Acks acks(options.acks);
    const Pace pace(options.rate);
    std::atomic<int> failed = 0;
    std::string_view data = text;
    for (std::int32_t index = 0; !data.empty() && told_to_stop == 0; ++index) {
        pace.wait_for(index);
        const auto partition = take_number<std::int32_t>(data);
        take_number<std::int64_t>(data);  // the offset, which is not known yet
        const auto timestamp = take_number<std::int64_t>(data);
        ProducerRecordView record{.topic = options.topic};
        record.key = take_bytes(data);
        record.value = take_bytes(data);
        if (partition >= 0) {
            record.partition = PartitionId{partition};
        }
        if (timestamp >= 0) {
            record.timestamp = Timestamp{timestamp};
        }
        producer->send(record, [&acks, &failed, index](const Result<RecordMetadata>& outcome) {
            if (outcome) {
                acks.add(index, *outcome);  // on the loop's thread, one at a time
            } else if (failed++ < 5) {
                fmt::print(stderr, "record {}: {}: {}\n", index, outcome.error().code,
                           outcome.error().message);
            }
        });
    }
    const auto flushed = producer->flush().get();
    const auto closed = producer->close();
    return flushed && closed && failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() < 4 || words[0] != "produce") {
        fmt::print(
            stderr,
            "producer_client produce BOOTSTRAP TOPIC SOURCE --acks-file FILE --set N=V ...\n");
        return 2;
    }
    Options options{
        .topic = words[2], .source = words[3], .config = {{"bootstrap.servers", words[1]}}};
    for (std::size_t i = 4; i + 1 < words.size(); i += 2) {
        const std::string& value = words[i + 1];
        if (words[i] == "--acks-file") {
            options.acks = value;
        } else if (words[i] == "--rate") {
            options.rate = std::stoi(value);
        } else if (const auto at = value.find('='); words[i] == "--set" && at > 0) {
            options.config.insert_or_assign(value.substr(0, at), value.substr(at + 1));
        }
    }
    std::signal(SIGTERM, [](int) { told_to_stop = 1; });
    return produce(options);
}
