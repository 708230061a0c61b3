#include "base/invariant.h"
#include "runtime/simulated/simulated_connection.h"
#include "runtime/simulated/simulated_machine.h"
#include "runtime/simulated/simulated_network.h"

#include <algorithm>

namespace barnabas::runtime {

namespace {

constexpr std::size_t segment_bytes_max = 64 << 10;

std::unexpected<Error> stream_cannot(std::string_view what, const Endpoint& peer,
                                     std::string_view cause) {
    return fail(ErrorCode::network_exception, "cannot {} {}:{}: {}", what, peer.host, peer.port,
                cause);
}

}  // namespace

SimulatedStream::SimulatedStream(std::shared_ptr<Connection> connection, int side,
                                 const SimulatedMachine& machine, Shard& shard, Random& random)
    : connection_(std::move(connection)),
      side_(side),
      machine_(machine),
      boot_(machine.boot()),
      shard_(shard),
      random_(random) {}

Result<void> SimulatedStream::usable(std::string_view what) const {
    if (machine_.boot() != boot_) {
        return stream_cannot(what, peer(), "the machine has stopped");
    }
    if (connection_->closed(side_)) {
        return stream_cannot(what, peer(), "the connection is closed");
    }
    if (connection_->reset(side_)) {
        return stream_cannot(what, peer(), "Connection reset by peer");
    }
    return {};
}

awaitable<Result<std::size_t>> SimulatedStream::read_some(MutableByteView into) {
    INVARIANT(!into.empty(), "a read into no room at all");
    for (;;) {
        auto usable_now = usable("read from");
        if (!usable_now) {
            co_return fail(std::move(usable_now));
        }
        const std::size_t got = connection_->take(side_, into);
        if (got > 0 || connection_->at_end(side_)) {
            co_return got;
        }
        auto start = [this](Wakeup wakeup) { connection_->set_reader(side_, wakeup); };
        co_await suspend(shard_, std::move(start));
    }
}

Result<std::size_t> SimulatedStream::try_read(MutableByteView into) {
    INVARIANT(!into.empty(), "a read into no room at all");
    TRY(usable("read from"));
    return connection_->take(side_, into);
}

awaitable<Result<void>> SimulatedStream::write_bytes(ByteView bytes) {
    while (!bytes.empty()) {
        auto usable_now = usable("write to");
        if (!usable_now) {
            co_return usable_now;
        }
        const std::size_t room = connection_->room(side_);
        if (room == 0) {
            auto start = [this](Wakeup wakeup) { connection_->set_writer(side_, wakeup); };
            co_await suspend(shard_, std::move(start));
            continue;
        }
        std::size_t size = std::min({bytes.size(), room, segment_bytes_max});
        if (random_.below(4) == 0) {
            size = 1 + random_.below(size);  // networks cut where they like
        }
        connection_->send(side_, {bytes.begin(), bytes.begin() + static_cast<long>(size)});
        bytes = bytes.subspan(size);
    }
    co_return Result<void>();
}

awaitable<Result<void>> SimulatedStream::write(std::span<const Piece> pieces) {
    std::vector<std::byte> buffer;
    for (const Piece& piece : pieces) {
        if (const auto* memory = std::get_if<ByteView>(&piece)) {
            auto sent = co_await write_bytes(*memory);
            if (!sent) {
                co_return sent;
            }
            continue;
        }
        const auto& slice = std::get<FileSlice>(piece);
        buffer.resize(slice.size);
        const auto got = slice.file->read_at(slice.position, buffer);
        if (!got || *got < slice.size) {
            co_return stream_cannot("write to", peer(),
                                    got ? "the file ended too early" : got.error().message);
        }
        auto sent = co_await write_bytes(buffer);
        if (!sent) {
            co_return sent;
        }
    }
    co_return usable("write to");
}

void SimulatedStream::close() {
    if (machine_.boot() == boot_) {
        connection_->close(side_);
    }
}

awaitable<Result<std::unique_ptr<Stream>>> SimulatedListener::accept() {
    const auto socket = socket_;  // this object may go while we wait
    Shard& shard = shard_;
    const SimulatedMachine& machine = machine_;
    NetworkModel& model = model_;
    while (socket->waiting.empty() && !socket->closed) {
        auto start = [&socket](Wakeup wakeup) { socket->acceptor = wakeup; };
        co_await suspend(shard, std::move(start));
    }
    if (socket->closed) {
        co_return fail(ErrorCode::network_exception, "the listener is closed");
    }
    auto connection = std::move(socket->waiting.front());
    socket->waiting.pop_front();
    co_return std::make_unique<SimulatedStream>(std::move(connection), 1, machine, shard,
                                                model.world().random);
}

void SimulatedListener::close() {
    if (socket_->closed) {
        return;
    }
    socket_->closed = true;
    for (const auto& connection : socket_->waiting) {
        connection->break_later(0);
    }
    socket_->waiting.clear();
    socket_->acceptor.post();
    std::erase(model_.listeners(machine_.name(), socket_->address.port), socket_);
}

}  // namespace barnabas::runtime
