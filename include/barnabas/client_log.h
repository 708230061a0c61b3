#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace barnabas {

/// Error: somebody must act. Warning: the client copes, but somebody may want to know. Info: a
/// state has changed. Debug: single requests.
enum class ClientLogLevel : std::uint8_t { debug, info, warning, error };

/// "DEBUG", "INFO", "WARN", "ERROR".
[[nodiscard]] std::string_view client_log_level_name(ClientLogLevel level);

/// What a client has to say that no call returns. The views hold for the time of the call.
struct ClientLogLine {
    ClientLogLevel level = ClientLogLevel::info;
    std::string_view client;  ///< kind and client.id: "producer producer-1"
    std::string_view text;    ///< one line without its end
};

/// Where the lines of an EventLoop's clients go: lost connections, requests that are tried again,
/// commits that failed in the background, configuration names that are set and have no effect.
///
/// As with librdkafka, whose log_cb this is, warnings and errors go to standard error if nothing
/// else is said: "2026-11-23 04:05:06.789 warning [producer producer-1] no metadata from ...".
struct ClientLog {
    /// Called on the loop's thread, so one line at a time of one loop; whoever gives the same
    /// function to several loops makes it safe for several threads. It must not block (all clients
    /// of the loop would stand still), not throw, and not call the loop or its clients: it hands
    /// the line on. The loop owns it, and destroys it when the loop and its last client are gone,
    /// on whichever thread that happens.
    using Write = std::function<void(const ClientLogLine&)>;

    /// Empty: standard error.
    Write write{};
    /// Lines below are neither written nor put together.
    ClientLogLevel least = ClientLogLevel::warning;

    /// Nobody hears anything: for programs that say what went wrong in their own words.
    [[nodiscard]] static ClientLog silent();
};

}  // namespace barnabas
