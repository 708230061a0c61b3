#pragma once

#include "testkit/history.h"

#include <string>
#include <vector>

namespace barnabas::testkit {

/// Everything that is wrong with it, a sentence each; empty if all is well. What is asked for
/// (docs/transactions.md and docs/durability.md promise it, Jepsen's names in brackets):
/// - A transaction whose client was told "committed" is there whole, each record once and where it
///   was acknowledged [lost write]; of any other that asked for it all or nothing is [torn].
/// - What never asked to be committed, was aborted or refused is shown to no reader of committed
///   records, at any time [aborted read, G1a].
/// - No record is there twice [duplicate]; acknowledged ones are there, aborted or not.
/// - In a partition a producer's records stand in the order in which they were sent.
/// - What a reader of committed records was shown stays, and between it nothing appears afterwards
///   [inconsistent offsets, unseen]. What was acknowledged does so for every reader.
/// - The last stable offset never passes a transaction that is open, and arrives at the log's end.
/// - Each committed record that the group has passed was copied once, no other was: offsets are
///   committed with their transaction or not at all.
/// - No transaction stays open, and no client complains.
[[nodiscard]] std::vector<std::string> problems_of(const History& history);

}  // namespace barnabas::testkit
