#include "cli/server_command.h"

#include "base/logger.h"
#include "base/properties.h"
#include "broker/broker.h"
#include "broker/cold_reads.h"
#include "broker/config/definitions.h"
#include "broker/first_appends.h"
#include "broker/flusher.h"
#include "runtime/process.h"
#include "runtime/real/real_runtime.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace barnabas::cli {
namespace {

struct ServerArguments {
    std::string file;
    std::vector<std::string> overrides;
    bool temporary = false;
    bool allow_unknown = false;
};

/// A directory of our own under TMPDIR, gone with the object.
class TemporaryDirectory {
public:
    explicit TemporaryDirectory(runtime::Disk& disk) : disk_(disk) {}
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() {
        if (!path_.empty()) {
            ignore(disk_.remove_all(path_), "nobody is left to tell");
        }
    }

    Result<runtime::Path> make(runtime::Random& random) {
        const char* base = std::getenv("TMPDIR");
        const runtime::Path path = runtime::Path(base != nullptr ? base : "/tmp") /
                                   fmt::format("barnabas-{:016x}", random.next());
        TRY(disk_.create_directories(path));
        path_ = path;
        return path;
    }

private:
    runtime::Disk& disk_;
    runtime::Path path_;
};

std::string host_name() {
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

/// What is set: by the file, or by the standard without one, and by the overrides.
Result<ConfigMap> read_settings(const ServerArguments& arguments, runtime::Disk& disk,
                                const runtime::Path& temporary) {
    ConfigMap set = broker::config_without_file();
    if (!arguments.file.empty()) {
        TRY_ASSIGN(const auto text, disk.read_text(arguments.file));
        TRY_ASSIGN(set, parse_properties(text));
    }
    if (arguments.temporary) {
        set["listeners"] = "PLAINTEXT://localhost:0";
        set["metrics.listeners"] = "";
        set["log.dirs"] = (temporary / "data").string();
        set["flush.before.ack"] = "never";  // nothing of it outlives the machine anyway
        set.erase("log.dir");
        set.erase("advertised.listeners");
    }
    for (const auto& override : arguments.overrides) {
        TRY(apply_override(set, override));
    }
    return set;
}

/// One per core, but for one core that the kernel's network and the blocking pool need as well: on
/// two cores a second shard cost more in hops than it brought (0.68 against 0.62 CPU s/GB
/// produced).
std::size_t shard_count(const broker::ProcessConfig& config) {
    const auto cores = std::max(2U, std::thread::hardware_concurrency());
    return config.shards > 0 ? static_cast<std::size_t>(config.shards) : cores - 1;
}

/// Threads start when there is work for them: what counts is that no kind of work can keep another
/// from getting one. Cold reads, first appends and syncs take up to so many for each shard and
/// directory, opening logs its own number for each directory, whose upkeep and checkpoints may hang
/// with it; compaction and moves come on top.
std::size_t pool_threads(const broker::BrokerConfig& config, std::size_t shards) {
    const auto directories = config.storage.log_dirs.size();
    const auto opening = directories * config.storage.recovery_threads_per_dir + 8;
    const auto of_directory = broker::ColdReads::at_once_max + broker::FirstAppends::at_once_max +
                              broker::Flusher::at_once_max;
    constexpr std::size_t upkeep_of_directory = 3;  // a round, its checkpoints, is it there
    return std::max(
        {std::size_t{16}, opening,
         (directories * of_directory + 4) * shards + directories * upkeep_of_directory});
}

/// One process's broker: starts it, waits for a signal, stops it.
class Server {
public:
    Server(runtime::RealRuntime& runtime, broker::Broker& broker, Logger log)
        : runtime_(runtime), broker_(broker), log_(std::move(log)), asked_(runtime.shard(0)) {}

    /// The broker cannot go on.
    void end(const std::string& why) {
        log_.error("{}: the broker ends", why);
        std::fprintf(stderr, "barnabas: %s\n", why.c_str());
        status_ = 1;
        stop_asked_ = true;
        asked_.notify_all();
    }

    boost::asio::awaitable<void> run() {
        const runtime::StopSignals signals(runtime_.shard(0), [this](int number) {
            log_.info("signal {}: stopping in order", number);
            stop_asked_ = true;
            asked_.notify_all();
        });
        const auto started = co_await broker_.start();
        if (started) {
            announce();
            while (!stop_asked_) {
                co_await asked_.wait_until(never);
            }
        } else {
            std::fprintf(stderr, "barnabas: %s\n", started.error().message.c_str());
            status_ = 1;
        }
        const auto stopped = co_await broker_.stop();
        if (!stopped) {
            leave(stopped.error().message);
        }
        if (started) {
            log_.info("stopped");
        }
        runtime_.stop();
    }

    [[nodiscard]] int status() const { return status_; }

private:
    /// Threads wait for a disk, and nothing that they work with can be taken apart: the system does
    /// it.
    [[noreturn]] void leave(const std::string& why) {
        log_.error("{}; the process ends without waiting for it", why);
        std::fflush(nullptr);
        std::_Exit(1);
    }

    void announce() {
        for (const auto& [name, endpoint] : broker_.bound()) {
            log_.info("listener {} is bound to {}:{}", name, endpoint.host, endpoint.port);
        }
        for (const auto& [name, endpoint] : broker_.advertised()) {
            log_.info("clients of listener {} are sent to {}:{}", name, endpoint.host,
                      endpoint.port);
        }
        for (const auto& endpoint : broker_.http()) {
            log_.info("/metrics, /live and /ready are on http://{}:{}", endpoint.host,
                      endpoint.port);
        }
        const auto& endpoint = broker_.advertised().front().second;
        std::printf("listening on %s:%d\n", endpoint.host.c_str(), endpoint.port);
        std::fflush(stdout);
    }

    runtime::RealRuntime& runtime_;
    broker::Broker& broker_;
    Logger log_;
    runtime::Signal asked_;
    bool stop_asked_ = false;
    int status_ = 0;
};

Result<int> serve(const ServerArguments& arguments) {
    runtime::PosixDisk disk;
    runtime::RealRandom random;
    TemporaryDirectory directory(disk);
    runtime::Path temporary;
    if (arguments.temporary) {
        TRY_ASSIGN(temporary, directory.make(random));
    }
    TRY_ASSIGN(const auto set, read_settings(arguments, disk, temporary));
    const auto definition = broker::broker_definition();
    TRY_ASSIGN(auto loaded, broker::load_broker_config(definition, set,
                                                       {.allow_unknown = arguments.allow_unknown}));
    const auto& process = loaded.config.process;
    const Logger log(make_stderr_sink(process.log_format), "server", process.log_level);
    for (const auto& warning : loaded.warnings) {
        log.warn("{}", warning);
    }
    if (const auto limit = runtime::raise_file_limit()) {
        log.info("may open {} files (was {})", limit->now, limit->before);
    } else {
        log.warn("{}", limit.error().message);
    }
    if (arguments.temporary) {
        log.info("temporary: data in {} is removed at the end, and lost if this machine stops",
                 temporary.string());
    }
    const auto shard_total = shard_count(process);
    runtime::RealRuntime runtime(
        {.shards = shard_total, .pool_threads_max = pool_threads(loaded.config, shard_total)});
    std::vector<runtime::Shard*> shards;
    for (std::size_t i = 0; i < runtime.size(); ++i) {
        shards.push_back(&runtime.shard(i));
    }
    Server* serving = nullptr;
    broker::Broker broker(
        {.shards = shards,
         .disk = runtime.disk(),
         .log = log,
         .host_name = host_name(),
         .on_end = [&serving](const std::string& why) { serving->end(why); }},
        {.config = std::move(loaded.config),
         .statics = std::move(loaded.statics),
         .state = arguments.temporary ? broker::StateKind::temporary : broker::StateKind::durable});
    Server server(runtime, broker, log);
    serving = &server;
    runtime.shard(0).post([&runtime, &server] { runtime::spawn(runtime.shard(0), server.run()); });
    runtime.run();
    return server.status();
}

}  // namespace

void add_server_command(CLI::App& app, int& status) {
    auto arguments = std::make_shared<ServerArguments>();
    auto* command = app.add_subcommand("server", "Run a broker");
    command->add_option("FILE", arguments->file,
                        "A server.properties of Kafka's; without one: localhost:9092, data in "
                        "./barnabas-data");
    command->add_option("--override", arguments->overrides,
                        "KEY=VALUE on top of the file; may be repeated");
    command->add_flag("--temporary", arguments->temporary,
                      "A free port and a directory that is removed at the end");
    command->add_flag("--allow-unknown", arguments->allow_unknown,
                      "An unknown configuration name is a warning instead of the end");
    command->callback([arguments, &status] {
        const auto served = serve(*arguments);
        if (!served) {
            std::fprintf(stderr, "barnabas: %s\n", served.error().message.c_str());
        }
        status = served.value_or(1);
    });
}

}  // namespace barnabas::cli
