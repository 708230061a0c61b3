#pragma once

#include <barnabas/share_consumer.h>
#include <barnabas/typed_consumer.h>

namespace barnabas {

/// A ShareConsumer that hands out K and V instead of bytes:
///   TypedShareConsumer<std::string, std::int64_t> consumer(std::move(*plain));
///   for (const auto& record : *consumer.poll(1s)) {
///       consumer.plain().acknowledge(record.raw, record.value ? AcknowledgeType::accept
///                                                             : AcknowledgeType::reject);
///   }
/// What cannot be read as K or V is to be acknowledged like all else: reject it, or it comes again.
template <class K, class V>
using TypedShareConsumer = TypedConsumer<K, V, ShareConsumer>;

}  // namespace barnabas
