#include "cli/server_command.h"

#include "base/logger.h"
#include "base/properties.h"
#include "broker/broker.h"
#include "broker/config/definitions.h"
#include "broker/thread_plan.h"
#include "runtime/process.h"
#include "runtime/real/real_random.h"
#include "runtime/real/real_runtime.h"
#include "runtime/temporary_directory.h"

#include <CLI/CLI.hpp>

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

std::string host_name() {
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

/// As clients write it: an IPv6 address in brackets.
std::string host_and_port(const runtime::Endpoint& at) {
    return at.host.contains(':') ? fmt::format("[{}]:{}", at.host, at.port)
                                 : fmt::format("{}:{}", at.host, at.port);
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
            log_.info("listener {} is bound to {}", name, host_and_port(endpoint));
        }
        for (const auto& [name, endpoint] : broker_.advertised()) {
            log_.info("clients of listener {} are sent to {}", name, host_and_port(endpoint));
        }
        for (const auto& endpoint : broker_.http()) {
            log_.info("/metrics, /live and /ready are on http://{}", host_and_port(endpoint));
        }
        const auto& endpoint = broker_.advertised().front().second;
        std::printf("listening on %s\n", host_and_port(endpoint).c_str());
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
    runtime::TemporaryDirectory directory(disk);
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
    const auto shard_total = broker::shard_count(process, std::thread::hardware_concurrency());
    runtime::RealRuntime runtime(
        {.shards = shard_total,
         .pool_threads_max = broker::pool_threads_max(loaded.config, shard_total)});
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
    command
        ->add_option("--override", arguments->overrides,
                     "KEY=VALUE on top of the file; may be repeated")
        ->allow_extra_args(false);  // the file may come behind it
    command->add_flag("--temporary", arguments->temporary,
                      "A free port and a directory that is removed at the end");
    command->add_flag("--allow-unknown", arguments->allow_unknown,
                      "An unknown configuration name is a warning instead of the end");
    command->footer(
        "Examples\n"
        "  barnabas server\n"
        "  barnabas server --temporary\n"
        "  barnabas server /etc/barnabas/server.properties --override log.dirs=/disk1,/disk2\n"
        "  barnabas server --override listeners=PLAINTEXT://0.0.0.0:9092 "
        "--override advertised.listeners=PLAINTEXT://kafka.example.com:9092");
    command->callback([arguments, &status] {
        const auto served = serve(*arguments);
        if (!served) {
            std::fprintf(stderr, "barnabas: %s\n", served.error().message.c_str());
        }
        status = served.value_or(1);
    });
}

}  // namespace barnabas::cli
