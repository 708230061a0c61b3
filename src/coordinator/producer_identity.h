#pragma once

#include "base/types.h"

#include <compare>

namespace barnabas::coordinator {

/// Who a producer is: what a client sends along with each request of a transaction.
struct ProducerIdentity {
    ProducerId id = no_producer;
    ProducerEpoch epoch = no_producer_epoch;

    friend auto operator<=>(const ProducerIdentity&, const ProducerIdentity&) = default;
};

}  // namespace barnabas::coordinator
