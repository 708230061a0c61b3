#include "coordinator/consumer/group_records.h"
#include "unit/coordinator/group_world.h"

namespace barnabas::coordinator::testing {
namespace {

using Entry = FakeSink::Entry;
using Log = std::vector<Entry>;

Entry entry(Record record, std::int64_t producer = -1) {
    return {.record = std::move(record), .producer = ProducerId{producer}};
}
Entry marker(std::int64_t producer, bool committed) {
    return {.record = {}, .producer = ProducerId{producer}, .committed = committed};
}
const wire::OffsetCommitKey commit_key{.group = "g", .topic = "t", .partition = 0};
Entry commit(std::int64_t offset, std::int64_t producer = -1) {
    wire::OffsetCommitValue value;
    value.offset = offset;
    return entry(make_record(commit_key, value, 4), producer);
}
Entry commit_gone() {
    return entry(make_tombstone(commit_key));
}
Entry old_commit() {
    wire::LegacyOffsetCommitKey key{.group = "g", .topic = "t", .partition = 0};
    wire::LegacyOffsetCommitValue value;
    value.offset = 3;
    return entry(make_record(key, value, 0));
}
Entry classic_group(bool with_member) {
    wire::GroupMetadataValue value;
    value.generation = 1;
    if (with_member) {
        value.protocol_type = "consumer";
        value.protocol = "range";
        value.leader = "m";
        auto& member = value.members.emplace_back();
        member.member_id = "m";
        member.session_timeout = 10'000;
    }
    return entry(make_record(wire::GroupMetadataKey{.group = "g"}, value, 3));
}
Entry classic_gone() {
    return entry(make_tombstone(wire::GroupMetadataKey{.group = "g"}));
}
ConsumerMember member() {
    ConsumerMember member;
    member.id = "m";
    member.epoch = 1;
    member.topics = {"t"};
    return member;
}
Entry consumer_epoch(std::int32_t epoch = 1) {
    return entry(group_epoch_record("g", epoch, 0));
}
Entry consumer_member() {
    return entry(subscription_record("g", member()));
}
Entry consumer_current() {
    return entry(current_assignment_record("g", member()));
}
Entry consumer_target() {
    return entry(target_record("g", "m", {}));
}
Entry consumer_target_epoch() {
    return entry(target_epoch_record("g", 1, Timestamp{1}));
}
Entry consumer_regex() {
    return entry(regex_record("g", "t.*", {.topics = {"t"}, .version = 1, .when = Timestamp{1}}));
}
Entry consumer_topics() {
    wire::ConsumerGroupPartitionMetadataKey key;
    key.group_id = "g";
    return entry(make_record(key, wire::ConsumerGroupPartitionMetadataValue{}, 0));
}
Entry consumer_gone() {
    wire::ConsumerGroupMetadataKey key;
    key.group_id = "g";
    return entry(make_tombstone(key));
}
Entry of_kind(std::int16_t kind) {
    Entry unknown;
    unknown.record.key.append(std::array{std::byte(kind >> 8), std::byte(kind & 0xff)});
    unknown.record.key.append(as_bytes("whatever"));
    return unknown;
}

template <class... Entries>
Log log_of(Entries... entries) {
    Log log;
    (log.push_back(std::move(entries)), ...);
    return log;
}

struct ReplayRow {
    const char* name;
    Log log;
    std::string want;
};

TEST(GroupReplay, MakesOfRecordsWhatTheySay) {
    ReplayRow rows[] = {
        {"a commit makes a simple group", log_of(commit(5)), "g:Classic:Empty:0 g/t-0=5"},
        {"the oldest kind of commit", log_of(old_commit()), "g:Classic:Empty:0 g/t-0=3"},
        {"a tombstone takes the offset", log_of(commit(5), commit_gone()), "g:Classic:Empty:0"},
        {"a tombstone makes no group", log_of(commit_gone()), ""},
        {"a simple group is deleted", log_of(commit(5), commit_gone(), classic_gone()), ""},
        {"an empty classic group", log_of(classic_group(false)), "g:Classic:Empty:0"},
        {"a classic group", log_of(classic_group(true)), "g:Classic:Stable:1"},
        {"the group's own record comes behind a commit", log_of(commit(5), classic_group(true)),
         "g:Classic:Stable:1 g/t-0=5"},
        {"a classic group is deleted", log_of(classic_group(true), classic_gone()), ""},
        {"a consumer group's epoch", log_of(consumer_epoch()), "g:Consumer:Empty:0"},
        {"all of a consumer group's records",
         log_of(consumer_topics(), consumer_member(), consumer_regex(), consumer_epoch(),
                consumer_target(), consumer_target_epoch(), consumer_current()),
         "g:Consumer:Stable:1"},
        {"a consumer group is deleted",
         log_of(consumer_epoch(), consumer_member(), consumer_gone()), ""},
        {"topics of old say nothing", log_of(consumer_topics()), ""},
        {"from simple to consumer", log_of(commit(5), consumer_epoch()),
         "g:Consumer:Empty:0 g/t-0=5"},
        {"from classic to consumer",
         log_of(classic_group(false), classic_gone(), consumer_epoch(2), consumer_member()),
         "g:Consumer:Assigning:1"},
        {"a consumer group that was given nothing yet", log_of(consumer_epoch(), consumer_member()),
         "g:Consumer:Reconciling:1"},
        {"the same, the classic group's tombstone compacted away",
         log_of(classic_group(false), consumer_epoch()), "g:Consumer:Empty:0"},
        {"from consumer to classic", log_of(consumer_epoch(), consumer_gone(), classic_group(true)),
         "g:Classic:Stable:1"},
        {"the same, the consumer group's tombstone compacted away",
         log_of(consumer_epoch(), classic_group(true)), "g:Classic:Stable:1"},
        {"a consumer group's commits", log_of(consumer_epoch(), commit(5)),
         "g:Consumer:Empty:0 g/t-0=5"},
        {"a classic tombstone is none of a consumer group's",
         log_of(consumer_epoch(), classic_gone()), "g:Consumer:Empty:0"},
        {"a transaction that is open", log_of(commit(5, 7)), "g:Classic:Empty:0~"},
        {"a transaction is committed", log_of(commit(5, 7), marker(7, true)),
         "g:Classic:Empty:0 g/t-0=5"},
        {"a transaction is aborted", log_of(commit(1), commit(5, 7), marker(7, false)),
         "g:Classic:Empty:0 g/t-0=1"},
        {"another producer's marker", log_of(commit(5, 7), marker(8, true)), "g:Classic:Empty:0~"},
        {"a tombstone takes what is pending too",
         log_of(commit(5, 7), commit_gone(), marker(7, true)), "g:Classic:Empty:0"},
        {"kinds that are not known here", log_of(of_kind(17), commit(5), of_kind(99)),
         "g:Classic:Empty:0 g/t-0=5"},
    };
    for (auto& row : rows) {
        GroupWorld world;
        world.sink.log = std::move(row.log);
        world.restart(false);
        EXPECT_EQ(world.state(), row.want) << row.name;
    }
}

TEST(GroupReplay, CountsKindsThatAreNotKnownHere) {
    GroupWorld world;
    world.sink.log = log_of(of_kind(17), of_kind(99), of_kind(17));
    world.restart(false);
    EXPECT_EQ(world.groups->passed_over(), (std::map<std::int16_t, std::size_t>{{17, 2}, {99, 1}}));
    EXPECT_EQ(GroupCoordinator::name_of_kind(17), "STREAMS_GROUP_METADATA (17)");
    EXPECT_EQ(GroupCoordinator::name_of_kind(99), "kind 99, which only newer brokers know");
}

TEST(GroupReplay, SaysWhichRecordCannotBeRead) {
    struct Row {
        const char* name;
        wire::NullableBytes key;
        wire::NullableBytes value;
        const char* want;
    };
    const auto good = commit(5).record;
    const ByteView key = good.key.view();
    const ByteView value = good.value->view();
    const std::byte newer[] = {std::byte{0}, std::byte{127}};
    const Row rows[] = {
        {"no key", {}, value, "no key"},
        {"half a kind", key.first(1), value, "its key"},
        {"half a key", key.first(key.size() - 1), value, "OffsetCommitKey"},
        {"half a version", key, value.first(1), "OffsetCommitValue"},
        {"half a value", key, value.first(value.size() / 2), "OffsetCommitValue"},
        {"a newer value", key, ByteView(newer), "OffsetCommitValue"},
    };
    for (const auto& row : rows) {
        GroupWorld world;
        const auto read =
            world.groups->replay({.offset = Offset{42}, .key = row.key, .value = row.value});
        ASSERT_FALSE(read) << row.name;
        EXPECT_EQ(read.error().code, ErrorCode::corrupt_message) << row.name;
        EXPECT_NE(read.error().message.find("offset 42"), std::string::npos) << row.name;
        EXPECT_NE(read.error().message.find(row.want), std::string::npos)
            << row.name << ": " << read.error().message;
        EXPECT_EQ(world.state(), "") << row.name;
    }
}

TEST(GroupReplay, GivesWhatWasThereBeforeTheRestart) {
    GroupWorld world;
    world.topics.put("t", 3);
    world.come("classic");
    world.commit("simple", 1);
    world.commit("simple", 2);
    const auto gone = world.come("emptied");
    world.leave("emptied", gone);
    world.beat(testing::join("m1", {"t"}), "consumer");
    world.beat(testing::join("m2", {"t"}), "consumer");
    world.commit("consumer", 3, "m1", 2);
    const auto former = world.come("moved");
    world.leave("moved", former);
    world.commit("moved", 9);
    world.beat(testing::join("m", {"t"}), "moved");
    world.commit("deleted", 4);
    ASSERT_TRUE(world.groups->remove("deleted", world.now, world.told));
    world.commit_in_transaction("pending", 5, 7);
    world.commit_in_transaction("ended", 6, 8);
    world.end(8, true);
    const auto before = world.state();
    EXPECT_EQ(before,
              "classic:Classic:Stable:1 consumer:Consumer:Assigning:2 emptied:Classic:Empty:0 "
              "ended:Classic:Empty:0 moved:Consumer:Stable:1 pending:Classic:Empty:0~ "
              "simple:Classic:Empty:0 consumer/t-0=3 ended/t-0=6 moved/t-0=9 simple/t-0=2");
    for (const bool compacted : {false, true}) {
        world.restart(compacted);
        EXPECT_EQ(world.state(), before) << "compacted: " << compacted;
    }
}

}  // namespace
}  // namespace barnabas::coordinator::testing
