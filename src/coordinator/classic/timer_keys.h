#pragma once

#include "coordinator/timers.h"

#include <string>

namespace barnabas::coordinator {

inline TimerKey join_timer(const std::string& group) {
    return {.group = group, .kind = TimerKind::classic_join};
}
inline TimerKey sync_timer(const std::string& group) {
    return {.group = group, .kind = TimerKind::classic_sync};
}
inline TimerKey session_timer(const std::string& group, const std::string& member) {
    return {.group = group, .kind = TimerKind::classic_session, .member = member};
}
inline TimerKey new_member_timer(const std::string& group, const std::string& member) {
    return {.group = group, .kind = TimerKind::classic_new_member, .member = member};
}

}  // namespace barnabas::coordinator
