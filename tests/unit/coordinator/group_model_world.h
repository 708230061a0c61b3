#pragma once

#include "unit/coordinator/group_world.h"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::coordinator::testing {

/// A coordinator with many clients, for models: each request that waits is answered once, and when
/// the coordinator changes, what is left of its topic is replayed.
class GroupModelWorld {
public:
    GroupWorld host;

    Ticket join(const wire::JoinGroupRequest& request, std::int16_t version) {
        const Ticket ticket = open();
        host.groups->join(ticket, request, client(version), host.now, host.told);
        collect();
        return ticket;
    }
    Ticket sync(const wire::SyncGroupRequest& request) {
        const Ticket ticket = open();
        host.groups->sync(ticket, request, client(5), host.now, host.told);
        collect();
        return ticket;
    }
    ErrorCode heartbeat(const wire::HeartbeatRequest& request) {
        return static_cast<ErrorCode>(host.groups->heartbeat(request, host.now).error_code);
    }
    wire::LeaveGroupResponse leave(const wire::LeaveGroupRequest& request) {
        auto reply = host.groups->leave(request, client(5), host.now, host.told);
        collect();
        return reply;
    }
    wire::ConsumerGroupHeartbeatResponse beat(const wire::ConsumerGroupHeartbeatRequest& request) {
        auto reply = host.groups->heartbeat(request, client(1), host.now, {}, host.told);
        collect();
        return reply;
    }
    wire::OffsetCommitResponse commit(const wire::OffsetCommitRequest& request,
                                      std::int16_t version) {
        return host.groups->commit(request, client(version), host.now);
    }
    /// Time goes by, and what becomes due meanwhile is done when it is.
    void pass(Duration time) {
        const Time until = host.now.steady + time;
        while (host.groups->next_due() <= until) {
            const Duration step =
                std::max<Duration>(host.groups->next_due() - host.now.steady, Duration::zero());
            host.pass(std::chrono::ceil<std::chrono::milliseconds>(step));
            host.run_due();
            collect();
        }
        if (host.now.steady < until) {
            host.pass(std::chrono::ceil<std::chrono::milliseconds>(until - host.now.steady));
        }
    }

    /// The answer if it has come, once.
    std::optional<Answer> take(Ticket ticket) {
        const auto at = answers_.find(ticket);
        if (at == answers_.end()) {
            return std::nullopt;
        }
        auto answer = std::move(at->second);
        answers_.erase(at);
        return answer;
    }
    /// How many requests wait.
    [[nodiscard]] std::size_t open_count() const { return open_.size(); }

    struct Restart {
        std::size_t compacted = 0;     // this many records from the start are
        bool keeps_tombstones = true;  // in what is compacted
        bool tells = true;             // those who wait that it is no longer the coordinator
    };
    void restart(const Restart& how) {
        if (how.tells) {
            host.groups->unloaded(host.told);
            collect();
            EXPECT_TRUE(open_.empty()) << open_.size() << " requests are forgotten";
        }
        open_.clear();
        answers_.clear();
        host.begin();
        const auto& log = host.sink.log;
        std::map<std::string, std::size_t> latest;
        for (std::size_t i = 0; i < how.compacted; ++i) {
            latest[std::string(as_text(log[i].record.key.view()))] = i;
        }
        for (std::size_t i = 0; i < log.size(); ++i) {
            const bool stays = i >= how.compacted ||
                               (latest[std::string(as_text(log[i].record.key.view()))] == i &&
                                (how.keeps_tombstones || log[i].record.value));
            if (stays) {
                const auto read = host.replay(log[i], Offset{static_cast<std::int64_t>(i)});
                ASSERT_TRUE(read) << read.error().message;
            }
        }
        host.groups->loaded(host.now, host.told);
        collect();
    }

private:
    Ticket open() {
        const Ticket ticket{++last_ticket_};
        open_.insert(ticket);
        return ticket;
    }
    Client client(std::int16_t version) {
        Uuid fresh;
        ++last_fresh_;
        for (std::size_t i = 0; i < 4; ++i) {
            fresh.bytes[15 - i] = static_cast<std::uint8_t>(last_fresh_ >> (8 * i));
        }
        return {.id = "c", .host = "/127.0.0.1", .version = version, .fresh = fresh};
    }
    void collect() {
        for (Answer& answer : host.told.answers) {
            EXPECT_EQ(open_.erase(answer.ticket), 1U) << "nobody waits for this answer";
            const Ticket ticket = answer.ticket;
            answers_.emplace(ticket, std::move(answer));
        }
        host.told.answers.clear();
    }

    std::set<Ticket> open_;
    std::map<Ticket, Answer> answers_;
    std::uint64_t last_ticket_ = 0;
    std::uint32_t last_fresh_ = 0;
};

}  // namespace barnabas::coordinator::testing
