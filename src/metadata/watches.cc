#include "metadata/watches.h"

namespace barnabas::metadata {

std::vector<StoreEvent> Watches::take(const std::vector<Tree::Change>& changes) {
    std::vector<StoreEvent> events;
    for (const Tree::Change& change : changes) {
        if (data_.empty() && children_.empty()) {
            break;
        }
        add(change, events);
    }
    return events;
}

void Watches::add(const Tree::Change& change, std::vector<StoreEvent>& events) {
    using Kind = Tree::Change::Kind;
    const bool removed = change.kind == Kind::removed;
    const bool data = take(data_, change.path);
    if (removed ? data | take(children_, change.path) : data) {
        events.push_back({.kind = removed                        ? StoreEvent::Kind::removed
                                  : change.kind == Kind::created ? StoreEvent::Kind::created
                                                                 : StoreEvent::Kind::data_changed,
                          .path = change.path});
    }
    if (change.kind != Kind::data_changed && take(children_, parent_path(change.path))) {
        events.push_back({.kind = StoreEvent::Kind::children_changed,
                          .path = std::string(parent_path(change.path))});
    }
}

bool Watches::take(Paths& watched, std::string_view path) {
    const auto at = watched.find(path);
    if (at == watched.end()) {
        return false;
    }
    watched.erase(at);
    return true;
}

}  // namespace barnabas::metadata
