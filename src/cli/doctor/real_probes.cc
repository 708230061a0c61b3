#include "cli/doctor/real_probes.h"

#include "cli/common/quiet_clients.h"
#include "cli/doctor/greetings.h"
#include "runtime/process.h"
#include "runtime/real/real_clock.h"
#include "runtime/real/real_runtime.h"
#include "runtime/real/resolve.h"
#include "runtime/tasks.h"
#include <barnabas/admin.h>
#include <barnabas/producer.h>

#include <algorithm>
#include <array>
#include <future>
#include <map>
#include <set>
#include <thread>
#include <utility>

namespace barnabas::cli {
namespace {

using runtime::awaitable;
using runtime::Endpoint;

/// Closes a stream at a moment, unless it goes before.
class ProbeTimer {
public:
    ProbeTimer(runtime::Shard& shard, runtime::Stream& stream, Time at)
        : shard_(shard), timer_(shard.call_at(at, [this, &stream] {
              rang_ = true;
              stream.close();
          })) {}
    ProbeTimer(const ProbeTimer&) = delete;
    ProbeTimer& operator=(const ProbeTimer&) = delete;
    ~ProbeTimer() { shard_.cancel(timer_); }
    [[nodiscard]] bool rang() const { return rang_; }

private:
    runtime::Shard& shard_;
    bool rang_ = false;
    runtime::TimerId timer_;
};

awaitable<void> exchange_greetings(runtime::Shard& shard, runtime::Stream& stream,
                                   const std::string& bytes, Duration time, Contact& contact) {
    const ProbeTimer timer(shard, stream, shard.clock().now() + time);
    const std::array<runtime::Piece, 1> pieces{as_bytes(bytes)};
    const auto written = co_await stream.write(pieces);
    if (!written) {
        contact.closed = !timer.rang();
        co_return;
    }
    std::array<std::byte, 4096> buffer{};
    while (contact.answer.size() < answer_size(contact.answer)) {
        const auto count = co_await stream.read_some(buffer);
        if (!count || *count == 0) {
            contact.closed = !timer.rang();
            co_return;
        }
        contact.answer += as_text(ByteView(buffer).first(*count));
    }
}

awaitable<void> make_contact(runtime::Shard& shard, Endpoint address, std::string bytes,
                             Duration time, std::promise<Contact> done) {
    const auto begin = shard.clock().now();
    const runtime::StreamOptions options;
    auto stream = co_await shard.network().connect(address, options, begin + time);
    Contact contact{.connected = stream ? Result<Duration>(shard.clock().now() - begin)
                                        : Result<Duration>(std::unexpected(stream.error()))};
    if (stream) {
        co_await exchange_greetings(shard, **stream, bytes, time, contact);
        (*stream)->close();
    }
    done.set_value(std::move(contact));
}

/// A runtime of one shard on a thread of its own.
class ProbeThread {
public:
    ProbeThread() {
        std::promise<runtime::RealRuntime*> made;
        auto ready = made.get_future();
        thread_ = std::thread([promise = std::move(made)]() mutable {
            runtime::RealRuntime runtime(
                {.shards = 1, .pool_threads_max = 1, .ignores_sigpipe = false});
            promise.set_value(&runtime);
            runtime.run();
        });
        runtime_ = ready.get();
    }
    ProbeThread(const ProbeThread&) = delete;
    ProbeThread& operator=(const ProbeThread&) = delete;
    ~ProbeThread() {
        runtime_->stop();
        thread_.join();
    }
    [[nodiscard]] runtime::Shard& shard() { return runtime_->shard(0); }

private:
    runtime::RealRuntime* runtime_ = nullptr;  // on the thread's stack
    std::thread thread_;
};

class RealProbes final : public Probes {
public:
    explicit RealProbes(ProbeOptions options)
        : options_(std::move(options)), client_(quiet_admin(options_.config)) {}

    Result<std::vector<HostAddress>> resolve(const std::string& host) override;
    Contact speak(const Endpoint& address, std::string_view bytes) override;
    Result<admin::ClusterDescription> cluster() override;
    Result<admin::Outcomes<BrokerId, admin::BrokerApiVersions>> versions() override;
    Result<admin::Outcomes<std::string, admin::TopicDescription>> topics() override;
    Result<BrokerLogDirs> log_dirs() override;
    Result<std::optional<ClockSample>> newest_stamp(
        const std::vector<TopicPartition>& partitions) override;
    Result<ClockSample> write_record() override;
    std::uint64_t open_files_max() override { return runtime::file_limit(); }

private:
    [[nodiscard]] Result<void> usable() const {
        return client_ ? Result<void>() : Result<void>(std::unexpected(client_.error()));
    }
    Result<ClockSample> write_to(const std::string& topic);

    ProbeOptions options_;
    Result<Admin> client_;
    runtime::RealClock clock_;
    ProbeThread thread_;
};

Result<std::vector<HostAddress>> RealProbes::resolve(const std::string& host) {
    const Endpoint endpoint{.host = host, .port = 0};
    std::vector<boost::asio::ip::tcp::endpoint> found;
    if (const auto literal = runtime::as_address(endpoint)) {
        found.push_back(*literal);
    } else {
        TRY_ASSIGN(found, runtime::resolve_name(endpoint));
    }
    std::vector<HostAddress> addresses;
    for (const auto& one : found) {
        addresses.push_back({.text = one.address().to_string(),
                             .is_ipv6 = one.address().is_v6(),
                             .is_loopback = one.address().is_loopback()});
    }
    return addresses;
}

Contact RealProbes::speak(const Endpoint& address, std::string_view bytes) {
    std::promise<Contact> promise;
    auto contact = promise.get_future();
    auto& shard = thread_.shard();
    auto task = [&shard, address, text = std::string(bytes), time = options_.connect_time,
                 done = std::move(promise)]() mutable {
        runtime::spawn(shard, make_contact(shard, address, std::move(text), time, std::move(done)));
    };
    shard.post(std::move(task));
    return contact.get();
}

Result<admin::ClusterDescription> RealProbes::cluster() {
    TRY(usable());
    auto all =
        client_->describe_cluster({.timeout = options_.answer_time, .include_fenced_brokers = true})
            .get();
    if (!all && all.error().code == ErrorCode::unsupported_version) {
        all = client_->describe_cluster({.timeout = options_.answer_time}).get();
    }
    return all;
}

Result<admin::Outcomes<BrokerId, admin::BrokerApiVersions>> RealProbes::versions() {
    TRY(usable());
    return client_->api_versions({}, {.timeout = options_.answer_time}).get();
}

Result<admin::Outcomes<std::string, admin::TopicDescription>> RealProbes::topics() {
    TRY(usable());
    TRY_ASSIGN(
        const auto listed,
        client_->list_topics({.timeout = options_.answer_time, .list_internal = true}).get());
    std::set<std::string> names;
    for (const auto& [name, listing] : listed) {
        names.insert(name);
    }
    return client_->describe_topics(std::move(names), {.timeout = options_.answer_time}).get();
}

Result<BrokerLogDirs> RealProbes::log_dirs() {
    TRY(usable());
    TRY_ASSIGN(const auto cluster,
               client_->describe_cluster({.timeout = options_.answer_time}).get());
    std::set<BrokerId> brokers;
    for (const auto& broker : cluster.brokers) {
        brokers.insert(broker.id);
    }
    return client_->describe_log_dirs(std::move(brokers), {.timeout = options_.answer_time}).get();
}

Result<std::optional<ClockSample>> RealProbes::newest_stamp(
    const std::vector<TopicPartition>& partitions) {
    TRY(usable());
    std::map<TopicPartition, admin::OffsetSpec> asked;
    for (const auto& partition : partitions) {
        asked.emplace(partition, admin::OffsetSpec::max_timestamp());
    }
    const auto before = clock_.wall();
    TRY_ASSIGN(const auto offsets,
               client_->list_offsets(std::move(asked), {.timeout = options_.answer_time}).get());
    const auto after = clock_.wall();
    auto newest = no_timestamp;
    for (const auto& [partition, outcome] : offsets) {
        if (outcome) {
            newest = std::max(newest, outcome->timestamp);
        }
    }
    if (newest == no_timestamp) {
        TRY(admin::all(offsets));
        return std::nullopt;
    }
    return ClockSample{.theirs = newest, .before = before, .after = after};
}

Result<ClockSample> RealProbes::write_record() {
    TRY(usable());
    const auto topic = fmt::format("barnabas-doctor-{}", clock_.wall());
    admin::NewTopic wanted{.name = topic, .partitions = 1};
    wanted.configs.emplace("message.timestamp.type", "LogAppendTime");
    TRY_ASSIGN(
        const auto created,
        client_->create_topics({std::move(wanted)}, {.timeout = options_.answer_time}).get());
    TRY(admin::all(created));
    auto sample = write_to(topic);
    TRY_ASSIGN(const auto deleted,
               client_->delete_topics({topic}, {.timeout = options_.answer_time}).get());
    TRY(admin::all(deleted));
    return sample;
}

Result<ClockSample> RealProbes::write_to(const std::string& topic) {
    ClientConfig config{{"bootstrap.servers", options_.config.at("bootstrap.servers")},
                        {"linger.ms", "0"}};
    TRY_ASSIGN(auto producer, quiet_producer(config));
    TRY(producer.partitions_for(topic).get());  // connects, so that the record need not wait
    const auto before = clock_.wall();
    TRY_ASSIGN(const auto stored, producer
                                      .send(ProducerRecord{.topic = topic,
                                                           .value = to_bytes("written for a check "
                                                                             "of clocks")})
                                      .get());
    return ClockSample{.theirs = stored.timestamp, .before = before, .after = clock_.wall()};
}

}  // namespace

std::unique_ptr<Probes> real_probes(ProbeOptions options) {
    return std::make_unique<RealProbes>(std::move(options));
}

}  // namespace barnabas::cli
