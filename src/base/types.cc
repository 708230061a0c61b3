#include "base/types.h"

namespace fmt {

format_context::iterator formatter<barnabas::TopicPartition>::format(
    const barnabas::TopicPartition& tp, format_context& ctx) const {
    return format_to(ctx.out(), "{}-{}", tp.topic, tp.partition);
}

}  // namespace fmt
