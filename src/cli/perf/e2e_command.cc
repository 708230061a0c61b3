#include "cli/perf/e2e_command.h"

#include "base/json_text.h"
#include "cli/common/admin_session.h"
#include "cli/common/old_names.h"
#include "cli/common/quiet_clients.h"
#include "cli/perf/e2e_records.h"
#include "cli/perf/java_numbers.h"
#include "client/config/admin_config.h"
#include "client/config/consumer_config.h"
#include "client/config/producer_config.h"
#include "runtime/real/real_clock.h"
#include <barnabas/admin.h>
#include <barnabas/consumer.h>
#include <barnabas/producer.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr Duration e2e_poll = std::chrono::seconds(60);
constexpr std::int64_t e2e_progress_every = 1000;

/// Three clients share one file: each takes the names that it knows, and one that none knows is
/// left for all to complain of.
ClientConfig e2e_part(const ClientConfig& file, const ConfigDefinition& mine) {
    const ConfigDefinition* const all[] = {&client::admin_definition(),
                                           &client::consumer_definition(),
                                           &client::producer_definition()};
    ClientConfig part;
    for (const auto& [name, value] : file) {
        const auto knows = [&](const ConfigDefinition* one) { return one->find(name) != nullptr; };
        if (knows(&mine) || std::ranges::none_of(all, knows)) {
            part.emplace(name, value);
        }
    }
    return part;
}

/// One run of the command. Errors have the whole sentence.
class E2eRun {
public:
    E2eRun(const E2eOptions& options, Console& console, ClientConfig file)
        : options_(options), console_(console), file_(std::move(file)) {}

    Result<void> run() {
        TRY(ensure_topic());
        TRY_ASSIGN(auto consumer, quiet_consumer(consumer_config()));
        TRY_ASSIGN(auto producer, quiet_producer(producer_config()));
        TRY(stand_at_end(consumer));
        E2eLatencies latencies;
        const auto measured = measure(producer, consumer, latencies);
        const auto committed = consumer.commit_sync();
        TRY(measured);
        console_.write(options_.json ? e2e_json(std::move(latencies)) + "\n"
                                     : e2e_text(std::move(latencies)));
        return committed;
    }

private:
    [[nodiscard]] ClientConfig consumer_config() const {
        auto config = e2e_part(file_, client::consumer_definition());
        config.insert_or_assign("group.id", fmt::format("test-group-{}", clock_.wall()));
        config.insert_or_assign("enable.auto.commit", "false");
        config.insert_or_assign("auto.offset.reset", "latest");
        config.insert_or_assign("fetch.max.wait.ms", "0");  // nothing waits for company
        return config;
    }
    [[nodiscard]] ClientConfig producer_config() const {
        auto config = e2e_part(file_, client::producer_definition());
        config.insert_or_assign("linger.ms", "0");
        config.insert_or_assign("max.block.ms", "9223372036854775807");
        config.insert_or_assign("acks", options_.acks);
        return config;
    }

    Result<void> ensure_topic() {
        TRY_ASSIGN(auto admin, quiet_admin(e2e_part(file_, client::admin_definition())));
        TRY_ASSIGN(const auto topics, admin.list_topics().get());
        if (topics.contains(options_.topic)) {
            return {};
        }
        const auto said = fmt::format(
            "Topic \"{}\" does not exist. Will create topic with 1 partition(s) and replication "
            "factor = 1",
            options_.topic);
        options_.json ? console_.error_line(said) : console_.line(said);
        TRY_ASSIGN(const auto outcomes,
                   admin
                       .create_topics({{.name = options_.topic,
                                        .partitions = 1,
                                        .replication_factor = std::int16_t{1}}})
                       .get());
        const auto& created = outcomes.at(options_.topic);
        if (!created) {
            return fail(created.error().code, "Creation of topic {} failed: {}", options_.topic,
                        created.error().message);
        }
        return {};
    }

    Result<void> stand_at_end(Consumer& consumer) {
        TRY_ASSIGN(const auto infos, consumer.partitions_for(options_.topic));
        std::vector<TopicPartition> partitions;
        for (const auto& info : infos) {
            partitions.push_back({.topic = info.topic, .partition = info.partition});
        }
        TRY(consumer.assign(partitions));
        TRY(consumer.seek_to_end(partitions));
        for (const auto& partition : partitions) {
            TRY(consumer.position(partition));
        }
        return {};
    }

    Result<void> measure(Producer& producer, Consumer& consumer, E2eLatencies& latencies) {
        E2eRecords records(options_);
        latencies.each_ms.reserve(static_cast<std::size_t>(options_.records));
        for (std::int64_t i = 0; i < options_.records; ++i) {
            TRY_ASSIGN(const auto taken, round_trip(producer, consumer, records.next()));
            if (i % e2e_progress_every == 0) {
                tell(i, taken);
            }
            latencies.total += taken;
            latencies.each_ms.push_back(
                std::chrono::duration_cast<std::chrono::milliseconds>(taken).count());
        }
        return {};
    }

    Result<Duration> round_trip(Producer& producer, Consumer& consumer,
                                const ProducerRecord& record) {
        const auto begin = clock_.now();
        TRY(producer.send(record).get());
        TRY_ASSIGN(const auto read, consumer.poll(e2e_poll));
        const auto taken = clock_.now() - begin;
        if (read.empty()) {
            return fail(ErrorCode::request_timed_out,
                        "poll() timed out before finding a result (timeout:[{}ms])",
                        std::chrono::duration_cast<std::chrono::milliseconds>(e2e_poll).count());
        }
        TRY(judge_round_trip(record, *read.begin(), read.size()));
        return taken;
    }

    void tell(std::int64_t index, Duration taken) {
        console_.line(
            options_.json
                ? JsonLine()
                      .add("event", "progress")
                      .add("record", index)
                      .add_json(
                          "latency_ms",
                          json_number(std::chrono::duration<double, std::milli>(taken).count()))
                      .text()
                : e2e_progress(index, taken));
        std::ignore = console_.flush();
    }

    const E2eOptions& options_;
    Console& console_;
    ClientConfig file_;
    runtime::RealClock clock_;
};

}  // namespace

int run_e2e_latency(const ParsedOptions& given, Console& console) {
    const auto options = e2e_options(given);
    if (!options) {
        console.error_line(options.error().message);
        return 1;
    }
    if (!options->warning.empty()) {
        tell_warning(options->warning, options->json, console);
    }
    auto file = client_properties(options->properties);
    const auto done = file ? E2eRun(*options, console, std::move(*file)).run()
                           : Result<void>(fail(std::move(file)));
    if (!done) {
        console.error_line(done.error().message);
        return 1;
    }
    return 0;
}

}  // namespace barnabas::cli
