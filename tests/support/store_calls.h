#pragma once

#include "metadata/cluster_state.h"
#include "metadata/embedded_store.h"
#include "metadata/store.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::metadata {

/// A store that answers at once, called as if it returned: for tests with the embedded kind.

template <class T, class Call>
StoreResult<T> answer_of(Call call) {
    std::optional<StoreResult<T>> answer;
    call([&answer](StoreResult<T> result) { answer = std::move(result); });
    return std::move(answer.value());  // throws if the store did not answer
}

inline StoreResult<std::string> create(Store& store, CreateOp op) {
    return answer_of<std::string>([&](auto done) { store.create(std::move(op), done); });
}
inline StoreResult<NodeStat> set(Store& store, SetOp op) {
    return answer_of<NodeStat>([&](auto done) { store.set(std::move(op), done); });
}
inline StoreResult<void> remove(Store& store, RemoveOp op) {
    return answer_of<void>([&](auto done) { store.remove(std::move(op), done); });
}
inline StoreResult<std::vector<OpOutcome>> multi(Store& store, std::vector<Op> ops) {
    return answer_of<std::vector<OpOutcome>>([&](auto done) { store.multi(std::move(ops), done); });
}
inline StoreResult<Node> get(Store& store, std::string path, Watch watch = Watch::none) {
    return answer_of<Node>([&](auto done) { store.get(std::move(path), watch, done); });
}
inline StoreResult<std::optional<NodeStat>> exists(Store& store, std::string path,
                                                   Watch watch = Watch::none) {
    return answer_of<std::optional<NodeStat>>(
        [&](auto done) { store.exists(std::move(path), watch, done); });
}
inline StoreResult<std::vector<std::string>> children(Store& store, std::string path,
                                                      Watch watch = Watch::none) {
    return answer_of<std::vector<std::string>>(
        [&](auto done) { store.children(std::move(path), watch, done); });
}

/// The same for the calls that answer with Kafka's errors.
template <class T, class Call>
Result<T> result_of(Call call) {
    std::optional<Result<T>> answer;
    call([&answer](Result<T> result) { answer = std::move(result); });
    return std::move(answer.value());
}

/// An empty cluster's.
inline std::unique_ptr<Store> prepared_store() {
    auto store = make_memory_store();
    EXPECT_TRUE(result_of<void>([&](auto done) { prepare_tree(*store, done); }));
    return store;
}

}  // namespace barnabas::metadata
