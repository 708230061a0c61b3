package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"barnabas/tests/interop/member"
)

const txnOffsetCommit = 28 // an API key

// copyAll copies a topic exactly once as one member of a group (tests/support/group_copies.py).
func copyAll(ctx context.Context, o member.Options) {
	hold := &holder{in: o.HoldIn}
	session, err := kgo.NewGroupTransactSession(append(options(o),
		kgo.TransactionalID(o.TransactionalID), kgo.TransactionTimeout(o.Transaction),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.WithHooks(hold),
		kgo.OnPartitionsAssigned(
			func(_ context.Context, _ *kgo.Client, assigned map[string][]int32) {
				member.Assigned(assigned[o.Topic])
			}),
		kgo.OnPartitionsRevoked(
			func(_ context.Context, _ *kgo.Client, revoked map[string][]int32) {
				member.Revoked(revoked[o.Topic])
			}),
		kgo.OnPartitionsLost(
			func(_ context.Context, _ *kgo.Client, lost map[string][]int32) {
				member.Lost(lost[o.Topic])
			}))...)
	if err != nil {
		member.Fail(err)
	}
	// At once, not with the first record: this ends what another with its id has left open, and
	// the offsets in that hold up the records.
	if _, _, err := session.Client().ProducerID(ctx); err != nil && ctx.Err() == nil {
		member.Fail(err)
	}
	for ctx.Err() == nil {
		fetches := session.PollRecords(ctx, member.AtOnce)
		if ctx.Err() == nil {
			judge(fetches.Errors())
			if records := fetches.Records(); len(records) > 0 {
				copySome(session, o.To, records)
			}
		}
	}
	session.Close()
}

// judge ends the program, but for a session that is lost: the client joins again by itself.
func judge(failures []kgo.FetchError) {
	for _, failed := range failures {
		if lost := new(kgo.ErrGroupSession); errors.As(failed.Err, &lost) {
			member.Refused(failed.Err)
		} else {
			member.Fail(fmt.Errorf("partition %d: %w", failed.Partition, failed.Err))
		}
	}
}

// copySome is one transaction. A session aborts it where a rebalance has come between, and goes back
// to what is committed.
func copySome(session *kgo.GroupTransactSession, to string, records []*kgo.Record) {
	if err := session.Begin(); err != nil {
		member.Fail(err)
	}
	var copies []*kgo.Record
	for _, record := range records {
		copies = append(copies, &kgo.Record{Topic: to, Partition: record.Partition,
			Key: record.Key, Value: record.Value})
	}
	background := context.Background() // a transaction that was begun is ended
	failed := session.ProduceSync(background, copies...).FirstErr()
	committed, err := session.End(background, kgo.TransactionEndTry(failed == nil))
	switch {
	case err != nil:
		member.Fail(err)
	case committed:
		member.Copied(len(records))
	default:
		member.Aborted(failed)
	}
}

// holder holds the client where the offsets of a transaction have come to the broker and its end has
// not: a session sends both in one call.
type holder struct{ in, seen int }

func (h *holder) OnBrokerRead(_ kgo.BrokerMetadata, key int16, _ int, _, _ time.Duration, _ error) {
	if key != txnOffsetCommit {
		return
	}
	if h.seen++; h.seen == h.in {
		member.Hold()
	}
}
