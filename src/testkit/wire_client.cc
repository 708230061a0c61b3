#include "testkit/wire_client.h"

#include "testkit/broker_machine.h"

#include <array>

namespace barnabas::testkit {

awaitable<std::vector<WireClient::Frame>> WireClient::exchange(std::vector<ByteBuffer> requests,
                                                               std::string_view what) {
    const Time deadline = shard_.clock().now() + patience;
    const auto count = requests.size();
    auto expected = correlation_id_ - static_cast<std::int32_t>(count);
    std::vector<Frame> frames;
    if (!stream_) {
        const runtime::Endpoint to{"broker", BrokerMachine::port};
        auto connected = co_await shard_.network().connect(to, {}, deadline);
        if (!connected) {
            co_return frames;
        }
        stream_ = std::shared_ptr<runtime::Stream>(std::move(*connected));
    }
    const auto stream = stream_;
    const auto timer = shard_.call_at(deadline, [stream] { stream->close(); });
    std::vector<runtime::Piece> pieces;
    for (const auto& request : requests) {
        pieces.emplace_back(request.view());
    }
    const auto sent = co_await stream->write(pieces);
    if (sent) {
        frames = co_await read_frames(stream, count);
    }
    shard_.cancel(timer);
    if (frames.size() < count) {
        stream->close();
        stream_.reset();
        ++breaks_;
    }
    for (const auto& frame : frames) {
        if (load_big_endian<std::int32_t>(frame.data()) != ++expected) {
            journal_.complain(name(), "{} has the answer of another request", what);
        }
    }
    co_return frames;
}

awaitable<std::vector<WireClient::Frame>> WireClient::read_frames(
    std::shared_ptr<runtime::Stream> stream, std::size_t count) {
    std::vector<Frame> frames;
    Frame received;
    std::array<std::byte, 4096> part;
    while (frames.size() < count) {
        const auto got = co_await stream->read_some(part);
        if (!got || *got == 0) {
            break;
        }
        received.insert(received.end(), part.begin(),
                        part.begin() + static_cast<std::ptrdiff_t>(*got));
        while (received.size() >= 4) {
            const std::size_t size = 4 + load_big_endian<std::uint32_t>(received.data());
            if (received.size() < size) {
                break;
            }
            const auto end = received.begin() + static_cast<std::ptrdiff_t>(size);
            frames.emplace_back(received.begin() + 4, end);
            received.erase(received.begin(), end);
        }
    }
    co_return frames;
}

awaitable<void> pause_before_retry(WireClient* client) {
    const auto pause = 5'000'000 + client->shard().random().below(45'000'000);
    co_await runtime::sleep_for(client->shard(), Duration(static_cast<std::int64_t>(pause)));
}

bool comes_again(ErrorCode code) {
    switch (code) {
        case ErrorCode::unknown_topic_or_partition:
        case ErrorCode::leader_not_available:
        case ErrorCode::not_leader_or_follower:
        case ErrorCode::request_timed_out:
        case ErrorCode::coordinator_load_in_progress:
        case ErrorCode::coordinator_not_available:
        case ErrorCode::not_coordinator:
        case ErrorCode::not_enough_replicas:
        case ErrorCode::not_enough_replicas_after_append:
        case ErrorCode::concurrent_transactions:
        case ErrorCode::kafka_storage_error:
        case ErrorCode::unstable_offset_commit:
            return true;
        default:
            return false;
    }
}

}  // namespace barnabas::testkit
