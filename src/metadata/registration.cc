#include "metadata/registration.h"

#include <memory>
#include <optional>
#include <utility>

namespace barnabas::metadata {
namespace {

/// One attempt after the other until somebody is the controller. Owned by its own callbacks.
class Election : public std::enable_shared_from_this<Election> {
public:
    using Done = std::move_only_function<void(Result<Controller>)>;

    Election(Store& store, ControllerNode node, Done done)
        : store_(store), node_(node), done_(std::move(done)) {}

    void start() {
        read(paths::controller_epoch, [this](std::optional<Node> node) { with_epoch(node); });
    }

private:
    template <class Use>
    void read(std::string_view path, Use use) {
        store_.get(std::string(path), Watch::none,
                   [self = shared_from_this(), use](StoreResult<Node> node) {
                       if (node) {
                           use(std::optional(std::move(*node)));
                       } else if (node.error().code == StoreErrorCode::no_node) {
                           use(std::optional<Node>());
                       } else {
                           self->done_(failed(node));
                       }
                   });
    }

    void with_epoch(const std::optional<Node>& found) {
        std::int32_t epoch = 0;
        if (found) {
            const auto known = decode_controller_epoch(paths::controller_epoch, found->data);
            if (!known) {
                done_(fail(Result<std::int32_t>(known)));
                return;
            }
            epoch = *known;
        }
        read(paths::controller, [this, epoch, found](std::optional<Node> controller) {
            controller ? answer(*controller, epoch) : claim(found, epoch + 1);
        });
    }

    void answer(const Node& controller, std::int32_t epoch) {
        const auto node = decode_controller(paths::controller, controller.data);
        done_(node ? Result<Controller>(Controller{.broker = node->broker, .epoch = epoch})
                   : Result<Controller>(fail(Result<ControllerNode>(node))));
    }

    void claim(const std::optional<Node>& found, std::int32_t epoch) {
        const std::string path(paths::controller_epoch);
        const std::string text = fmt::format("{}", epoch);
        std::vector<Op> ops;
        ops.push_back(found ? Op(SetOp{.path = path, .data = text, .expected = found->stat.version})
                            : Op(CreateOp{.path = path, .data = text}));
        ops.emplace_back(CreateOp{.path = std::string(paths::controller),
                                  .data = encode(node_),
                                  .mode = CreateMode::ephemeral});
        store_.multi(std::move(ops), [self = shared_from_this(),
                                      epoch](StoreResult<std::vector<OpOutcome>> claimed) {
            if (claimed) {
                self->done_(Controller{.broker = self->node_.broker, .epoch = epoch});
            } else if (claimed.error().code == StoreErrorCode::bad_version ||
                       claimed.error().code == StoreErrorCode::node_exists) {
                self->start();  // somebody was faster
            } else {
                self->done_(failed(claimed));
            }
        });
    }

    Store& store_;
    ControllerNode node_;
    Done done_;
};

}  // namespace

void register_broker(Store& store, BrokerId broker, const BrokerNode& node,
                     std::move_only_function<void(Result<void>)> done) {
    store.create(
        {.path = paths::broker_id(broker), .data = encode(node), .mode = CreateMode::ephemeral},
        [broker, done = std::move(done)](StoreResult<std::string> created) mutable {
            if (created) {
                done({});
            } else if (created.error().code == StoreErrorCode::node_exists) {
                done(fail(ErrorCode::duplicate_broker_registration,
                          "a broker {} is registered already; each needs a node.id of its "
                          "own",
                          broker));
            } else {
                done(failed(created));
            }
        });
}

void elect_controller(Store& store, BrokerId broker, Timestamp now,
                      std::move_only_function<void(Result<Controller>)> done) {
    std::make_shared<Election>(store, ControllerNode{.broker = broker, .timestamp = now},
                               std::move(done))
        ->start();
}

}  // namespace barnabas::metadata
