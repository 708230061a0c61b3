#include "broker/scatter.h"

namespace barnabas::broker {
namespace {

/// Lives until the last part has reported home.
struct Gathering {
    Gathering(runtime::Shard& home, std::size_t parts) : changed(home), left(parts) {}
    runtime::Signal changed;
    std::size_t left;  // on home only
};

}  // namespace

awaitable<void> scatter(runtime::Shard& home, std::span<runtime::Shard* const> targets,
                        std::function<void(std::size_t)> work) {
    std::size_t away = 0;
    for (const auto* target : targets) {
        away += target != &home ? 1 : 0;
    }
    std::shared_ptr<Gathering> gathering;
    if (away > 0) {
        gathering = std::make_shared<Gathering>(home, away);
        for (std::size_t i = 0; i < targets.size(); ++i) {
            if (targets[i] != &home) {
                targets[i]->post([&home, &work, i, gathering]() mutable {
                    work(i);
                    // The last reference is dropped at home: the signal belongs there.
                    home.post([gathering = std::move(gathering)] {
                        if (--gathering->left == 0) {
                            gathering->changed.notify_all();
                        }
                    });
                });
            }
        }
    }
    for (std::size_t i = 0; i < targets.size(); ++i) {
        if (targets[i] == &home) {
            work(i);
        }
    }
    while (gathering && gathering->left > 0) {
        co_await gathering->changed.wait_until(never);
    }
}

}  // namespace barnabas::broker
