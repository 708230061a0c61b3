#include "coordinator/classic/member.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <utility>

namespace barnabas::coordinator {

bool operator==(const ClassicProtocol& a, const ClassicProtocol& b) {
    return a.name == b.name && std::ranges::equal(a.metadata->view(), b.metadata->view());
}

SharedBytes share(ByteView bytes) {
    ByteBuffer copy(bytes.size());
    copy.append(bytes);
    return std::make_shared<const ByteBuffer>(std::move(copy));
}

ClassicProtocols protocols_of(const wire::JoinGroupRequest& request) {
    ClassicProtocols protocols;
    std::set<std::string_view> names;
    for (const auto& protocol : request.protocols) {
        if (names.insert(protocol.name).second) {
            protocols.push_back({.name = protocol.name, .metadata = share(protocol.metadata)});
        }
    }
    return protocols;
}

bool ClassicGroupMember::offers(std::string_view protocol) const {
    return std::ranges::find(protocols_, protocol, &ClassicProtocol::name) != protocols_.end();
}

SharedBytes ClassicGroupMember::metadata(std::string_view protocol) const {
    const auto at = std::ranges::find(protocols_, protocol, &ClassicProtocol::name);
    return at == protocols_.end() ? nullptr : at->metadata;
}

ByteView ClassicGroupMember::assigned() const {
    return assignment == nullptr ? ByteView{} : assignment->view();
}

Duration ClassicGroupMember::session_timeout() const {
    // Negative ones come from nobody but a record that is damaged.
    return std::chrono::milliseconds(std::max(session_timeout_ms, 0));
}

}  // namespace barnabas::coordinator
