// -P: records of the input, or files, go to a topic.
#include "cli/cat/cat_input.h"
#include "cli/cat/cat_modes.h"
#include "cli/cat/record_reader.h"
#include "cli/common/admin_session.h"
#include "cli/common/quiet_clients.h"
#include "cli/common/stop_signals.h"
#include <barnabas/producer.h>

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace barnabas::cli {
namespace {

constexpr std::size_t request_size_default = 1 << 20;
constexpr int told_of_each = 3;  ///< verbosity

/// What became of the records. The callbacks tell it on the client's thread; another prints.
class CatDeliveries {
public:
    explicit CatDeliveries(bool tells_all) : tells_all_(tells_all) {}

    void on_outcome(const Result<RecordMetadata>& outcome) {
        if (outcome && !tells_all_) {
            return;
        }
        auto sentence =
            outcome ? fmt::format("Message delivered to partition {} (offset {})",
                                  outcome->partition, outcome->offset)
                    : fmt::format("Delivery failed for message: {}", outcome.error().message);
        const std::lock_guard lock(mutex_);
        failed_ = failed_ || !outcome;
        if (sentences_.size() < sentences_max) {
            sentences_.push_back(std::move(sentence));
        } else {
            ++untold_;
        }
    }

    /// What is to be told since the last call.
    [[nodiscard]] std::vector<std::string> take() {
        const std::lock_guard lock(mutex_);
        auto taken = std::exchange(sentences_, {});
        if (const auto more = std::exchange(untold_, 0); more > 0) {
            taken.push_back(fmt::format("... and {} more messages of the kind", more));
        }
        return taken;
    }
    [[nodiscard]] bool failed() const {
        const std::lock_guard lock(mutex_);
        return failed_;
    }

private:
    static constexpr std::size_t sentences_max = 1000;

    const bool tells_all_;
    mutable std::mutex mutex_;
    std::vector<std::string> sentences_;
    std::int64_t untold_ = 0;
    bool failed_ = false;
};

ClientConfig cat_producer_config(const CatOptions& options) {
    auto config = options.properties;
    if (config.contains("transactional.id")) {
        config.emplace("max.block.ms", std::to_string(options.timeout_ms));
    }
    return config;
}

std::size_t request_size(const ClientConfig& config) {
    const auto found = config.find("max.request.size");
    const auto size = found == config.end() ? std::nullopt : parse_int32(found->second);
    return size && *size > 0 ? static_cast<std::size_t>(*size) : request_size_default;
}

std::optional<Bytes> bytes_or_null(const std::optional<std::string>& text) {
    return text ? std::optional(to_bytes(std::string_view(*text))) : std::nullopt;
}

class CatWriter {
public:
    CatWriter(const CatOptions& options, Console& console, Producer& producer,
              const StopSignals& stop)
        : options_(options), console_(console), producer_(producer), stop_(stop) {}

    /// Everything that there is to send was handed over, or a signal came.
    Result<void> send_all();
    /// Waits for what is under way.
    Result<bool> finish();

private:
    Result<void> send_input(const std::string& path);
    Result<void> send_files();
    Result<void> send_ready(RecordReader& reader);
    Result<bool> sent(Result<std::optional<RecordReader::Read>> read, const RecordReader& reader);
    Result<void> send(ReadRecord record);
    Result<void> tee(std::string_view text);
    void report();
    [[nodiscard]] bool enough() const {
        return stop_.requested() || (options_.count > 0 && count_ >= options_.count);
    }

    const CatOptions& options_;
    Console& console_;
    Producer& producer_;
    const StopSignals& stop_;
    std::int64_t count_ = 0;
    bool all_good_ = true;
    std::shared_ptr<CatDeliveries> deliveries_ =
        std::make_shared<CatDeliveries>(options_.verbosity >= told_of_each);
};

Result<void> CatWriter::send_all() {
    if (!options_.files.empty() && !options_.lines) {
        return send_files();
    }
    return send_input(options_.lines ? options_.files.front() : std::string());
}

Result<void> CatWriter::send_input(const std::string& path) {
    TRY_ASSIGN(auto input, CatInput::open(path));
    TRY_ASSIGN(auto reader, RecordReader::make(options_, request_size(options_.properties)));
    const auto stopped = [this] {
        report();
        return stop_.requested();
    };
    while (!enough()) {
        TRY_ASSIGN(const auto bytes, input.read(stopped));
        if (bytes.empty()) {
            break;
        }
        TRY(reader.feed(bytes));
        TRY(send_ready(reader));
    }
    if (!enough()) {
        TRY(sent(reader.last(), reader));
    }
    return {};
}

Result<void> CatWriter::send_ready(RecordReader& reader) {
    while (!enough()) {
        TRY_ASSIGN(const bool more, sent(reader.next(), reader));
        if (!more) {
            break;
        }
    }
    return {};
}

/// Sends what was read; false where nothing was. With -E a record that cannot be read is told of
/// and left out.
Result<bool> CatWriter::sent(Result<std::optional<RecordReader::Read>> read,
                             const RecordReader& reader) {
    if (!read) {
        if (options_.exit_on_error || !reader.can_go_on()) {
            return fail(std::move(read));
        }
        all_good_ = false;
        console_.error_line("% ERROR: " + read.error().message);
        return true;
    }
    if (!*read) {
        return false;
    }
    TRY(send(std::move((*read)->record)));
    TRY(tee((*read)->text));
    return true;
}

Result<void> CatWriter::send(ReadRecord record) {
    ProducerRecord out;
    out.topic = options_.topics.empty() ? record.topic.value_or("") : options_.topic();
    if (out.topic.empty()) {
        return fail(ErrorCode::invalid_request, "-t <topic> missing, and the input names none");
    }
    const auto partition = options_.partition ? options_.partition : record.partition;
    if (partition && *partition >= 0) {
        out.partition = PartitionId(*partition);
    }
    if (record.timestamp) {
        out.timestamp = Timestamp(*record.timestamp);
    }
    out.key = bytes_or_null(record.key ? record.key : options_.key);
    out.value = bytes_or_null(record.value);
    out.headers = options_.headers;
    for (auto& [name, value] : record.headers) {
        out.headers.push_back({.key = std::move(name), .value = bytes_or_null(value)});
    }
    producer_.send(out, [told = deliveries_](const auto& outcome) { told->on_outcome(outcome); });
    ++count_;
    return {};
}

Result<void> CatWriter::tee(std::string_view text) {
    if (!options_.tee) {
        return {};
    }
    console_.write(text);
    if (options_.unbuffered && !console_.flush()) {
        return fail(ErrorCode::kafka_storage_error, "Tee write error: standard output is gone");
    }
    return {};
}

/// Each file is a message; one that cannot be read is told of.
Result<void> CatWriter::send_files() {
    std::size_t good = 0;
    for (const auto& path : options_.files) {
        if (enough()) {
            return {};
        }
        auto text = read_file(path);
        if (!text) {
            cat_tell(options_, console_, 1, text.error().message);
            continue;
        }
        ++good;
        if (text->empty()) {
            cat_tell(options_, console_, told_of_each, "Skipping empty file " + path);
            continue;
        }
        TRY(send({.value = std::move(*text)}));
        report();
    }
    if (good < options_.files.size()) {
        all_good_ = good > 0;
        cat_tell(options_, console_, 1,
                 fmt::format("Failed to produce from {}/{} files", options_.files.size() - good,
                             options_.files.size()));
    }
    return {};
}

Result<bool> CatWriter::finish() {
    TRY(producer_.flush().get());
    report();
    if (!console_.flush()) {
        return fail(ErrorCode::kafka_storage_error, "Tee write error: standard output is gone");
    }
    return all_good_ && !deliveries_->failed();
}

void CatWriter::report() {
    for (const auto& sentence : deliveries_->take()) {
        cat_tell(options_, console_, 1, sentence);
    }
}

/// Whether the topic can be written to, so that nobody waits for long where no broker answers.
Result<void> find_topic(const CatOptions& options, Producer& producer) {
    if (options.topics.empty()) {
        return {};
    }
    auto future = producer.partitions_for(options.topic());
    auto found = future.wait_for(milliseconds(options.timeout_ms));
    if (!found) {
        return fail(ErrorCode::request_timed_out,
                    "no broker of {} told the partitions of {} within {} ms (-m)",
                    options.properties.at("bootstrap.servers"), options.topic(),
                    options.timeout_ms);
    }
    TRY(*found);
    return {};
}

/// What was sent counts as a whole, or, after a signal, not at all.
Result<void> end_transaction(const CatOptions& options, Console& console, Producer& producer,
                             bool commits) {
    if (!commits) {
        cat_tell(options, console, 0, "Aborting transaction due to termination signal");
        return producer.abort_transaction().get();
    }
    cat_tell(options, console, 1, "Committing transaction");
    TRY(producer.commit_transaction().get());
    cat_tell(options, console, 1, "Transaction successfully committed");
    return {};
}

}  // namespace

Result<bool> cat_produce(const CatOptions& options, Console& console) {
    const bool transactional = options.properties.contains("transactional.id");
    TRY_ASSIGN(auto producer, quiet_producer(cat_producer_config(options)));
    const StopSignals stop([] {});
    TRY(find_topic(options, producer));
    if (transactional) {
        cat_tell(options, console, 1, "Using transactional producer");
        TRY(producer.init_transactions().get());
        TRY(producer.begin_transaction());
    }
    CatWriter writer(options, console, producer, stop);
    TRY(writer.send_all());
    TRY_ASSIGN(const bool all_well, writer.finish());
    if (transactional) {
        TRY(end_transaction(options, console, producer, !stop.requested()));
    }
    TRY(producer.close());
    return all_well;
}

}  // namespace barnabas::cli
