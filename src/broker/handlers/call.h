#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "broker/services.h"
#include "rpc/reply.h"

#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::broker {

/// One request on its way through a handler: who asks, and what there is to answer with. Lives
/// until the reply is encoded.
struct Call {
    Services& services;
    BrokerShard& home;            // the connection's shard, where handlers run
    const std::string& listener;  // the name of the listener that it came in by
    std::int16_t api_key = 0;
    std::int16_t version = 0;
    std::optional<std::string> client_id;
    std::string_view peer_host;  // the client's address, without the port
    Time received;
    const void* connection = nullptr;  // tells connections apart

    /// Not `send` if the request is not answered, or the connection closed.
    rpc::Reply::Kind outcome = rpc::Reply::Kind::send;
    /// Parts of files that the response splices in (wire::Records::spliced).
    std::vector<runtime::FileSlice> sources{};
    /// What views in the response look into, if that is neither the request nor immutable.
    std::vector<std::shared_ptr<const ByteBuffer>> held{};

    /// When a request that gives itself so long is over, by its own clock.
    [[nodiscard]] Time deadline(std::int32_t timeout_ms) const {
        return received + std::chrono::milliseconds(timeout_ms);
    }

    /// For what views in the response look into.
    void hold(std::vector<std::shared_ptr<const ByteBuffer>> bytes) {
        held.insert(held.end(), std::make_move_iterator(bytes.begin()),
                    std::make_move_iterator(bytes.end()));
    }

    /// Counts an error of the response for the metrics.
    void count_error(ErrorCode error) {
        if (error != ErrorCode::none) {
            home.metrics.on_error(api_key, error);
        }
    }

    /// A line of the log about a part of the request that is refused, and whose answer has no room
    /// for a sentence. Of one request the first few are shown: it may have many thousands.
    template <class... Args>
    void log_refusal(fmt::format_string<Args...> text, Args&&... args) {
        constexpr int shown_max = 5;
        if (++refusals_logged <= shown_max) {
            services.log.info(text, std::forward<Args>(args)...);
        } else {
            services.log.debug(text, std::forward<Args>(args)...);
        }
    }
    int refusals_logged = 0;

    /// Puts an error and its sentence into a part of the response, and counts it.
    template <class Answer>
    void refuse(Answer& answer, Error error) {
        answer.error_code = static_cast<std::int16_t>(error.code);
        answer.error_message = std::move(error.message);
        count_error(error.code);
    }
};

}  // namespace barnabas::broker
