// A cluster whose leaders move, whose coordinators change and whose connections break, beside an
// admin client: whatever happens, each key has one result, and it is the right one.
#include "client/admin/plans.h"
#include "support/seeds.h"
#include "unit/client/admin/play.h"
#include "wire/messages/delete_groups.h"
#include "wire/messages/list_offsets.h"

#include <gtest/gtest.h>

#include <random>

namespace barnabas::client::admin_api {
namespace {

using wire::DeleteGroupsRequest;
using wire::DeleteGroupsResponse;
using wire::FindCoordinatorRequest;
using wire::FindCoordinatorResponse;
using wire::ListOffsetsRequest;
using wire::ListOffsetsResponse;
using wire::MetadataRequest;

constexpr std::int32_t partitions_max = 12;

class Model {
public:
    explicit Model(std::uint64_t seed) : random_(seed) {
        for (auto& leader : leaders_) {
            leader = any_broker();
        }
    }

    bool chance(int percent) { return below(100) < percent; }
    int below(int bound) { return std::uniform_int_distribution(0, bound - 1)(random_); }
    std::int32_t any_broker() { return 1 + below(3); }

    /// Something changes now and then; not for ever, so that calls come to an end.
    void stir() {
        if (--changes_left_ > 0 && chance(40)) {
            leaders_[static_cast<std::size_t>(below(partitions_max))] =
                chance(20) ? -1 : any_broker();
        } else if (changes_left_ <= 0) {
            for (auto& leader : leaders_) {
                leader = std::max(leader, 1);
            }
        }
    }
    /// A request that gets lost.
    bool breaks() { return changes_left_ > 0 && chance(15); }

    wire::MetadataResponse metadata() const {
        return with_topic("t", {leaders_.begin(), leaders_.end()});
    }
    ListOffsetsResponse offsets(const RequestExchange<ListOffsetsRequest>& asked) {
        ListOffsetsResponse response;
        auto& topic = response.topics.emplace_back();
        topic.name = "t";
        for (const auto& partition : asked.request.topics.at(0).partitions) {
            auto& told = topic.partitions.emplace_back();
            told.partition_index = partition.partition_index;
            told.offset = 100 + partition.partition_index;
            const auto leader = leaders_.at(static_cast<std::size_t>(partition.partition_index));
            if (BrokerId{leader} != asked.to()) {
                told.error_code = static_cast<std::int16_t>(ErrorCode::not_leader_or_follower);
                told.offset = -1;
            } else if (changes_left_ > 0 && chance(10)) {
                told.error_code = static_cast<std::int16_t>(ErrorCode::offset_not_available);
            }
        }
        return response;
    }

    FindCoordinatorResponse coordinators(const FindCoordinatorRequest& asked) {
        FindCoordinatorResponse response;
        for (const auto& key : asked.coordinator_keys) {
            auto& told = response.coordinators.emplace_back();
            told.key = key;
            told.node_id = coordinator(key);
            if (changes_left_ > 0 && chance(20)) {
                told.error_code = static_cast<std::int16_t>(ErrorCode::coordinator_not_available);
            }
        }
        return response;
    }
    /// A group whose name ends in "x" is not there.
    DeleteGroupsResponse deleted(const RequestExchange<DeleteGroupsRequest>& asked) {
        DeleteGroupsResponse response;
        for (const auto& id : asked.request.groups_names) {
            auto& told = response.results.emplace_back();
            told.group_id = id;
            if (BrokerId{coordinator(id)} != asked.to()) {
                told.error_code = static_cast<std::int16_t>(ErrorCode::not_coordinator);
            } else if (id.ends_with('x')) {
                told.error_code = static_cast<std::int16_t>(ErrorCode::group_id_not_found);
            } else if (changes_left_ > 0 && chance(20)) {
                told.error_code =
                    static_cast<std::int16_t>(ErrorCode::coordinator_load_in_progress);
            }
        }
        return response;
    }

private:
    /// Groups move together with the leader of the partition that has them.
    std::int32_t coordinator(const std::string& id) const {
        const auto at = std::hash<std::string>{}(id) % leaders_.size();
        return std::max(leaders_.at(at), 1);
    }

    std::mt19937_64 random_;
    std::array<std::int32_t, partitions_max> leaders_{};
    int changes_left_ = 60;
};

template <class T>
void offsets_round(Play<T>& play, Model& model) {
    if (play.waiting() == 0) {
        play.sleep();
        return;
    }
    model.stir();
    if (play.next_is(MetadataRequest::api_key)) {
        const auto lookup = play.template sent<MetadataRequest>();
        model.breaks() ? play.fail(lookup, ErrorCode::network_exception)
                       : play.answer(lookup, model.metadata());
        return;
    }
    const auto request = play.template sent<ListOffsetsRequest>();
    model.breaks() ? play.fail(request, ErrorCode::network_exception)
                   : play.answer(request, model.offsets(*request));
}

TEST(AdminModel, FindsEveryOffsetHoweverLeadersMove) {
    const auto first = barnabas::testing::first_seed(1);
    for (std::uint64_t seed = first; seed < first + 200; ++seed) {
        Model model(seed);
        std::map<TopicPartition, admin::OffsetSpec> specs;
        for (std::int32_t i = 0; i < partitions_max; ++i) {
            specs.emplace(partition("t", i), admin::OffsetSpec::latest());
        }
        Play play(list_offsets_plan(specs, {}, {}), 10min);
        while (!play.done()) {
            offsets_round(play, model);
        }
        const auto result = play.result();
        ASSERT_EQ(result->size(), specs.size()) << "seed " << seed;
        for (const auto& [key, offset] : *result) {
            ASSERT_TRUE(offset) << "seed " << seed << ": " << offset.error().message;
            ASSERT_EQ(offset->offset, Offset{100 + key.partition.get()}) << "seed " << seed;
        }
    }
}

template <class T>
void groups_round(Play<T>& play, Model& model) {
    if (play.waiting() == 0) {
        play.sleep();
        return;
    }
    model.stir();
    if (play.next_is(FindCoordinatorRequest::api_key)) {
        const auto lookup = play.template sent<FindCoordinatorRequest>();
        model.breaks() ? play.fail(lookup, ErrorCode::network_exception)
                       : play.answer(lookup, model.coordinators(lookup->request));
        return;
    }
    const auto request = play.template sent<DeleteGroupsRequest>();
    model.breaks() ? play.fail(request, ErrorCode::network_exception)
                   : play.answer(request, model.deleted(*request));
}

TEST(AdminModel, ReachesEveryGroupHoweverCoordinatorsChange) {
    const auto first = barnabas::testing::first_seed(1);
    for (std::uint64_t seed = first; seed < first + 200; ++seed) {
        Model model(seed);
        std::set<std::string> ids;
        for (int i = 0; i < 10; ++i) {
            ids.insert(fmt::format("group-{}{}", i, model.chance(30) ? "x" : ""));
        }
        Play play(delete_groups_plan(ids, {}), 10min);
        while (!play.done()) {
            groups_round(play, model);
        }
        const auto result = play.result();
        ASSERT_EQ(result->size(), ids.size()) << "seed " << seed;
        for (const auto& [id, outcome] : *result) {
            const auto want = id.ends_with('x') ? ErrorCode::group_id_not_found : ErrorCode::none;
            ASSERT_EQ(code_of(outcome), want) << "seed " << seed << ", " << id;
        }
    }
}

}  // namespace
}  // namespace barnabas::client::admin_api
