#include "broker/acceptor.h"

#include "base/invariant.h"

#include <algorithm>
#include <utility>

namespace barnabas::broker {
namespace {

/// Who waits for memory waits no longer than this for a peer that stopped in a frame's middle.
constexpr Duration stalled_max = 5s;
constexpr Duration check_interval_max = 1s;

}  // namespace

Acceptor::Acceptor(Ports ports, Options options)
    : ports_(std::move(ports)),
      options_(std::move(options)),
      tasks_(ports_.shard),
      stopping_(ports_.shard),
      room_(std::make_shared<runtime::Signal>(ports_.shard)),
      told_of_room_(ports_.quota.tell(
          [room = room_, &shard = ports_.shard] { shard.post([room] { room->notify_all(); }); })) {}

Acceptor::~Acceptor() {
    ports_.quota.forget(told_of_room_);
    INVARIANT(connections_.empty() || ports_.shard.stopped(),
              "{} connections outlive their acceptor", connections_.size());
}

void Acceptor::serve(std::unique_ptr<runtime::Listener> listener, rpc::RequestHandler& handler) {
    listeners_.push_back(std::move(listener));
    tasks_.spawn(accept_loop(*listeners_.back(), handler));
}

awaitable<void> Acceptor::stop() {
    stopped_ = true;
    stopping_.notify_all();
    room_->notify_all();
    if (idle_check_) {
        ports_.shard.cancel(*std::exchange(idle_check_, std::nullopt));
    }
    for (auto& listener : listeners_) {
        listener->close();
    }
    for (auto& entry : connections_) {
        entry.connection->close();
    }
    co_await tasks_.join();
    listeners_.clear();
}

awaitable<void> Acceptor::accept_loop(runtime::Listener& listener, rpc::RequestHandler& handler) {
    constexpr Duration pause_after_error = 100ms;  // out of descriptors: others must close first
    while (!stopped_) {
        auto stream = co_await listener.accept();
        if (stream) {
            std::string ip = (*stream)->peer().host;
            if (co_await find_room(std::move(ip))) {
                take_in(std::move(*stream), handler);
            } else {
                (*stream)->close();
            }
        } else if (!listener.closed()) {
            ports_.log.warn("accepting on {}:{} failed: {}; trying again in 100 ms",
                            listener.local().host, listener.local().port, stream.error().message);
            co_await stopping_.wait_until(ports_.shard.clock().now() + pause_after_error);
        } else {
            break;
        }
    }
}

/// Counts one from `ip` as soon as there is a place for it; false if there will be none.
awaitable<bool> Acceptor::find_room(std::string ip) {
    while (!stopped_) {
        const auto admitted = ports_.quota.admit(ip);
        if (!admitted) {
            ++refused_;
            ports_.log.info("connection from {} refused: {}", ip, admitted.error().message);
            co_return false;
        }
        if (*admitted == ConnectionQuota::Verdict::admitted) {
            co_return true;
        }
        say_full();
        co_await room_->wait_until(never);
    }
    co_return false;
}

void Acceptor::say_full() {
    if (ports_.quota.may_say_full(ports_.shard.clock().now())) {
        ports_.log.warn("max.connections={} connections are open: new ones wait until others end",
                        ports_.quota.total_max());
    }
}

void Acceptor::take_in(std::unique_ptr<runtime::Stream> stream, rpc::RequestHandler& handler) {
    const auto ip = stream->peer().host;
    ++accepted_;
    rpc::ServerConnection::Ports ports{.shard = ports_.shard,
                                       .handler = handler,
                                       .frames = ports_.frames,
                                       .traffic = ports_.traffic,
                                       .gathering = gathering_,
                                       .log = ports_.log};
    auto connection = std::make_unique<rpc::ServerConnection>(std::move(ports), std::move(stream),
                                                              options_.limits);
    const auto entry = connections_.insert(connections_.end(), {std::move(connection), ip});
    tasks_.spawn(run_connection(entry));
    plan_idle_check();
}

awaitable<void> Acceptor::run_connection(Connections::iterator entry) {
    co_await entry->connection->run();
    ports_.quota.release(entry->ip);
    connections_.erase(entry);
}

/// No timer runs while there is no connection: an idle broker sleeps.
void Acceptor::plan_idle_check() {
    if (idle_check_ || connections_.empty() || stopped_) {
        return;
    }
    const auto pause = std::clamp<Duration>(options_.idle_max / 4, 10ms, check_interval_max);
    idle_check_ = ports_.shard.call_at(ports_.shard.clock().now() + pause, [this] {
        idle_check_.reset();
        close_idle();
        close_stalled();
        plan_idle_check();
    });
}

/// Who takes nothing of its answers is as idle as who asks for nothing.
void Acceptor::close_idle() {
    const auto now = ports_.shard.clock().now();
    for (auto& entry : connections_) {
        auto& connection = *entry.connection;
        if ((connection.idle() || connection.owes_reading()) &&
            now - connection.last_activity() > options_.idle_max) {
            ports_.log.debug("connection of {} closed: idle for connections.max.idle.ms",
                             connection.peer());
            connection.close();
        }
    }
}

/// Frames that are not finished hold memory that others wait for: after a while they lose it.
void Acceptor::close_stalled() {
    if (ports_.frames.may_take()) {
        return;
    }
    const auto now = ports_.shard.clock().now();
    for (auto& entry : connections_) {
        if (entry.connection->owes_rest_of_frame() &&
            now - entry.connection->last_activity() >= stalled_max) {
            ports_.log.warn(
                "connection of {} closed: it stopped in the middle of a request while others wait "
                "for memory (queued.max.request.bytes)",
                entry.connection->peer());
            entry.connection->close();
        }
    }
}

}  // namespace barnabas::broker
