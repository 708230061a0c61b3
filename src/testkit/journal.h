#pragma once

#include "runtime/simulated/simulation.h"
#include "testkit/history.h"
#include "testkit/story.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace barnabas::testkit {

/// Writes the history down while the simulation runs, and tells the trace. It belongs to nobody
/// who can die. Its members are also the signals by which the run is driven: how many requests of
/// each kind have left, who has gone on since the trouble ended, whether all are to stop.
class Journal {
public:
    /// So late a request arrives that its client has given up, at most.
    static constexpr Duration lost_at_most = std::chrono::seconds(15);

    explicit Journal(runtime::Simulation& simulation) : simulation_(simulation) {}
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    [[nodiscard]] History& history() { return history_; }
    [[nodiscard]] Time now() const { return simulation_.clock().now(); }

    template <class... Args>
    void note(std::string_view who, fmt::format_string<Args...> text, Args&&... args) {
        tell(simulation_, who, fmt::format(text, std::forward<Args>(args)...));
    }
    template <class... Args>
    void complain(std::string_view who, fmt::format_string<Args...> text, Args&&... args) {
        auto sentence = fmt::format("{}: {}", who, fmt::format(text, std::forward<Args>(args)...));
        tell(simulation_, who, sentence);
        history_.complaints.push_back(std::move(sentence));
    }

    // --- transactions; each is named by its number -----------------------------------------------
    std::size_t begin(const std::string& id, const std::string& client, Duration timeout) {
        auto& transaction = history_.transactions.emplace_back();
        transaction.id = id;
        transaction.client = client;
        transaction.may_end_from = now() + timeout - 2ms;  // the coordinator counts milliseconds
        for (const auto& [who, until] : loose_[id]) {
            // Who of two came last is the coordinator's to know.
            if (now() < until || (who != client && until >= began_[id][client])) {
                transaction.may_end_from = now();
            }
        }
        return history_.transactions.size() - 1;
    }
    [[nodiscard]] Transaction& transaction(std::size_t number) {
        return history_.transactions[number];
    }
    void acknowledged(const RecordId& record, Offset offset) {
        auto& sent = history_.transactions[record.transaction].records[record.index];
        sent.acknowledged = offset;
        sent.acknowledged_at = now();
    }
    void asked(std::size_t number, bool commit) {
        auto& of = history_.transactions[number];
        of.asked = commit ? Asked::commit : Asked::abort;
        of.asked_at = std::min(of.asked_at, now());
    }

    /// The client begins to ask for a producer under the id: whatever is open under it may end.
    void begins_under(const std::string& id, const std::string& client) {
        for (auto& transaction : history_.transactions) {
            if (transaction.id == id) {
                transaction.may_end_from = std::min(transaction.may_end_from, now());
            }
        }
        loose_[id][client] = never;
        began_[id][client] = now();
    }
    /// It has its answer, or has died. A request of it that got none may still arrive.
    void has_begun_under(const std::string& id, const std::string& client, bool lost) {
        loose_[id][client] = now() + (lost ? lost_at_most : Duration(0));
    }

    // --- how the run is driven -------------------------------------------------------------------
    void sends(std::string_view request) { ++sent_[std::string(request)]; }
    [[nodiscard]] std::size_t sent(const std::string& request) { return sent_[request]; }

    /// No more trouble from now on: clients do not pause any more.
    void calm() { calm_ = true; }
    [[nodiscard]] bool is_calm() const { return calm_; }
    /// A client has done something whole since then.
    void goes_on(const std::string& client) {
        if (calm_) {
            going_.insert(client);
        }
    }
    [[nodiscard]] const std::set<std::string>& going() const { return going_; }
    /// Clients end with what they are doing.
    void stop() { stopping_ = true; }
    [[nodiscard]] bool is_stopping() const { return stopping_; }

private:
    runtime::Simulation& simulation_;
    History history_;
    /// By id and client: until when an InitProducerId of it may be under way.
    std::map<std::string, std::map<std::string, Time>> loose_;
    std::map<std::string, std::map<std::string, Time>> began_;  // by id and client: the last time
    std::map<std::string, std::size_t> sent_;
    bool calm_ = false;
    bool stopping_ = false;
    std::set<std::string> going_;
};

}  // namespace barnabas::testkit
