#include "broker/handlers/config_edit.h"

#include "broker/handlers/config_resource.h"

#include <utility>

namespace barnabas::broker {

awaitable<Result<void>> edit_resource(Call& call, ResourceEdit edit) {
    const auto owner = find_config_owner(call, edit.type, edit.name);
    if (!owner) {
        co_return fail(Result<ConfigOwner>(owner));
    }
    auto carry_out = [topics = call.services.topics, owner = *owner, &edit] {
        switch (owner) {
            case ConfigOwner::topic:
                return topics->alter_topic_configs(edit.name, std::move(edit.edit));
            case ConfigOwner::group:
                return topics->alter_group_configs(edit.name, std::move(edit.edit));
            case ConfigOwner::this_broker:
            case ConfigOwner::all_brokers:
                break;
        }
        return topics->alter_broker_configs(owner == ConfigOwner::all_brokers,
                                            std::move(edit.edit));
    };
    co_return co_await runtime::await_on(call.home.shard, call.services.shards.front()->shard,
                                         std::move(carry_out));
}

}  // namespace barnabas::broker
