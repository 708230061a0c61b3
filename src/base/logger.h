#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace barnabas {

/// Error: somebody must act. Warn: we coped. Info: a state changed. Debug: per request.
enum class LogLevel { debug, info, warn, error };

enum class LogFormat { text, json };

/// Where finished lines go. Implementations are safe to call from every thread.
class LogSink {
public:
    virtual ~LogSink() = default;
    virtual void write(LogLevel level, std::string_view component, std::string_view text) = 0;
};

/// A component's handle to the log: cheap to copy, safe on every thread. One call, one line.
/// A line says who, what, the value and what happens next.
class Logger {
public:
    /// Says nothing: for tests and for code that runs before the log is open.
    Logger() = default;
    Logger(std::shared_ptr<LogSink> sink, std::string component, LogLevel least = LogLevel::info)
        : sink_(std::move(sink)), component_(std::move(component)), least_(least) {}

    /// The same log under another component's name.
    [[nodiscard]] Logger named(std::string component) const {
        return {sink_, std::move(component), least_};
    }

    [[nodiscard]] bool enabled(LogLevel level) const { return sink_ && level >= least_; }

    template <class... Args>
    void debug(fmt::format_string<Args...> text, Args&&... args) const {
        write(LogLevel::debug, text, std::forward<Args>(args)...);
    }
    template <class... Args>
    void info(fmt::format_string<Args...> text, Args&&... args) const {
        write(LogLevel::info, text, std::forward<Args>(args)...);
    }
    template <class... Args>
    void warn(fmt::format_string<Args...> text, Args&&... args) const {
        write(LogLevel::warn, text, std::forward<Args>(args)...);
    }
    template <class... Args>
    void error(fmt::format_string<Args...> text, Args&&... args) const {
        write(LogLevel::error, text, std::forward<Args>(args)...);
    }

private:
    template <class... Args>
    void write(LogLevel level, fmt::format_string<Args...> text, Args&&... args) const {
        if (enabled(level)) {
            sink_->write(level, component_, fmt::format(text, std::forward<Args>(args)...));
        }
    }

    std::shared_ptr<LogSink> sink_;
    std::string component_;
    LogLevel least_ = LogLevel::info;
};

/// Lines on standard error: "2026-11-23 04:05:06.789 INFO  [log] text", or one JSON object a line.
[[nodiscard]] std::shared_ptr<LogSink> make_stderr_sink(LogFormat format);

}  // namespace barnabas
