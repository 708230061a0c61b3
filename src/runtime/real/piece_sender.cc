#include "runtime/real/piece_sender.h"

#include "base/invariant.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <system_error>

namespace barnabas::runtime {

namespace {

/// Memory pieces of one sendmsg. Responses have a handful; more take another call.
constexpr std::size_t parts_at_once = 64;
/// What is read at once from a file that has no descriptor.
constexpr std::size_t read_at_once = 16 << 10;

std::size_t size_of(const Piece& piece) {
    const auto* memory = std::get_if<ByteView>(&piece);
    return memory != nullptr ? memory->size() : std::get<FileSlice>(piece).size;
}

/// What a call of the send family returned: bytes, 0 for "not now", or the error.
Result<std::size_t> outcome(ssize_t sent) {
    if (sent >= 0) {
        return static_cast<std::size_t>(sent);
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
        return 0;
    }
    return fail(ErrorCode::network_exception, "{}", std::generic_category().message(errno));
}

Result<std::size_t> send_bytes(int socket, ByteView bytes, bool more) {
    ssize_t sent = 0;
    do {
        sent = ::send(socket, bytes.data(), bytes.size(),
                      MSG_NOSIGNAL | MSG_DONTWAIT | (more ? MSG_MORE : 0));
    } while (sent < 0 && errno == EINTR);
    return outcome(sent);
}

}  // namespace

Result<bool> PieceSender::send(int socket) {
    for (skip_finished(); !pieces_.empty(); skip_finished()) {
        const auto* slice = std::get_if<FileSlice>(&pieces_.front());
        const auto sent = slice == nullptr                    ? send_memory(socket)
                          : slice->file->native_handle() >= 0 ? send_file(socket, *slice)
                                                              : send_read(socket, *slice);
        if (!sent) {
            return fail(Result<std::size_t>(sent));
        }
        if (*sent == 0) {
            return false;
        }
        advance(*sent);
    }
    return true;
}

void PieceSender::skip_finished() {
    while (!pieces_.empty() && done_ == size_of(pieces_.front())) {
        pieces_ = pieces_.subspan(1);
        done_ = 0;
    }
}

FileSlice PieceSender::next_of_file(std::uint32_t most) const {
    const auto* slice = pieces_.empty() ? nullptr : std::get_if<FileSlice>(&pieces_.front());
    if (slice == nullptr) {
        return {};
    }
    return {.file = slice->file,
            .position = slice->position + done_,
            .size = std::min(most, slice->size - static_cast<std::uint32_t>(done_))};
}

std::vector<Piece> PieceSender::rest() const {
    std::vector<Piece> left(pieces_.begin(), pieces_.end());
    if (left.empty()) {
        return left;
    }
    if (auto* memory = std::get_if<ByteView>(&left.front())) {
        *memory = memory->subspan(done_);
    } else {
        auto& slice = std::get<FileSlice>(left.front());
        slice.position += done_;
        slice.size -= static_cast<std::uint32_t>(done_);
    }
    return left;
}

bool PieceSender::bytes_follow() const {
    // MSG_MORE with nothing behind it would hold the bytes back for 200 ms.
    return std::ranges::any_of(pieces_.subspan(1),
                               [](const Piece& piece) { return size_of(piece) > 0; });
}

void PieceSender::advance(std::size_t sent) {
    while (sent > 0) {
        INVARIANT(!pieces_.empty(), "{} bytes sent beyond the last piece", sent);
        const std::size_t here = std::min(sent, size_of(pieces_.front()) - done_);
        done_ += here;
        sent -= here;
        skip_finished();
    }
}

Result<std::size_t> PieceSender::send_memory(int socket) const {
    std::array<iovec, parts_at_once> vectors;
    std::size_t count = 0;
    std::size_t skip = done_;
    bool more = false;  // file bytes follow: let them share the last packet
    for (const Piece& piece : pieces_) {
        const auto* memory = std::get_if<ByteView>(&piece);
        if (memory == nullptr || count == vectors.size()) {
            more = size_of(piece) > 0;
            break;
        }
        const ByteView rest = memory->subspan(skip);
        skip = 0;
        if (!rest.empty()) {
            // sendmsg does not write through it; iovec is shared with reads and so not const.
            vectors[count++] = {const_cast<std::byte*>(rest.data()), rest.size()};  // NOLINT
        }
    }
    if (count == 1) {
        const auto* only = static_cast<const std::byte*>(vectors[0].iov_base);
        return send_bytes(socket, {only, vectors[0].iov_len}, more);
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    ssize_t sent = 0;
    do {
        sent = ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT | (more ? MSG_MORE : 0));
    } while (sent < 0 && errno == EINTR);
    return outcome(sent);
}

Result<std::size_t> PieceSender::send_file(int socket, const FileSlice& slice) const {
    auto position = static_cast<off_t>(slice.position + done_);
    ssize_t sent = 0;
    do {
        sent = ::sendfile(socket, slice.file->native_handle(), &position, slice.size - done_);
    } while (sent < 0 && errno == EINTR);
    if (sent == 0) {
        return fail(ErrorCode::network_exception,
                    "the file ended {} bytes before what was to be sent from it",
                    slice.size - done_);
    }
    return outcome(sent);
}

Result<std::size_t> PieceSender::send_read(int socket, const FileSlice& slice) const {
    std::array<std::byte, read_at_once> buffer;
    const std::size_t want = std::min(buffer.size(), slice.size - done_);
    TRY_ASSIGN(const std::size_t got,
               slice.file->read_at(slice.position + done_, MutableByteView(buffer).first(want)));
    if (got < want) {
        return fail(ErrorCode::network_exception,
                    "the file ended {} bytes before what was to be sent from it",
                    slice.size - done_ - got);
    }
    return send_bytes(socket, ByteView(buffer).first(got),
                      done_ + got < slice.size || bytes_follow());
}

}  // namespace barnabas::runtime
