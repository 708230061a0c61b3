#include "client/share_consumer/acknowledgements.h"

#include "base/invariant.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace barnabas::client {

namespace {

/// As append(), to any list of runs that rise.
void push_run(std::vector<Acknowledgements::Run>& runs, const Acknowledgements::Run& run) {
    INVARIANT(run.first <= run.last, "a run from {} to {}", run.first, run.last);
    if (!runs.empty()) {
        INVARIANT(runs.back().last < run.first, "offset {} is acknowledged twice", run.first);
        if (runs.back().type == run.type && runs.back().last + 1 == run.first) {
            runs.back().last = run.last;
            return;
        }
    }
    runs.push_back(run);
}

}  // namespace

void Acknowledgements::append(Offset first, Offset last, AckType type) {
    push_run(runs_, {.first = first, .last = last, .type = type});
}

void Acknowledgements::merge(const Acknowledgements& other) {
    std::vector<Run> all;
    all.reserve(runs_.size() + other.runs_.size());
    std::ranges::merge(runs_, other.runs_, std::back_inserter(all), {}, &Run::first, &Run::first);
    runs_.clear();
    for (Run run : all) {
        if (!runs_.empty()) {
            run.first = std::max(run.first, runs_.back().last + 1);
        }
        if (run.first <= run.last) {
            push_run(runs_, run);
        }
    }
}

void Acknowledgements::replace(Offset offset, AckType type) {
    std::vector<Run> changed;
    bool found = false;
    for (const Run& run : runs_) {
        if (offset < run.first || run.last < offset) {
            push_run(changed, run);
            continue;
        }
        found = true;
        if (run.first < offset) {
            push_run(changed, {.first = run.first, .last = offset - 1, .type = run.type});
        }
        push_run(changed, {.first = offset, .last = offset, .type = type});
        if (offset < run.last) {
            push_run(changed, {.first = offset + 1, .last = run.last, .type = run.type});
        }
    }
    INVARIANT(found, "offset {} has no acknowledgement to be replaced", offset);
    runs_ = std::move(changed);
}

std::optional<AckType> Acknowledgements::find(Offset offset) const {
    const auto at = std::ranges::find_if(
        runs_, [offset](const Run& run) { return run.first <= offset && offset <= run.last; });
    return at == runs_.end() ? std::nullopt : std::optional(at->type);
}

bool Acknowledgements::renews() const {
    return std::ranges::any_of(runs_, [](const Run& run) { return run.type == AckType::renew; });
}

std::vector<Offset> Acknowledgements::offsets() const {
    std::vector<Offset> offsets;
    for (const Run& run : runs_) {
        if (run.type == AckType::gap) {
            continue;
        }
        for (Offset at = run.first; at <= run.last; ++at) {
            offsets.push_back(at);
        }
    }
    return offsets;
}

}  // namespace barnabas::client
