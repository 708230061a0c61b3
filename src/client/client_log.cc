#include "client/client_log.h"

#include "client/config/client_rows.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

namespace barnabas {

std::string_view client_log_level_name(ClientLogLevel level) {
    switch (level) {
        case ClientLogLevel::debug:
            return "DEBUG";
        case ClientLogLevel::info:
            return "INFO";
        case ClientLogLevel::warning:
            return "WARN";
        case ClientLogLevel::error:
            return "ERROR";
    }
    return "ERROR";
}

ClientLog ClientLog::silent() {
    return {.write = [](const ClientLogLine&) {}, .least = ClientLogLevel::error};
}

namespace client {
namespace {

ClientLogLevel public_level(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return ClientLogLevel::debug;
        case LogLevel::info:
            return ClientLogLevel::info;
        case LogLevel::warn:
            return ClientLogLevel::warning;
        case LogLevel::error:
            return ClientLogLevel::error;
    }
    return ClientLogLevel::error;
}

LogLevel inner_level(ClientLogLevel level) {
    switch (level) {
        case ClientLogLevel::debug:
            return LogLevel::debug;
        case ClientLogLevel::info:
            return LogLevel::info;
        case ClientLogLevel::warning:
            return LogLevel::warn;
        case ClientLogLevel::error:
            return LogLevel::error;
    }
    return LogLevel::error;
}

/// A client's log as a user's function gets it.
class UserSink final : public LogSink {
public:
    explicit UserSink(ClientLog::Write write) : write_(std::move(write)) {}

    void write(LogLevel level, std::string_view component, std::string_view text) override {
        std::string line(text);
        for (char& c : line) {  // a sentence may quote what somebody else has sent
            if (static_cast<unsigned char>(c) < 0x20) {
                c = ' ';
            }
        }
        write_({.level = public_level(level), .client = component, .text = line});
    }

private:
    ClientLog::Write write_;
};

}  // namespace

Logger make_logger(ClientLog log) {
    const LogLevel least = inner_level(log.least);
    if (log.write) {
        return {std::make_shared<UserSink>(std::move(log.write)), "client", least};
    }
    return {make_stderr_sink(LogFormat::text), "client", least};
}

Logger log_of(const Logger& loop, std::string_view kind, std::string_view client_id) {
    return loop.named(client_id.empty() ? std::string(kind)
                                        : fmt::format("{} {}", kind, client_id));
}

void warn_of_config(const Logger& log, const ConfigDefinition& definition,
                    const ClientConfig& set) {
    for (const std::string& sentence : without_effect(definition, set)) {
        log.warn("{}", sentence);
    }
}

}  // namespace client
}  // namespace barnabas
