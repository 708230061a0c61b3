#pragma once

#include "base/logger.h"
#include "log/log_dirs.h"
#include "metadata/embedded_store.h"
#include "runtime/tasks.h"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace barnabas::broker {

class TopicService;

/// Minds the log directories while the broker runs: one whose disk fails is taken offline with its
/// partitions, and nothing else; one that works again is taken back; when the last one fails, the
/// broker is to end. Each directory on its own: one whose disk hangs holds up no other. Lives on
/// shard 0.
/// Always: a directory is dropped or taken back by at most one task.
class DirectoryKeeper {
public:
    struct Ports {
        runtime::Shard& home;
        TopicService& topics;
        log::LogDirs& dirs;
        Logger log;
        /// How often a directory that is offline is tried; nothing: never.
        std::optional<Duration> retry_interval;
        /// The cluster's state, if it is kept in a file; and in which directory.
        metadata::EmbeddedStore* store = nullptr;
        std::optional<std::size_t> store_directory;
        /// No directory is left: called once, with the sentence for people.
        std::function<void(std::string)> on_end;
    };

    explicit DirectoryKeeper(Ports ports);
    DirectoryKeeper(const DirectoryKeeper&) = delete;
    DirectoryKeeper& operator=(const DirectoryKeeper&) = delete;
    ~DirectoryKeeper();

    /// Until stop().
    boost::asio::awaitable<void> run();
    void stop();

private:
    struct Bell;

    void drop_failed();
    boost::asio::awaitable<void> drop(std::size_t directory);
    void end_without_directories();
    void look_around();
    boost::asio::awaitable<void> look_at(std::size_t directory);
    void take_back();
    boost::asio::awaitable<void> take_back(std::size_t directory);
    void suspend_store(std::size_t directory);
    boost::asio::awaitable<void> resume_store(std::size_t directory);
    [[nodiscard]] Time next_retry() const;

    Ports ports_;
    std::shared_ptr<Bell> bell_;  // shared with the threads on which disks fail
    Time next_retry_ = never;
    std::set<std::size_t> looking_;
    std::set<std::size_t> changing_;
    runtime::TaskGroup tasks_;
    std::map<std::size_t, std::string> said_;  // of directories that do not work yet
    bool resuming_ = false;                    // the store
    bool stopping_ = false;
    bool ended_ = false;
};

}  // namespace barnabas::broker
