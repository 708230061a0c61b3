#include "broker/settings.h"

#include "broker/config/definitions.h"
#include "log/topic_config.h"

namespace barnabas::broker {

Definitions Definitions::make() {
    return {.broker = broker_definition(),
            .topic = log::topic_definition(),
            .group = group_definition(),
            .client_metrics = client_metrics_definition()};
}

}  // namespace barnabas::broker
