// The C++ clients read and write whole records, as lines of tests/support/record_lines.py:
//   record_lines write BOOTSTRAP TOPIC FILE [NAME=VALUE ...]
//   record_lines read BOOTSTRAP TOPIC PARTITIONS [NAME=VALUE ...]
// Reading ends when each partition has brought a record with the key "end".

#include <barnabas/consumer.h>
#include <barnabas/producer.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace barnabas;

using Part = std::optional<Bytes>;

constexpr auto patience = std::chrono::seconds(30);

/// "-" is null, "x" and an even number of hexadecimal digits are bytes.
Part part_of(std::string_view word) {
    if (word == "-") {
        return std::nullopt;
    }
    Bytes bytes;
    for (std::size_t at = 1; at + 1 < word.size(); at += 2) {
        unsigned value = 0;
        std::from_chars(&word[at], &word[at] + 2, value, 16);
        bytes.push_back(static_cast<std::byte>(value));
    }
    return bytes;
}

std::string text_of(bool there, ByteView bytes) {
    std::string text = there ? "x" : "-";
    for (const std::byte byte : bytes) {
        text += fmt::format("{:02x}", static_cast<unsigned>(byte));
    }
    return text;
}

std::string line_of(const ConsumerRecord& record) {
    std::string line = fmt::format("{} {} {} {}", record.partition(), record.timestamp(),
                                   text_of(record.has_key(), record.key()),
                                   text_of(record.has_value(), record.value()));
    for (const HeaderView& header : record.headers()) {
        line += fmt::format(" {}={}", text_of(true, as_bytes(header.key)),
                            text_of(header.value.has_value(), header.value.value_or(ByteView())));
    }
    return line;
}

ProducerRecord record_of(const std::string& topic, const std::string& line) {
    std::istringstream in(line);
    ProducerRecord record{.topic = topic};
    std::int32_t partition = 0;
    std::int64_t timestamp = 0;
    std::string key;
    std::string value;
    in >> partition >> timestamp >> key >> value;
    if (partition >= 0) {
        record.partition = PartitionId{partition};
    }
    record.timestamp = Timestamp{timestamp};
    record.key = part_of(key);
    record.value = part_of(value);
    for (std::string word; in >> word;) {
        const auto at = word.find('=');
        record.headers.push_back(
            {.key = std::string(as_text(part_of(word.substr(0, at)).value_or(Bytes()))),
             .value = part_of(word.substr(at + 1))});
    }
    return record;
}

int failed(const Error& error) {
    std::cerr << fmt::format("{}: {}\n", error.code, error.message);
    return 1;
}

/// A line that is no record.
std::optional<Result<>> command(Producer& producer, const std::string& line) {
    if (line == "begin") {
        return producer.begin_transaction();
    }
    if (line == "commit") {
        return producer.commit_transaction().get();
    }
    if (line == "abort") {
        // Sent first: what is still here when it aborts would never be in the log.
        const auto flushed = producer.flush().get();
        return flushed ? producer.abort_transaction().get() : flushed;
    }
    return std::nullopt;
}

int write(const ClientConfig& config, const std::string& topic, const std::string& file) {
    auto producer = Producer::create(config);
    if (!producer) {
        return failed(producer.error());
    }
    if (config.contains("transactional.id")) {
        if (const auto done = producer->init_transactions().get(); !done) {
            return failed(done.error());
        }
    }
    std::vector<Future<RecordMetadata>> sent;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        const auto done = command(*producer, line);
        if (!done) {
            sent.push_back(producer->send(record_of(topic, line)));
        } else if (!*done) {
            return failed(done->error());
        }
    }
    for (auto& one : sent) {
        if (const auto outcome = one.get(); !outcome) {
            return failed(outcome.error());
        }
    }
    return 0;
}

int read(const ClientConfig& config, const std::string& topic, int partitions) {
    auto consumer = Consumer::create(config);
    if (!consumer) {
        return failed(consumer.error());
    }
    std::vector<TopicPartition> all;
    for (int partition = 0; partition < partitions; ++partition) {
        all.push_back({topic, PartitionId{partition}});
    }
    if (const auto done = consumer->assign(all); !done) {
        return failed(done.error());
    }
    const auto until = std::chrono::steady_clock::now() + patience;
    while (partitions > 0) {
        const auto records = consumer->poll(std::chrono::seconds(1));
        if (!records) {
            return failed(records.error());
        }
        for (const ConsumerRecord& record : *records) {
            std::cout << line_of(record) << "\n";
            partitions -= record.key_text() == "end" ? 1 : 0;
        }
        if (std::chrono::steady_clock::now() > until) {
            std::cerr << partitions << " partitions did not end\n";
            return 1;
        }
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() < 4 || (words[0] != "read" && words[0] != "write")) {
        std::cerr << "record_lines write|read BOOTSTRAP TOPIC FILE|PARTITIONS [NAME=VALUE ...]\n";
        return 2;
    }
    ClientConfig config{{"bootstrap.servers", words[1]}};
    if (words[0] == "read") {
        config["auto.offset.reset"] = "earliest";
    }
    for (std::size_t i = 4; i < words.size(); ++i) {
        const auto at = words[i].find('=');
        config.insert_or_assign(words[i].substr(0, at), words[i].substr(at + 1));
    }
    return words[0] == "write" ? write(config, words[2], words[3])
                               : read(config, words[2], std::stoi(words[3]));
}
