// A client's connection whose broker sends any bytes. The first byte: how many requests there are
// (its low three bits), whether the bytes come as whole answers with the right numbers (its highest
// bit), and how many bytes arrive at once (the rest). Then two bytes for each request: which API
// (by its place in the table) and which version. Then either the answers without their size and
// number, each behind its length (two bytes, big-endian), or the stream as it is.
#include "base/endian.h"
#include "base/invariant.h"
#include "fuzz/input.h"
#include "rpc/client_connection.h"
#include "runtime/simulated/simulation.h"
#include "wire/api.h"

#include <algorithm>
#include <memory>
#include <string>

namespace barnabas::rpc {
namespace {

/// Takes everything, and gives out what it was made with, then ends.
class Fed final : public runtime::Stream {
public:
    Fed(std::string bytes, std::size_t at_once) : bytes_(std::move(bytes)), at_once_(at_once) {}

    awaitable<Result<std::size_t>> read_some(MutableByteView into) override {
        co_return try_read(into);
    }
    Result<std::size_t> try_read(MutableByteView into) override {
        if (closed_) {
            return fail(ErrorCode::network_exception, "closed");
        }
        const std::size_t size = std::min({into.size(), at_once_, bytes_.size() - at_});
        std::copy_n(as_bytes(bytes_).begin() + static_cast<std::ptrdiff_t>(at_), size,
                    into.begin());
        at_ += size;
        return size;
    }
    awaitable<Result<void>> write(std::span<const runtime::Piece> /*pieces*/) override {
        co_return Result<void>();
    }
    Result<bool> try_write(std::vector<runtime::Piece>& pieces) override {
        pieces.clear();
        return true;
    }
    void close() override { closed_ = true; }
    [[nodiscard]] runtime::Endpoint peer() const override { return {"fed", 1}; }
    [[nodiscard]] runtime::Endpoint local() const override { return {"here", 2}; }

private:
    std::string bytes_;
    std::size_t at_once_;
    std::size_t at_ = 0;
    bool closed_ = false;
};

struct Question {
    const wire::ApiInfo* api;
    std::int16_t version;
};

awaitable<void> ask(std::shared_ptr<ClientConnection> connection, Question question, int* ended) {
    const auto& [api, version] = question;
    const auto message = api->request.make();
    const OutgoingRequest request{.api_key = api->key,
                                  .layout = api->request.layout(version),
                                  .schema = &api->request.schema(),
                                  .message = message.get(),
                                  .sources = {},
                                  .timeout = 1s};
    const auto got = co_await connection->exchange(request);
    if (got) {
        const auto response = api->response.make();
        const auto taken = wire::decode_struct(
            api->response.schema(), api->response.layout(version), got->body(), response.get());
        if (!taken) {
            ignore(
                Result<void>(std::unexpected(connection->refuse(api->key, version, taken.error()))),
                "only that it can be refused matters");
        }
    }
    ++*ended;
}

std::string stream_of(fuzzing::Input& input, std::size_t answers, bool whole) {
    if (!whole) {
        return std::string(as_text(input.rest()));
    }
    std::string stream;
    for (std::size_t i = 0; i < answers; ++i) {
        const ByteView body = input.sized();
        std::byte head[8];
        store_big_endian(head, static_cast<std::uint32_t>(body.size() + 4));
        store_big_endian(head + 4, static_cast<std::uint32_t>(i));
        stream.append(as_text(head)).append(as_text(body));
    }
    return stream;
}

void try_one(fuzzing::Input input) {
    const std::uint8_t choice = input.byte();
    const std::size_t requests = choice & 7;
    const std::size_t at_once = std::size_t{1} << (choice >> 3 & 15);
    const auto apis = wire::all_apis();
    std::vector<Question> questions;
    for (std::size_t i = 0; i < requests; ++i) {
        const wire::ApiInfo& api = apis[input.byte() % apis.size()];
        const auto range = api.request.versions;
        const int version = range.first + input.byte() % (range.last - range.first + 1);
        questions.push_back({&api, static_cast<std::int16_t>(version)});
    }
    runtime::Simulation simulation(1);
    runtime::Shard& shard = simulation.add_machine("client").shard(0);
    const auto connection = std::make_shared<ClientConnection>(
        shard, std::make_unique<Fed>(stream_of(input, requests, (choice & 128) != 0), at_once),
        ClientConnection::Options{.peer = "fuzzer", .client_id = "c", .limits = {}});
    int ended = 0;
    shard.post([&] {
        for (const Question& question : questions) {
            runtime::spawn(shard, ask(connection, question, &ended));
        }
        runtime::spawn(shard, connection->run());
    });
    simulation.run_for(10s);
    INVARIANT(ended == static_cast<int>(requests), "{} of {} requests ended", ended, requests);
    INVARIANT(!connection->open(), "a connection outlives its stream");
}

}  // namespace
}  // namespace barnabas::rpc

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    barnabas::rpc::try_one(barnabas::fuzzing::Input(data, size));
    return 0;
}
