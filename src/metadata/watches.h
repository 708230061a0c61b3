#pragma once

#include "metadata/tree.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::metadata {

/// Which paths are watched; a watch goes when it tells.
class Watches {
public:
    void on_data(std::string path) { data_.insert(std::move(path)); }
    void on_children(std::string path) { children_.insert(std::move(path)); }

    /// The events of `changes` for what is watched.
    std::vector<StoreEvent> take(const std::vector<Tree::Change>& changes);

private:
    using Paths = std::set<std::string, std::less<>>;
    void add(const Tree::Change& change, std::vector<StoreEvent>& events);
    static bool take(Paths& watched, std::string_view path);

    Paths data_;  // by get() and exists()
    Paths children_;
};

}  // namespace barnabas::metadata
