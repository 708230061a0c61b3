#pragma once

#include "base/bytes.h"
#include "coordination/loop.h"
#include "coordination/versions.h"
#include "wire/codec.h"
#include "wire/headers.h"

#include <fmt/format.h>

#include <coroutine>
#include <cstdint>
#include <string>

namespace coordination_bench {

struct Address {
    std::string host;
    int port = 0;
    friend bool operator==(const Address&, const Address&) = default;
};

/// "127.0.0.1:9092"; gives up on anything else.
Address parse_address(const std::string& text);

/// One TCP connection with one request in flight, as a consumer's to its coordinator. Whatever goes
/// wrong on it ends the program. Lives as long as the loop; not movable, since the loop knows it.
class Connection final : public Watcher {
public:
    /// Connects, which blocks.
    Connection(Loop& loop, const Address& address);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() override;

    /// co_await connection.call(request): sends it and waits for the response, whose bytes are
    /// valid until the next call.
    template <class Request>
    [[nodiscard]] auto call(const Request& request,
                            std::int16_t version = Spoken<Request>::version) {
        write_request(Request::api_key, version, barnabas::wire::schema_of<Request>(),
                      barnabas::wire::layout_of<Request>(version), &request);
        return Call<typename Spoken<Request>::Response>{*this, version};
    }

    void ready(std::uint32_t events) override;

private:
    template <class Response>
    struct Call {
        Connection& connection;
        std::int16_t version;

        [[nodiscard]] bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> caller) noexcept { connection.caller_ = caller; }
        Response await_resume() {
            auto response = barnabas::wire::decode<Response>(
                connection.response_body(Response::api_key, version), version);
            if (!response) {
                give_up(response.error().message);
            }
            return *std::move(response);
        }
    };

    void write_request(std::int16_t api_key, std::int16_t version,
                       const barnabas::wire::StructSchema& schema, barnabas::wire::Layout layout,
                       const void* request);
    void flush();
    void receive();
    barnabas::ByteView response_body(std::int16_t api_key, std::int16_t version) const;

    Loop& loop_;
    int fd_;
    std::int32_t correlation_id_ = 0;
    barnabas::wire::Output out_;
    std::size_t sent_ = 0;  ///< bytes of out_
    bool waits_to_write_ = false;
    barnabas::ByteBuffer in_;   ///< one response with its size, grown to what it needs
    std::size_t received_ = 0;  ///< bytes of in_
    std::coroutine_handle<> caller_;
};

}  // namespace coordination_bench
