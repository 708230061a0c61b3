#pragma once

#include "base/strong.h"
#include "base/types.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace barnabas::replication {

/// Whose next batch may begin a transaction in one partition (KIP-890): the producer's coordinator
/// has said, since the last marker of the producer came here, that it has the partition in its
/// transaction. Otherwise a batch that comes late, behind the marker of its transaction, would
/// begin one that nobody ends. (Kafka's VerificationStateEntry and VerificationGuard.)
/// Plain state, in the partition. A check that begins before a marker and ends behind it is void:
/// what the coordinator said is of the transaction before.
/// Always: what is kept is under way, or confirmed, and then a batch or a marker of the producer
/// follows.
class TransactionChecks {
public:
    using Token = Strong<std::uint64_t, struct TokenTag>;

    /// Somebody is going to ask the coordinator: end() follows. Nothing if it is confirmed already.
    [[nodiscard]] std::optional<Token> begin(ProducerId id, ProducerEpoch epoch);
    /// False: a marker came meanwhile, so the answer is void and who still wants it asks again.
    [[nodiscard]] bool end(ProducerId id, ProducerEpoch epoch, Token token, bool confirmed);
    /// Without asking, where partitions are not verified.
    void allow(ProducerId id, ProducerEpoch epoch);

    [[nodiscard]] bool is_confirmed(ProducerId id, ProducerEpoch epoch) const;
    /// A batch of it has begun its transaction, or a marker has come.
    void forget(ProducerId id);

    [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
    struct Entry {
        Token token;
        std::uint32_t under_way = 0;
        bool confirmed = false;
    };

    std::map<std::pair<ProducerId, ProducerEpoch>, Entry> entries_;
    Token last_token_{0};
};

}  // namespace barnabas::replication
