#pragma once

#include "runtime/network.h"

#include <span>
#include <vector>

namespace barnabas::runtime {

/// Sends pieces through a non-blocking socket with as few system calls as possible: neighbouring
/// memory goes in one sendmsg, told to wait for the file part that follows it; a file part with a
/// descriptor goes by sendfile, one without is read and sent. Remembers how far it came.
class PieceSender {
public:
    explicit PieceSender(std::span<const Piece> pieces) : pieces_(pieces) {}

    /// True when all is sent, false when the socket takes no more now; the error says what the
    /// system said, and then the stream is of no more use.
    [[nodiscard]] Result<bool> send(int socket);
    /// The next bytes of a file that are to be sent, up to `most`; of size 0 if memory is next.
    [[nodiscard]] FileSlice next_of_file(std::uint32_t most) const;
    /// What is not sent yet.
    [[nodiscard]] std::vector<Piece> rest() const;

private:
    /// One system call (or read and send): how many bytes went, 0 for "no more now".
    [[nodiscard]] Result<std::size_t> send_memory(int socket) const;
    [[nodiscard]] Result<std::size_t> send_file(int socket, const FileSlice& slice) const;
    [[nodiscard]] Result<std::size_t> send_read(int socket, const FileSlice& slice) const;
    /// Whether a piece after the first has bytes.
    [[nodiscard]] bool bytes_follow() const;
    void skip_finished();
    void advance(std::size_t sent);

    std::span<const Piece> pieces_;  // the first is the one that is being sent
    std::size_t done_ = 0;           // bytes of the first that are sent
};

}  // namespace barnabas::runtime
