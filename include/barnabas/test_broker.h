#pragma once

#include <barnabas/result.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace barnabas {

/// What a TestBroker is to be like. Nothing has to be set.
struct TestBrokerOptions {
    /// Kafka's names of a broker's configuration, and Barnabas' own (docs/configuration.md).
    using Settings = std::map<std::string, std::string, std::less<>>;

    /// On top of what a test broker has: `listeners=PLAINTEXT://127.0.0.1:0`, one shard (thread),
    /// no port for metrics, internal topics of one partition, no waiting before a group's first
    /// rebalance, and `flush.before.ack=never` (what is acknowledged survives the process, not the
    /// machine). All other defaults are the broker's own.
    Settings settings{};
    /// Where its data are: made if it is not there, taken over if a broker left it, and kept.
    /// Nothing: a directory of its own under TMPDIR (or /tmp), which goes with the object.
    std::optional<std::filesystem::path> directory{};
    /// Gets the broker's log, line by line, one call at a time, on the broker's threads: it must
    /// not block, nor call the TestBroker. Nothing: the broker says nothing.
    std::function<void(std::string_view line)> log{};
};

/// A broker in the process of a test: the production broker, on a free port of this machine, up in
/// milliseconds. Link barnabas::test_broker.
///
///     auto broker = TestBroker::start();
///     auto producer = Producer::create({{"bootstrap.servers", broker->bootstrap()}});
///
/// Any number of them live in one process, each a cluster of its own. Nothing of the process is
/// touched: no signal handlers, no limits, no standard output; a broker that cannot go on says so
/// in stop() instead of ending the process. Topics are made when they are first used, unless
/// `auto.create.topics.enable=false`.
///
/// Threads: it has its own (the shards and a pool that grows with the work); one thread at a time
/// calls the object. Errors: values with a sentence, invalid_config for settings. Move-only.
class TestBroker {
public:
    /// As in TestBrokerOptions.
    using Settings = TestBrokerOptions::Settings;

    /// Returns when clients can connect. Fails with invalid_config for a setting that is not known
    /// (with the nearest name), not good, or not the caller's to choose (`log.dirs`: that is
    /// TestBrokerOptions::directory); else with what kept the broker from starting.
    [[nodiscard]] static Result<TestBroker> start(TestBrokerOptions options = {});

    /// The other one is left without a broker: only destroying it and assigning to it are allowed.
    TestBroker(TestBroker&& other) noexcept;
    /// Stops this one first.
    TestBroker& operator=(TestBroker&& other) noexcept;
    TestBroker(const TestBroker&) = delete;
    TestBroker& operator=(const TestBroker&) = delete;
    /// As stop(); a directory of its own is removed.
    ~TestBroker();

    /// For `bootstrap.servers`: where the first listener's clients are sent, as host:port. The same
    /// while the broker is stopped, and after it is started again.
    [[nodiscard]] const std::string& bootstrap() const;
    /// The port that the first listener is bound to.
    [[nodiscard]] std::uint16_t port() const;
    /// Where its data are.
    [[nodiscard]] const std::filesystem::path& directory() const;
    /// False after stop(), and when the broker has given up by itself (stop() tells why).
    [[nodiscard]] bool running() const;

    /// Stops in order: what is under way is answered or its connection closed, logs are closed.
    /// Blocks until all threads have ended. Nothing happens to one that is stopped; the error of
    /// one that had given up by itself says why.
    Result<> stop();
    /// Ends it as SIGKILL ends a process: from this moment on nothing more is written, and what an
    /// orderly stop would leave (checkpoints, producers' snapshots, the mark of a clean shutdown)
    /// is missing, so that restart() recovers as after a crash. Whatever was acknowledged is there:
    /// it was with the system. What is under way is not acknowledged any more: clients hear an
    /// error that may be retried, or their connection ends. The log is silent. Blocks until all
    /// threads have ended; nothing happens to one that is stopped.
    void kill();
    /// Stops it if it runs, and starts it in the same directory and on the same ports: clients find
    /// it again. `changes` go on top of the settings it had, for good. After an error it is
    /// stopped, and may be restarted again.
    Result<> restart(const Settings& changes = {});

private:
    class Impl;
    explicit TestBroker(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

}  // namespace barnabas
