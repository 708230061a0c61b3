#pragma once

#include "broker/connection_quota.h"
#include "rpc/server_connection.h"
#include "runtime/tasks.h"

#include <list>
#include <memory>
#include <string>
#include <vector>

namespace barnabas::broker {

using boost::asio::awaitable;

/// One shard's connections: accepts them, keeps them, closes idle ones. Lives on its shard. While
/// max.connections are open each listener holds one that it has accepted, without serving it, and
/// accepts no more: the system keeps those who come.
/// Always: a connection in the list is counted in the quota.
class Acceptor {
public:
    struct Options {
        rpc::ConnectionLimits limits;
        Duration idle_max;  // connections.max.idle.ms
    };
    struct Ports {
        runtime::Shard& shard;
        ConnectionQuota& quota;
        rpc::FramePool& frames;
        rpc::TrafficCounters& traffic;
        Logger log;
    };

    Acceptor(Ports ports, Options options);
    Acceptor(const Acceptor&) = delete;
    Acceptor& operator=(const Acceptor&) = delete;
    ~Acceptor();

    /// Accepts from `listener` until stop(); requests of its connections go to `handler`, which
    /// outlives them.
    void serve(std::unique_ptr<runtime::Listener> listener, rpc::RequestHandler& handler);

    /// Closes listeners and connections and waits until every request has ended.
    awaitable<void> stop();

    [[nodiscard]] std::size_t connections() const { return connections_.size(); }
    [[nodiscard]] std::uint64_t accepted() const { return accepted_; }
    [[nodiscard]] std::uint64_t refused() const { return refused_; }

private:
    struct Entry {
        std::unique_ptr<rpc::ServerConnection> connection;
        std::string ip;
    };
    using Connections = std::list<Entry>;

    awaitable<void> accept_loop(runtime::Listener& listener, rpc::RequestHandler& handler);
    awaitable<bool> find_room(std::string ip);
    void say_full();
    void take_in(std::unique_ptr<runtime::Stream> stream, rpc::RequestHandler& handler);
    awaitable<void> run_connection(Connections::iterator entry);
    void plan_idle_check();
    void close_idle();
    void close_stalled();

    Ports ports_;
    Options options_;
    runtime::TaskGroup tasks_;
    runtime::Signal stopping_;
    std::shared_ptr<runtime::Signal> room_;  // also of the news of it that is on its way here
    std::uint64_t told_of_room_;
    std::vector<std::unique_ptr<runtime::Listener>> listeners_;
    rpc::Gathering gathering_;
    Connections connections_;
    std::optional<runtime::TimerId> idle_check_;
    std::uint64_t accepted_ = 0;
    std::uint64_t refused_ = 0;
    bool stopped_ = false;
};

}  // namespace barnabas::broker
