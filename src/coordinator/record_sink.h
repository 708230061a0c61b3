#pragma once

#include "base/result.h"
#include "base/time.h"
#include "base/types.h"
#include "coordinator/producer_identity.h"
#include "coordinator/record.h"

#include <optional>

namespace barnabas::coordinator {

/// Where a coordinator's records go: a port, over the log of its partition.
class RecordSink {
public:
    RecordSink() = default;
    RecordSink(const RecordSink&) = delete;
    RecordSink& operator=(const RecordSink&) = delete;
    virtual ~RecordSink() = default;

    /// The records, at least one, as one batch behind all that is there; as part of a transaction
    /// if there is one. Answers the offset of the first, and waits for nobody: that they are
    /// appended does not say that they are committed. Errors as a producer would get them.
    [[nodiscard]] virtual Result<Offset> append(const Records& records,
                                                const std::optional<ProducerIdentity>& transaction,
                                                Now now) = 0;
};

}  // namespace barnabas::coordinator
