#pragma once

#include "broker/coordinators/state_partition.h"
#include "coordinator/record_sink.h"

#include <optional>

namespace barnabas::broker {

/// A partition's log, as its coordinator appends to it. The partition outlives it.
class StateSink final : public coordinator::RecordSink {
public:
    explicit StateSink(StatePartition& partition) : partition_(partition) {}

    [[nodiscard]] Result<Offset> append(
        const coordinator::Records& records,
        const std::optional<coordinator::ProducerIdentity>& transaction, Now now) override {
        return transaction ? partition_.append(records, *transaction, now)
                           : partition_.append(records, now);
    }

private:
    StatePartition& partition_;
};

}  // namespace barnabas::broker
