#include "base/logger.h"
#include "broker/config/definitions.h"
#include "runtime/real/posix_disk.h"
#include "runtime/real/real_random.h"
#include "runtime/temporary_directory.h"
#include "test_broker/broker_settings.h"
#include "test_broker/broker_thread.h"
#include <barnabas/test_broker.h>

#include <mutex>
#include <utility>

namespace barnabas {
namespace {

std::string_view level_text(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return "DEBUG";
        case LogLevel::info:
            return "INFO";
        case LogLevel::warn:
            return "WARN";
        case LogLevel::error:
            return "ERROR";
    }
    return "ERROR";
}

/// Hands lines to the test, one at a time.
class CallbackSink final : public LogSink {
public:
    explicit CallbackSink(std::function<void(std::string_view)> log) : log_(std::move(log)) {}

    void write(LogLevel level, std::string_view component, std::string_view text) override {
        const std::string line = fmt::format("{} [{}] {}", level_text(level), component, text);
        const std::lock_guard lock(mutex_);
        if (!muted_) {
            log_(line);
        }
    }
    /// What a killed broker still has to say is for nobody.
    void mute(bool muted) {
        const std::lock_guard lock(mutex_);
        muted_ = muted;
    }

private:
    std::mutex mutex_;
    std::function<void(std::string_view)> log_;
    bool muted_ = false;
};

}  // namespace

class TestBroker::Impl {
public:
    explicit Impl(TestBrokerOptions options)
        : settings_(std::move(options.settings)), temporary_(disk_) {
        if (options.log) {
            sink_ = std::make_shared<CallbackSink>(std::move(options.log));
        }
    }

    Result<> choose_directory(const std::optional<std::filesystem::path>& named) {
        if (named) {
            directory_ = disk_.absolute(*named);
            return {};
        }
        runtime::RealRandom random;
        TRY_ASSIGN(directory_, temporary_.make(random));
        return {};
    }

    Result<> run() {
        TRY_ASSIGN(const ConfigMap set,
                   test_broker::broker_settings(settings_, directory_, endpoints_.listeners));
        TRY_ASSIGN(auto loaded, broker::load_broker_config(broker::broker_definition(), set, {}));
        if (sink_) {
            sink_->mute(false);
        }
        const Logger log(sink_, "server", loaded.config.process.log_level);
        for (const auto& warning : loaded.warnings) {
            log.warn("{}", warning);
        }
        TRY_ASSIGN(thread_, test_broker::BrokerThread::start(std::move(loaded), log));
        endpoints_ = thread_->endpoints();
        const auto& first = endpoints_.advertised.front();
        bootstrap_ = test_broker::host_and_port(first.host, first.port);
        return {};
    }

    Result<> stop() {
        const auto thread = std::exchange(thread_, nullptr);
        return thread ? thread->stop() : Result<>();
    }

    void kill() {
        if (sink_) {
            sink_->mute(true);
        }
        if (const auto thread = std::exchange(thread_, nullptr)) {
            thread->kill();
        }
    }

    /// Settings that do not work are not kept.
    Result<> restart(const Settings& changes) {
        ignore(stop(), "it is started again, whatever it ended with");
        auto before = settings_;
        for (const auto& [name, value] : changes) {
            settings_.insert_or_assign(name, value);
        }
        const auto bound = endpoints_;
        if (changes.contains("listeners")) {
            endpoints_.listeners.clear();
        }
        auto running = run();
        if (!running) {
            settings_ = std::move(before);
            endpoints_ = bound;
        }
        return running;
    }

    [[nodiscard]] const std::string& bootstrap() const { return bootstrap_; }
    [[nodiscard]] std::uint16_t port() const { return endpoints_.listeners.front().at.port; }
    [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
    [[nodiscard]] bool running() const { return thread_ != nullptr && thread_->serves(); }

private:
    Settings settings_;
    runtime::PosixDisk disk_;
    runtime::TemporaryDirectory temporary_;  // goes after the thread
    std::filesystem::path directory_;
    std::shared_ptr<CallbackSink> sink_;
    test_broker::BrokerEndpoints endpoints_;  // the last ones
    std::string bootstrap_;
    std::unique_ptr<test_broker::BrokerThread> thread_;
};

TestBroker::TestBroker(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TestBroker::TestBroker(TestBroker&& other) noexcept = default;
TestBroker& TestBroker::operator=(TestBroker&& other) noexcept = default;
TestBroker::~TestBroker() = default;

Result<TestBroker> TestBroker::start(TestBrokerOptions options) {
    const auto named = options.directory;
    auto impl = std::make_unique<Impl>(std::move(options));
    TRY(impl->choose_directory(named));
    TRY(impl->run());
    return TestBroker(std::move(impl));
}

const std::string& TestBroker::bootstrap() const {
    return impl_->bootstrap();
}

std::uint16_t TestBroker::port() const {
    return impl_->port();
}

const std::filesystem::path& TestBroker::directory() const {
    return impl_->directory();
}

bool TestBroker::running() const {
    return impl_->running();
}

Result<> TestBroker::stop() {
    return impl_->stop();
}

void TestBroker::kill() {
    impl_->kill();
}

Result<> TestBroker::restart(const Settings& changes) {
    return impl_->restart(changes);
}

}  // namespace barnabas
