// What the runtime costs a server per request and per byte over loopback: a plain blocking client
// in one thread, a shard in another. server_us is the processor time of the shard's thread.
#include "runtime/real/real_runtime.h"
#include "runtime/tasks.h"

#include <benchmark/benchmark.h>

#include <arpa/inet.h>
#include <future>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <thread>
#include <time.h>
#include <unistd.h>

namespace barnabas::runtime {
namespace {

constexpr std::size_t request_bytes = 128;
constexpr std::size_t response_bytes = 64;

double thread_cpu_seconds(pthread_t thread) {
    clockid_t clock{};
    ::pthread_getcpuclockid(thread, &clock);
    timespec t{};
    ::clock_gettime(clock, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

/// Reads requests and answers each with `pieces`; appends each to `file` first, if there is one.
awaitable<void> serve(std::unique_ptr<Stream> stream, std::vector<Piece> pieces,
                      std::shared_ptr<File> file) {
    std::vector<std::byte> buffer(4096);
    std::size_t have = 0;
    std::uint64_t position = 0;
    for (;;) {
        const auto got = co_await stream->read_some(buffer);
        if (!got || *got == 0) {
            co_return;
        }
        if (file) {
            ignore(file->write_at(position, ByteView(buffer).first(*got)), "a benchmark");
            position = (position + *got) % (64 << 20);
        }
        for (have += *got; have >= request_bytes; have -= request_bytes) {
            const auto sent = co_await stream->write(pieces);
            if (!sent) {
                co_return;
            }
        }
    }
}

awaitable<void> accept_all(Listener* listener, TaskGroup* tasks, std::vector<Piece> pieces,
                           std::shared_ptr<File> file) {
    while (auto stream = co_await listener->accept()) {
        tasks->spawn(serve(std::move(*stream), pieces, file));
    }
}

/// A serving shard on a thread of its own, and a blocking client that is connected to it.
class Server {
public:
    explicit Server(std::vector<Piece> pieces, std::shared_ptr<File> file = nullptr) {
        std::promise<std::uint16_t> port;
        runtime_.shard(0).post([&] {
            listener_ = *runtime_.shard(0).network().listen({"127.0.0.1", 0}, {});
            tasks_ = std::make_unique<TaskGroup>(runtime_.shard(0));
            tasks_->spawn(accept_all(listener_.get(), tasks_.get(), pieces, file));
            port.set_value(listener_->local().port);
        });
        thread_ = std::thread([this] { runtime_.run(); });
        sockaddr_in address{.sin_family = AF_INET,
                            .sin_port = htons(port.get_future().get()),
                            .sin_addr = {htonl(INADDR_LOOPBACK)}};
        client_ = ::socket(AF_INET, SOCK_STREAM, 0);
        const int on = 1;
        ::setsockopt(client_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (::connect(client_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
            std::abort();
        }
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server() {
        ::close(client_);
        runtime_.shard(0).post([this] { spawn(runtime_.shard(0), stop()); });
        thread_.join();
    }

    void exchange(std::span<char> into, std::size_t response) {
        char request[request_bytes] = {};
        if (::send(client_, request, sizeof request, 0) != sizeof request) {
            std::abort();
        }
        for (std::size_t have = 0; have < response;) {
            const ssize_t got = ::recv(client_, into.data(), into.size(), 0);
            if (got <= 0) {
                std::abort();
            }
            have += static_cast<std::size_t>(got);
        }
    }
    double cpu_seconds() { return thread_cpu_seconds(thread_.native_handle()); }

private:
    awaitable<void> stop() {
        listener_->close();
        co_await tasks_->join();
        tasks_.reset();
        listener_.reset();
        runtime_.stop();
    }

    RealRuntime runtime_;
    std::unique_ptr<Listener> listener_;
    std::unique_ptr<TaskGroup> tasks_;
    std::thread thread_;
    int client_ = -1;
};

std::shared_ptr<File> temporary_file(std::size_t bytes) {
    PosixDisk disk;
    const Path path =
        std::filesystem::temp_directory_path() / fmt::format("barnabas-bench-{}", ::getpid());
    auto file = *disk.open(path, OpenMode::create_or_open);
    const std::vector<std::byte> block(1 << 20, std::byte{'x'});
    for (std::size_t at = 0; at < bytes; at += block.size()) {
        ignore(file->write_at(at, block), "a benchmark");
    }
    ignore(disk.remove(path), "open files stay");
    return file;
}

void measure(benchmark::State& state, Server& server, std::size_t response) {
    std::vector<char> into(1 << 20);
    for (int i = 0; i < 100; ++i) {
        server.exchange(into, response);
    }
    const double before = server.cpu_seconds();
    for (auto _ : state) {
        server.exchange(into, response);
    }
    const double used = server.cpu_seconds() - before;
    const auto rounds = static_cast<double>(state.iterations());
    state.counters["server_us"] = used * 1e6 / rounds;
    state.counters["GB_per_server_s"] = rounds * static_cast<double>(response) / 1e9 / used;
}

void ping_pong(benchmark::State& state) {
    const std::vector<std::byte> answer(response_bytes);
    Server server({ByteView(answer)});
    measure(state, server, answer.size());
}
BENCHMARK(ping_pong)->UseRealTime();

/// As a small produce request: receive, append to a file in the page cache, answer.
void ping_pong_with_append(benchmark::State& state) {
    const std::vector<std::byte> answer(response_bytes);
    Server server({ByteView(answer)}, temporary_file(64 << 20));
    measure(state, server, answer.size());
}
BENCHMARK(ping_pong_with_append)->UseRealTime();

/// As a fetch of this many bytes from the page cache: a head, then the file by sendfile.
void send_file(benchmark::State& state) {
    const std::vector<std::byte> head(response_bytes);
    const auto size = static_cast<std::uint32_t>(state.range(0));
    const FileSlice slice{temporary_file(size), 0, size};
    Server server({ByteView(head), slice});
    measure(state, server, head.size() + size);
}
BENCHMARK(send_file)->Arg(16 << 10)->Arg(1 << 20)->Arg(16 << 20)->UseRealTime();

}  // namespace
}  // namespace barnabas::runtime
