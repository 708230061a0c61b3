#include "base/logger.h"

#include "base/json_text.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace barnabas {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warn:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

/// A sentence may quote input: a line stays one line.
std::string one_line(std::string_view text) {
    std::string line(text);
    for (char& c : line) {
        if (static_cast<unsigned char>(c) < 0x20) {
            c = ' ';
        }
    }
    return line;
}

class StderrSink final : public LogSink {
public:
    explicit StderrSink(LogFormat format)
        : format_(format), logger_("barnabas", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
        logger_.set_level(spdlog::level::debug);
        logger_.flush_on(spdlog::level::debug);
        logger_.set_pattern(format == LogFormat::json
                                ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l",%v})"
                                : "%Y-%m-%d %H:%M:%S.%e %-7l %v");
    }

    void write(LogLevel level, std::string_view component, std::string_view text) override {
        std::string line;
        if (format_ == LogFormat::json) {
            line = "\"component\":";
            append_json_string(line, component);
            line += ",\"message\":";
            append_json_string(line, text);
        } else {
            line = fmt::format("[{}] {}", component, one_line(text));
        }
        logger_.log(to_spdlog(level), line);
    }

private:
    LogFormat format_;
    spdlog::logger logger_;
};

}  // namespace

std::shared_ptr<LogSink> make_stderr_sink(LogFormat format) {
    return std::make_shared<StderrSink>(format);
}

}  // namespace barnabas
