#include "rpc/server_connection.h"

#include "base/endian.h"
#include "base/invariant.h"

#include <algorithm>
#include <span>
#include <utility>

namespace barnabas::rpc {

namespace {

constexpr Duration look_again = 1s;  // close() does not wake whoever waits for memory

std::size_t bytes_in_memory(const Reply& reply) {
    return reply.output.bytes.size();
}

std::size_t size_of_piece(const runtime::Piece& piece) {
    const auto* memory = std::get_if<ByteView>(&piece);
    return memory != nullptr ? memory->size() : std::get<runtime::FileSlice>(piece).size;
}

runtime::Piece part_of_piece(const runtime::Piece& piece, std::size_t from, std::size_t size) {
    if (const auto* memory = std::get_if<ByteView>(&piece)) {
        return memory->subspan(from, size);
    }
    const auto& slice = std::get<runtime::FileSlice>(piece);
    return runtime::FileSlice{.file = slice.file,
                              .position = slice.position + from,
                              .size = static_cast<std::uint32_t>(size)};
}

/// What is to be sent, about a megabyte at a time: a peer that takes that is active.
class Portions {
public:
    explicit Portions(std::span<const runtime::Piece> pieces) : left_(pieces) {}

    /// Empty at the end.
    std::vector<runtime::Piece> next() {
        std::vector<runtime::Piece> portion;
        for (std::size_t bytes = 0; !left_.empty() && bytes < portion_bytes;) {
            const auto& piece = left_.front();
            const auto rest = size_of_piece(piece) - done_;
            const auto size = rest > 2 * portion_bytes ? portion_bytes : rest;
            portion.push_back(part_of_piece(piece, done_, size));
            bytes += size;
            done_ += size;
            if (size == rest) {
                left_ = left_.subspan(1);
                done_ = 0;
            }
        }
        return portion;
    }

private:
    static constexpr std::size_t portion_bytes = 1 << 20;

    std::span<const runtime::Piece> left_;
    std::size_t done_ = 0;  // bytes of the first
};

}  // namespace

ServerConnection::ServerConnection(Ports ports, std::unique_ptr<runtime::Stream> stream,
                                   ConnectionLimits limits)
    : ports_(std::move(ports)),
      stream_(std::move(stream)),
      limits_(limits),
      peer_host_(stream_->peer().host),
      peer_(fmt::format("{}:{}", peer_host_, stream_->peer().port)),
      tasks_(ports_.shard),
      changed_(ports_.shard),
      head_(std::make_unique_for_overwrite<std::byte[]>(head_size)),
      last_activity_(ports_.shard.clock().now()) {}

ServerConnection::~ServerConnection() {
    INVARIANT(tasks_.size() == 0 || ports_.shard.stopped(),
              "connection of {} dies with {} requests", peer_, tasks_.size());
}

awaitable<void> ServerConnection::run() {
    while (open_) {
        co_await wait_until_readable();
        if (!open_) {
            break;
        }
        auto frame = co_await next_frame();
        if (!frame) {
            if (open_) {
                ports_.log.info("connection of {} closed: {}", peer_, frame.error().message);
            }
            break;
        }
        if (!*frame || !start(std::move(**frame))) {
            break;
        }
    }
    send_ready();
    close();
    co_await tasks_.join();
    ports_.handler.on_end(this);
}

void ServerConnection::close() {
    if (std::exchange(open_, false)) {
        stream_->close();
        changed_.notify_all();
    }
}

/// Until this connection is within its bounds and the shard has memory for another request.
awaitable<void> ServerConnection::wait_until_readable() {
    while (open_) {
        if (!within_limits()) {
            co_await changed_.wait_until(never);
        } else if (!ports_.frames.may_take()) {
            co_await ports_.frames.room().wait_until(ports_.shard.clock().now() + look_again);
        } else {
            break;
        }
    }
}

bool ServerConnection::within_limits() const {
    return slots_.size() < limits_.requests_in_flight_max &&
           reply_bytes_waiting_ < limits_.reply_bytes_waiting_max;
}

/// Reads once into what is free of head_ behind what it holds; 0 at the end of the stream.
awaitable<Result<std::size_t>> ServerConnection::fill_head() {
    if (head_begin_ == head_end_) {
        head_begin_ = head_end_ = 0;
    } else if (head_end_ == head_size) {
        std::memmove(head_.get(), head_.get() + head_begin_, head_end_ - head_begin_);
        head_end_ -= std::exchange(head_begin_, 0);
    }
    auto got = co_await stream_->read_some({head_.get() + head_end_, head_size - head_end_});
    if (got) {
        head_end_ += *got;
        ports_.traffic.bytes_in += *got;
    }
    co_return got;
}

awaitable<Result<std::optional<Frame>>> ServerConnection::next_frame() {
    while (head_end_ - head_begin_ < size_prefix) {
        const bool between_frames = head_begin_ == head_end_;
        auto got = co_await fill_head();
        if (!got) {
            co_return fail(std::move(got));
        }
        if (*got == 0) {
            if (between_frames) {
                co_return std::optional<Frame>();
            }
            co_return fail(ErrorCode::network_exception, "the stream ends inside a frame's size");
        }
    }
    last_activity_ = ports_.shard.clock().now();
    const auto size = load_big_endian<std::int32_t>(head_.get() + head_begin_);
    if (auto checked = check_size(size); !checked) {
        ++ports_.traffic.frames_refused;
        co_return fail(std::move(checked));
    }
    head_begin_ += size_prefix;
    const auto wanted = static_cast<std::size_t>(size);
    const auto ahead = std::min(head_end_ - head_begin_, wanted);
    Frame frame = ahead < wanted ? ports_.frames.begin(wanted) : ports_.frames.take(wanted);
    if (ahead > 0) {
        std::memcpy(frame.bytes().data(), head_.get() + head_begin_, ahead);
    }
    head_begin_ += ahead;
    if (ahead < wanted) {
        frame.arrived(ahead);
        auto read = co_await read_rest(&frame, ahead);
        ports_.frames.finished(this);
        if (!read) {
            co_return fail(std::move(read));
        }
    }
    co_return std::optional<Frame>(std::move(frame));
}

awaitable<Result<void>> ServerConnection::read_rest(Frame* frame, std::size_t from) {
    constexpr std::size_t piece_max = 1 << 20;  // then we look at the memory again
    while (from < frame->size()) {
        if (!ports_.frames.may_go_on(this)) {
            co_await wait_for_memory();
        }
        const auto rest = frame->bytes().subspan(from);
        owes_rest_of_frame_ = true;
        auto got = co_await stream_->read_some(rest.first(std::min(rest.size(), piece_max)));
        owes_rest_of_frame_ = false;
        if (!got) {
            co_return fail(std::move(got));
        }
        if (*got == 0) {
            co_return fail(ErrorCode::network_exception,
                           "the stream ends {} bytes before the end of a frame", rest.size());
        }
        last_activity_ = ports_.shard.clock().now();
        frame->arrived(*got);
        ports_.traffic.bytes_in += *got;
        from += *got;
    }
    co_return Result<void>();
}

/// In the middle of a frame.
awaitable<void> ServerConnection::wait_for_memory() {
    while (open_ && !ports_.frames.may_go_on(this)) {
        co_await ports_.frames.room().wait_until(ports_.shard.clock().now() + look_again);
    }
    last_activity_ = ports_.shard.clock().now();
}

Result<void> ServerConnection::check_size(std::int32_t size) const {
    if (size < 0 || static_cast<std::uint32_t>(size) > limits_.frame_bytes_max) {
        return fail(ErrorCode::invalid_request,
                    "a frame of {} bytes; it must have 0 to {} (socket.request.max.bytes). "
                    "Is the peer a Kafka client, and without TLS?",
                    size, limits_.frame_bytes_max);
    }
    return {};
}

bool ServerConnection::start(Frame frame) {
    auto header = wire::read_request_header(frame.view());
    if (!header) {
        ++ports_.traffic.frames_refused;
        ports_.log.info("connection of {} closed: {}", peer_, header.error().message);
        return false;
    }
    const auto number = first_slot_ + slots_.size();
    slots_.emplace_back();
    const auto body = frame.bytes().subspan(header->size);
    auto handled = ports_.handler.handle({.header = std::move(header->header),
                                          .frame = std::move(frame),
                                          .body = body,
                                          .peer_host = peer_host_,
                                          .received = last_activity_,
                                          .connection = this});
    if (auto* reply = std::get_if<Reply>(&handled)) {
        finish(number, std::move(*reply));
    } else {
        tasks_.spawn(serve(number, std::get<awaitable<Reply>>(std::move(handled))));
    }
    ports_.gathering.on_request(last_activity_);
    // What came together is answered together, and who sends so may go on without an answer.
    if (next_frame_is_here()) {
        gathers_ = gathers_max;
    } else {
        send_ready();
        if (gathers_ > 0) {
            --gathers_;
            if (ports_.gathering.may_gather(last_activity_)) {
                ports_.shard.expect_more();
            }
        }
    }
    return true;
}

awaitable<void> ServerConnection::serve(std::uint64_t number, awaitable<Reply> reply) {
    finish(number, co_await std::move(reply));
    if (!next_frame_is_here()) {
        send_ready();
    }
}

void ServerConnection::finish(std::uint64_t number, Reply reply) {
    INVARIANT(number >= first_slot_ && number - first_slot_ < slots_.size(), "slot {} of [{}, +{})",
              number, first_slot_, slots_.size());
    Slot& slot = slots_[number - first_slot_];
    INVARIANT(!slot.ready, "request {} answered twice", number);
    slot.ready = true;
    slot.reply = std::move(reply);
    reply_bytes_waiting_ += bytes_in_memory(slot.reply);
}

bool ServerConnection::next_frame_is_here() const {
    const auto ahead = head_end_ - head_begin_;
    if (ahead < size_prefix || !within_limits() || !ports_.frames.may_take()) {
        return false;
    }
    const auto size = load_big_endian<std::int32_t>(head_.get() + head_begin_);
    return size >= 0 && static_cast<std::size_t>(size) <= ahead - size_prefix;
}

bool ServerConnection::may_send() const {
    return open_ && !slots_.empty() && slots_.front().ready;
}

/// Every response that is ready at the head of the order, up to one that ends the connection.
ServerConnection::Batch ServerConnection::gather() {
    Batch batch;
    pieces_.clear();
    while (batch.slots < slots_.size() && slots_[batch.slots].ready && !batch.ends) {
        append_pieces(slots_[batch.slots].reply);
        batch.ends = slots_[batch.slots].reply.kind == Reply::Kind::close;
        ++batch.slots;
    }
    return batch;
}

/// Inline as far as the socket takes it; drain() waits for the rest.
void ServerConnection::send_ready() {
    while (!draining_ && may_send()) {
        const Batch batch = gather();
        const auto sent = stream_->try_write(pieces_);
        if (sent && !*sent) {
            draining_ = true;
            tasks_.spawn(drain(batch));
            return;
        }
        retire(batch, sent ? nullptr : &sent.error());
    }
}

awaitable<void> ServerConnection::drain(Batch batch) {
    for (;;) {
        const auto written = co_await write_portions();
        retire(batch, written ? nullptr : &written.error());
        if (!may_send()) {
            break;
        }
        batch = gather();
    }
    draining_ = false;
}

/// pieces_, which stay as they are while that is under way.
awaitable<Result<void>> ServerConnection::write_portions() {
    Portions portions(pieces_);
    for (auto portion = portions.next(); !portion.empty(); portion = portions.next()) {
        auto written = co_await stream_->write(portion);
        if (!written) {
            co_return written;
        }
        last_activity_ = ports_.shard.clock().now();
    }
    co_return Result<void>();
}

/// Forgets responses that are sent, or that cannot be.
void ServerConnection::retire(Batch batch, const Error* failure) {
    if (failure != nullptr) {
        ports_.log.debug("connection of {}: {}", peer_, failure->message);
    }
    last_activity_ = ports_.shard.clock().now();
    for (std::size_t i = 0; i < batch.slots; ++i) {
        reply_bytes_waiting_ -= bytes_in_memory(slots_.front().reply);
        slots_.pop_front();
    }
    first_slot_ += batch.slots;
    changed_.notify_all();
    if (batch.ends || failure != nullptr) {
        close();
    }
}

void ServerConnection::append_pieces(const Reply& reply) {
    if (reply.kind != Reply::Kind::send) {
        return;
    }
    const ByteView bytes = reply.output.bytes.view();
    std::size_t from = 0;
    for (const auto& gap : reply.output.gaps) {
        const auto& slice = reply.sources[gap.source];
        INVARIANT(slice.size == gap.size, "a gap of {} for a slice of {}", gap.size, slice.size);
        pieces_.emplace_back(bytes.subspan(from, gap.position - from));
        pieces_.emplace_back(slice);
        ports_.traffic.bytes_out += slice.size;
        from = gap.position;
    }
    pieces_.emplace_back(bytes.subspan(from));
    ports_.traffic.bytes_out += bytes.size();
}

}  // namespace barnabas::rpc
