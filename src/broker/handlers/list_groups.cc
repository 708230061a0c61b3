// ListGroups. Versions 0-5; 4 filters by state (KIP-518), 5 by type (KIP-848). There are no groups
// before there is a coordinator, whatever the filters are.
#include "wire/messages/list_groups.h"

#include "broker/handlers/handlers.h"

namespace barnabas::broker {

wire::ListGroupsResponse handle_list_groups(Call& /*call*/, wire::ListGroupsRequest& /*request*/) {
    return {};
}

}  // namespace barnabas::broker
