// The checker on made-up histories: each row breaks one promise, and the checker says which.
#include "testkit/checker.h"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <functional>
#include <string_view>

namespace barnabas::testkit {
namespace {

const TopicPartition a{.topic = "a", .partition = PartitionId{0}};
const TopicPartition b{.topic = "b", .partition = PartitionId{0}};

Time at(int seconds) {
    return Time(std::chrono::seconds(seconds));
}

SentRecord sent(const TopicPartition& partition, std::int64_t offset) {
    return {.partition = partition,
            .copy_of = {},
            .acknowledged = Offset{offset},
            .acknowledged_at = at(1)};
}

Found found(std::int64_t offset, std::size_t transaction, std::size_t index) {
    return {.offset = Offset{offset}, .record = {.transaction = transaction, .index = index}};
}

/// Three transactions of one producer, the second one aborted, and one that copies the first's
/// record of a:
///   a: 0 (0,0)  1 marker  2 (1,0)  3 marker  4 (2,0)  5 (2,1)  6 marker
///   b: 0 (0,1)  1 marker  2 (2,2)  3 marker  4 (3,0)  5 marker
History good() {
    History history;
    auto& t = history.transactions;
    t.resize(4);
    t[0] = {.id = "w", .client = "w-1", .records = {sent(a, 0), sent(b, 0)}};
    t[1] = {.id = "w", .client = "w-1", .records = {sent(a, 2)}};
    t[2] = {.id = "w", .client = "w-1", .records = {sent(a, 4), sent(a, 5), sent(b, 2)}};
    t[3] = {.id = "c", .client = "c-1", .records = {sent(b, 4)}};
    t[3].records[0].copy_of = Source{.partition = a, .offset = Offset{0}};
    for (auto& transaction : t) {
        transaction.asked = Asked::commit;
        transaction.asked_at = at(2);
        transaction.told = Told::committed;
    }
    t[1].asked = Asked::abort;
    t[1].told = Told::aborted;
    history.logs[a] = {.all = {found(0, 0, 0), found(2, 1, 0), found(4, 2, 0), found(5, 2, 1)},
                       .committed = {found(0, 0, 0), found(4, 2, 0), found(5, 2, 1)},
                       .last_stable = Offset{7},
                       .end = Offset{7}};
    history.logs[b] = {.all = {found(0, 0, 1), found(2, 2, 2), found(4, 3, 0)},
                       .committed = {found(0, 0, 1), found(2, 2, 2), found(4, 3, 0)},
                       .last_stable = Offset{6},
                       .end = Offset{6}};
    history.group_offsets[a] = Offset{2};
    history.readings = {{.partition = a,
                         .asked_at = at(3),
                         .when = at(3),
                         .from = Offset{0},
                         .to = Offset{7},
                         .last_stable = Offset{7},
                         .records = history.logs[a].committed},
                        {.partition = a,
                         .committed = false,
                         .asked_at = at(3),
                         .when = at(3),
                         .from = Offset{0},
                         .to = Offset{7},
                         .last_stable = Offset{7},
                         .records = history.logs[a].all}};
    return history;
}

TEST(Checker, HasNothingToSayWhereAllIsWell) {
    const auto problems = problems_of(good());
    EXPECT_TRUE(problems.empty()) << fmt::format("{}", fmt::join(problems, "\n"));
}

/// The answer of an end was lost, or its client died: both outcomes are right, if they are whole.
TEST(Checker, TakesEitherOutcomeOfWhatNobodyWasTold) {
    History there = good();
    there.readings.clear();
    there.transactions[2].told = Told::nothing;
    EXPECT_TRUE(problems_of(there).empty());
    History gone = there;
    gone.logs[a].committed = {found(0, 0, 0)};
    gone.logs[b].committed = {found(0, 0, 1), found(4, 3, 0)};
    EXPECT_TRUE(problems_of(gone).empty());
}

/// What was never acknowledged may be missing, and what was never committed stay unfinished.
TEST(Checker, AsksNothingOfWhatWasNotAcknowledged) {
    History history = good();
    history.readings.clear();
    history.transactions[1].records[0].acknowledged.reset();
    history.transactions[1].asked = Asked::nothing;
    history.transactions[1].told = Told::nothing;
    history.logs[a].all.erase(history.logs[a].all.begin() + 1);
    EXPECT_TRUE(problems_of(history).empty());
}

struct Row {
    std::string_view want;
    std::function<void(History&)> spoil;
};

TEST(Checker, SaysWhatIsWrong) {
    const Row rows[] = {
        {"lost: 1 of 2 records of transaction 0",
         [](History& h) { h.logs[b].committed.erase(h.logs[b].committed.begin()); }},
        {"lost: 3 of 3 records of transaction 2",
         [](History& h) {
             h.readings.clear();
             h.logs[a].committed.resize(1);
             h.logs[b].committed.erase(h.logs[b].committed.begin() + 1);
         }},
        {"torn: 2 of 3 records of transaction 2",
         [](History& h) {
             h.transactions[2].told = Told::nothing;
             h.logs[b].committed.erase(h.logs[b].committed.begin() + 1);
         }},
        {"aborted read: transaction 1 of w (w-1) was never to be committed",
         [](History& h) {
             h.readings.clear();
             h.logs[a].committed.insert(h.logs[a].committed.begin() + 1, found(2, 1, 0));
         }},
        {"aborted read: transaction 2 of w (w-1) was refused",
         [](History& h) { h.transactions[2].told = Told::refused; }},
        {"aborted read: record 0 of transaction 1 at 2 of a-0 was shown",
         [](History& h) {
             h.readings[0].records.insert(h.readings[0].records.begin() + 1, found(2, 1, 0));
         }},
        {"aborted read: record 0 of transaction 2 at 4 of a-0 was shown before",
         [](History& h) { h.transactions[2].asked_at = at(4); }},
        {"duplicate: record 1 of transaction 2 is in a-0 at 5 and at 6",
         [](History& h) { h.logs[a].all.push_back(found(6, 2, 1)); }},
        {"lost: record 0 of transaction 1 was acknowledged at 2 of a-0",
         [](History& h) {
             h.readings.clear();
             h.logs[a].all.erase(h.logs[a].all.begin() + 1);
         }},
        {"record 1 of transaction 2 was acknowledged at 6 of a-0 and is at 5",
         [](History& h) { h.transactions[2].records[1].acknowledged = Offset{6}; }},
        {"order: in a-0 record 0 of transaction 2 at 5 stands behind record 1",
         [](History& h) {
             h.readings.clear();
             for (auto* log : {&h.logs[a].all, &h.logs[a].committed}) {
                 std::swap((*log)[log->size() - 1].record, (*log)[log->size() - 2].record);
             }
         }},
        {"order: in a-0 record 0 of transaction 0 at 8 stands behind record 1 of transaction 2",
         [](History& h) {
             h.readings.clear();
             h.logs[a].all.push_back(found(8, 0, 0));
         }},
        {"record 1 of transaction 7 at 8 of a-0 was never sent",
         [](History& h) { h.logs[a].all.push_back(found(8, 7, 1)); }},
        {"record 1 of transaction 0 was sent to b-0 and is in a-0",
         [](History& h) { h.logs[a].all.push_back(found(8, 0, 1)); }},
        {"is only there for readers of committed records",
         [](History& h) {
             h.readings.clear();
             h.transactions[2].records[2].acknowledged.reset();
             h.logs[b].all.erase(h.logs[b].all.begin() + 1);
         }},
        {"record 0 of transaction 0 at 0 was shown, now record 0 of transaction 2 at 4 comes",
         [](History& h) { h.logs[a].committed.erase(h.logs[a].committed.begin()); }},
        {"what was read of a-0 from 0 to 7 was 2 records, and is now 3",
         [](History& h) {  // it was passed while it was open, and committed afterwards
             h.readings[0].records.erase(h.readings[0].records.begin());
         }},
        {"was acknowledged, then shown at 1 of a-0",
         [](History& h) { h.readings[1].records[0].offset = Offset{1}; }},
        {"the last stable offset 7 of a-0 is behind record 0 of transaction 1 at 2, which is open",
         [](History& h) { h.transactions[1].asked_at = at(9); }},
        {"hanging: the last stable offset of a-0 is 4, its end 7",
         [](History& h) { h.logs[a].last_stable = Offset{4}; }},
        {"a-0 at 0 was copied, and the group's offset is 0",
         [](History& h) { h.group_offsets[a] = Offset{0}; }},
        {"a-0 at 4 was not copied, and the group's offset is 5",
         [](History& h) { h.group_offsets[a] = Offset{5}; }},
        {"a-0 at 0 was copied 2 times",
         [](History& h) {
             h.transactions[3].records.push_back(sent(b, 6));
             h.transactions[3].records[1].copy_of = h.transactions[3].records[0].copy_of;
             h.logs[b].all.push_back(found(6, 3, 1));
             h.logs[b].committed.push_back(found(6, 3, 1));
         }},
        {"transactional id w is in Ongoing",
         [](History& h) { h.open_at_the_end["w"] = "Ongoing"; }},
        {"w-1 does not go on", [](History& h) { h.complaints.emplace_back("w-1 does not go on"); }},
    };
    for (const Row& row : rows) {
        History history = good();
        row.spoil(history);
        const auto text = fmt::format("{}", fmt::join(problems_of(history), "\n"));
        EXPECT_NE(text.find(row.want), std::string::npos)
            << "wanted: " << row.want << "\nsaid: " << text;
    }
}

}  // namespace
}  // namespace barnabas::testkit
