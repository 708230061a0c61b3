#include "broker/directory_asker.h"

#include <algorithm>
#include <utility>

namespace barnabas::broker {

/// A question on its way; on home, but for `question` itself.
struct DirectoryAsker::Asked {
    Question question;
    std::set<std::size_t> of;
    std::set<std::size_t> answered;
};

DirectoryAsker::DirectoryAsker(runtime::Shard& home, log::LogDirs& dirs, Logger log,
                               std::string meanwhile)
    : home_(home),
      dirs_(dirs),
      log_(std::move(log)),
      meanwhile_(std::move(meanwhile)),
      directories_(dirs.count()),
      changed_(home),
      tasks_(home) {}

bool DirectoryAsker::hangs(std::size_t directory) const {
    const auto& state = directories_[directory];
    return state.busy && home_.clock().now() - state.since >= patience;
}

awaitable<std::set<std::size_t>> DirectoryAsker::ask(Question question, Time deadline,
                                                     std::optional<std::size_t> only) {
    const auto asked = std::make_shared<Asked>();
    asked->question = std::move(question);
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        if (!hangs(i) && i == only.value_or(i)) {
            put(i, asked);
            asked->of.insert(i);
        }
    }
    for (auto until = next_look(*asked); until && home_.clock().now() < deadline;
         until = next_look(*asked)) {
        co_await changed_.wait_until(std::min(*until, deadline));
    }
    for (auto& directory : directories_) {
        std::erase(directory.waiting, asked);
    }
    note_hanging();
    co_return asked->answered;
}

/// When one of those that owe an answer may hang; nothing if all have answered, or hang. Who only
/// stands in line before a disk that works owes it as long as it takes.
std::optional<Time> DirectoryAsker::next_look(const Asked& asked) const {
    std::optional<Time> next;
    for (const auto i : asked.of) {
        if (!asked.answered.contains(i) && !hangs(i)) {
            const Time may_hang = directories_[i].since + patience;
            next = std::min(next.value_or(may_hang), may_hang);
        }
    }
    return next;
}

void DirectoryAsker::put(std::size_t directory, std::shared_ptr<Asked> asked) {
    auto& state = directories_[directory];
    state.waiting.push_back(std::move(asked));
    if (!std::exchange(state.busy, true)) {
        state.since = home_.clock().now();
        tasks_.spawn(serve(directory));
    }
}

awaitable<void> DirectoryAsker::serve(std::size_t directory) {
    while (!directories_[directory].waiting.empty()) {
        const auto asked = std::move(directories_[directory].waiting.front());
        directories_[directory].waiting.pop_front();
        directories_[directory].since = home_.clock().now();
        auto work = [asked, directory] { asked->question(directory); };
        co_await runtime::run_blocking(home_, std::move(work));
        asked->answered.insert(directory);
        if (std::exchange(directories_[directory].said, false)) {
            log_.info("the disk of {} answers again", dirs_.path_of(directory).string());
        }
        changed_.notify_all();
    }
    directories_[directory].busy = false;
}

/// Said once, until it answers.
void DirectoryAsker::note_hanging() {
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        if (hangs(i) && !std::exchange(directories_[i].said, true)) {
            log_.warn("the disk of {} has not answered for {} s; until it does {}",
                      dirs_.path_of(i).string(), patience / 1s, meanwhile_);
        }
    }
}

}  // namespace barnabas::broker
