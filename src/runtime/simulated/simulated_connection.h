#pragma once

#include "runtime/network.h"
#include "runtime/tasks.h"

#include <array>
#include <deque>
#include <memory>
#include <vector>

namespace barnabas::runtime {

class NetworkModel;
class SimulatedMachine;

/// Both directions of a simulated TCP connection. Side 0 is who connected. Shared by its two
/// streams and by the moments at which something arrives.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    struct Side {
        std::string machine;
        Endpoint address;
        std::size_t window = 0;  // bytes under way to it and unread by it: at most this many
    };

    Connection(NetworkModel& model, Side connector, Side acceptor);

    [[nodiscard]] const Side& side(int which) const { return sides_[index(which)].is; }

    // --- what a stream of `side` asks ------------------------------------------------------------
    [[nodiscard]] bool closed(int side) const { return sides_[index(side)].closed; }
    [[nodiscard]] bool reset(int side) const { return sides_[index(side)].reset; }
    /// The peer has closed, and all it sent before is read.
    [[nodiscard]] bool at_end(int side) const;
    /// Takes bytes that have arrived; 0 if there are none.
    std::size_t take(int side, MutableByteView into);
    /// How many bytes it may send now.
    [[nodiscard]] std::size_t room(int side) const;
    /// At most room() bytes set out for the other side.
    void send(int side, std::vector<std::byte> bytes);
    /// Closes this end; the peer reads what is under way, then the end.
    void close(int side);
    /// Wakes on arrival, end, close and reset; and when there is room again.
    void set_reader(int side, Wakeup wakeup) { sides_[index(side)].reader = wakeup; }
    void set_writer(int side, Wakeup wakeup) { sides_[index(side)].writer = wakeup; }

    // --- what happens to it ----------------------------------------------------------------------
    /// What waited for a way through sets out again.
    void resume();
    /// Bytes under way are lost, the ends get errors; at once, or for this side alone after a
    /// delay.
    void break_now();
    void break_later(int side);

private:
    struct Segment {
        Time arrival;
        std::vector<std::byte> bytes;
        bool end = false;
    };
    /// One end: what has come and is coming to it, and who waits there.
    struct End {
        Side is;
        std::deque<Segment> coming;
        bool expected = false;  // a moment is set for the first of them
        std::size_t coming_bytes = 0;
        std::deque<std::byte> arrived;
        Time last_arrival{};
        bool end_arrived = false;
        bool closed = false;  // by its own program
        bool reset = false;
        bool reset_owed = false;  // the news of it met a partition
        Wakeup reader;
        Wakeup writer;
    };
    static std::size_t index(int side) { return static_cast<std::size_t>(side); }
    static int other(int side) { return 1 - side; }

    void send_segment(int to, Segment segment);
    void expect(int to);
    void arrive(int to);
    void break_side(int side);

    NetworkModel& model_;
    std::array<End, 2> sides_;
};

/// One end of a Connection, on the shard that made or accepted it.
class SimulatedStream final : public Stream {
public:
    SimulatedStream(std::shared_ptr<Connection> connection, int side,
                    const SimulatedMachine& machine, Shard& shard, Random& random);
    SimulatedStream(const SimulatedStream&) = delete;
    SimulatedStream& operator=(const SimulatedStream&) = delete;
    ~SimulatedStream() override { close(); }

    awaitable<Result<std::size_t>> read_some(MutableByteView into) override;
    Result<std::size_t> try_read(MutableByteView into) override;
    awaitable<Result<void>> write(std::span<const Piece> pieces) override;
    void close() override;
    [[nodiscard]] Endpoint peer() const override { return connection_->side(1 - side_).address; }
    [[nodiscard]] Endpoint local() const override { return connection_->side(side_).address; }

private:
    [[nodiscard]] Result<void> usable(std::string_view what) const;
    [[nodiscard]] awaitable<Result<void>> write_bytes(ByteView bytes);

    std::shared_ptr<Connection> connection_;
    const int side_;
    const SimulatedMachine& machine_;
    const std::uint64_t boot_;
    Shard& shard_;
    Random& random_;  // cuts what is written into segments
};

/// Where connections wait to be accepted.
struct ListeningSocket {
    Endpoint address;
    ListenOptions options;
    std::deque<std::shared_ptr<Connection>> waiting;
    Wakeup acceptor;
    bool closed = false;
};

class SimulatedListener final : public Listener {
public:
    SimulatedListener(NetworkModel& model, SimulatedMachine& machine, Shard& shard,
                      std::shared_ptr<ListeningSocket> socket)
        : model_(model), machine_(machine), shard_(shard), socket_(std::move(socket)) {}
    SimulatedListener(const SimulatedListener&) = delete;
    SimulatedListener& operator=(const SimulatedListener&) = delete;
    ~SimulatedListener() override { close(); }

    awaitable<Result<std::unique_ptr<Stream>>> accept() override;
    void close() override;
    [[nodiscard]] bool closed() const override { return socket_->closed; }
    [[nodiscard]] Endpoint local() const override { return socket_->address; }

private:
    NetworkModel& model_;
    SimulatedMachine& machine_;
    Shard& shard_;
    std::shared_ptr<ListeningSocket> socket_;
};

}  // namespace barnabas::runtime
