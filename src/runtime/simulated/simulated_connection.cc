#include "runtime/simulated/simulated_connection.h"

#include "base/invariant.h"
#include "runtime/simulated/simulated_network.h"

#include <algorithm>
#include <utility>

namespace barnabas::runtime {

namespace {

std::string text(const Endpoint& endpoint) {
    return fmt::format("{}:{}", endpoint.host, endpoint.port);
}

}  // namespace

Connection::Connection(NetworkModel& model, Side connector, Side acceptor) : model_(model) {
    INVARIANT(connector.window > 0 && acceptor.window > 0, "a connection without windows");
    sides_[0].is = std::move(connector);
    sides_[1].is = std::move(acceptor);
}

bool Connection::at_end(int side) const {
    const End& end = sides_[index(side)];
    return end.end_arrived && end.arrived.empty();
}

std::size_t Connection::take(int side, MutableByteView into) {
    End& end = sides_[index(side)];
    const std::size_t size = std::min(into.size(), end.arrived.size());
    const auto stop = end.arrived.begin() + static_cast<std::ptrdiff_t>(size);
    std::copy(end.arrived.begin(), stop, into.begin());
    end.arrived.erase(end.arrived.begin(), stop);
    if (size > 0) {
        sides_[index(other(side))].writer.post();
    }
    return size;
}

std::size_t Connection::room(int side) const {
    const End& to = sides_[index(other(side))];
    const std::size_t taken = to.coming_bytes + to.arrived.size();
    INVARIANT(taken <= to.is.window, "{} bytes in a window of {}", taken, to.is.window);
    return to.is.window - taken;
}

void Connection::send(int side, std::vector<std::byte> bytes) {
    INVARIANT(!bytes.empty() && bytes.size() <= room(side), "{} bytes where {} have room",
              bytes.size(), room(side));
    send_segment(other(side), {.arrival = {}, .bytes = std::move(bytes)});
}

void Connection::close(int side) {
    End& end = sides_[index(side)];
    if (end.closed) {
        return;
    }
    model_.world().note(end.is.machine, fmt::format("closes {} to {}", text(end.is.address),
                                                    text(sides_[index(other(side))].is.address)));
    end.closed = true;
    end.arrived.clear();
    end.reader.post();
    end.writer.post();
    if (!end.reset) {
        send_segment(other(side), {.arrival = {}, .bytes = {}, .end = true});
    }
}

void Connection::send_segment(int to, Segment segment) {
    End& end = sides_[index(to)];
    if (end.reset) {
        return;
    }
    // In order within the connection, whatever the delays.
    end.last_arrival = std::max(end.last_arrival, model_.world().clock.now() + model_.delay());
    segment.arrival = end.last_arrival;
    end.coming_bytes += segment.bytes.size();
    end.coming.push_back(std::move(segment));
    expect(to);
}

void Connection::expect(int to) {
    End& end = sides_[index(to)];
    if (end.expected || end.coming.empty()) {
        return;
    }
    end.expected = true;
    model_.world().timers.add(end.coming.front().arrival,
                              [self = shared_from_this(), to] { self->arrive(to); });
}

void Connection::arrive(int to) {
    End& end = sides_[index(to)];
    end.expected = false;
    if (!model_.reachable(sides_[0].is.machine, sides_[1].is.machine)) {
        return;  // until resume()
    }
    const Time now = model_.world().clock.now();
    while (!end.coming.empty() && end.coming.front().arrival <= now) {
        const Segment segment = std::move(end.coming.front());
        end.coming.pop_front();
        end.coming_bytes -= segment.bytes.size();
        if (end.closed && !segment.bytes.empty()) {
            break_later(other(to));  // nobody reads here any more: TCP answers with a reset
            continue;
        }
        model_.world().note(
            end.is.machine,
            fmt::format("gets {} bytes{} of {} at {}", segment.bytes.size(),
                        segment.end ? " and the end" : "",
                        text(sides_[index(other(to))].is.address), text(end.is.address)));
        end.arrived.insert(end.arrived.end(), segment.bytes.begin(), segment.bytes.end());
        end.end_arrived = end.end_arrived || segment.end;
        end.reader.post();
    }
    expect(to);
}

void Connection::resume() {
    for (const int side : {0, 1}) {
        End& end = sides_[index(side)];
        if (std::exchange(end.reset_owed, false)) {
            break_later(side);
        }
        if (end.expected || end.coming.empty()) {
            continue;
        }
        end.coming.front().arrival = model_.world().clock.now() + model_.delay();
        end.last_arrival = std::max(end.last_arrival, end.coming.front().arrival);
        expect(side);
    }
}

void Connection::break_side(int side) {
    End& end = sides_[index(side)];
    if (end.reset) {
        return;
    }
    model_.world().note(end.is.machine, fmt::format("sees {} reset", text(end.is.address)));
    end.reset = true;
    end.coming.clear();
    end.coming_bytes = 0;
    end.arrived.clear();
    end.reader.post();
    end.writer.post();
}

void Connection::break_now() {
    break_side(0);
    break_side(1);
}

void Connection::break_later(int side) {
    model_.world().timers.add(
        model_.world().clock.now() + model_.delay(), [self = shared_from_this(), side] {
            if (self->model_.reachable(self->sides_[0].is.machine, self->sides_[1].is.machine)) {
                self->break_side(side);
            } else {
                self->sides_[index(side)].reset_owed = true;  // until resume()
            }
        });
}

}  // namespace barnabas::runtime
