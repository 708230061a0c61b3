// franz-go as one member of a group (tests/support/group_members.py); copy.go: one that copies;
// records.go: reads and writes whole records.
package main

import (
	"context"
	"fmt"
	"maps"
	"os"

	"github.com/twmb/franz-go/pkg/kgo"

	"barnabas/tests/interop/member"
)

var balancers = map[string]func() kgo.GroupBalancer{
	"range":              kgo.RangeBalancer,
	"roundrobin":         kgo.RoundRobinBalancer,
	"sticky":             kgo.StickyBalancer,
	"cooperative-sticky": kgo.CooperativeStickyBalancer,
}

// consumer commits after each poll; what could not be committed then is committed when its
// partition goes. BlockRebalanceOnPoll keeps the callbacks from running beside it.
type consumer struct {
	topic   string
	pending map[int32]int64
}

func main() {
	if len(os.Args) > 1 && (os.Args[1] == "write" || os.Args[1] == "read") {
		exchange(os.Args[1:])
		return
	}
	o := member.Parse()
	ctx, stop := member.UntilTold()
	defer stop()
	if o.Copy {
		copyAll(ctx, o)
		return
	}

	c := &consumer{topic: o.Topic, pending: map[int32]int64{}}
	client, err := kgo.NewClient(append(append(options(o), c.callbacks()...),
		kgo.DisableAutoCommit(), kgo.BlockRebalanceOnPoll())...)
	if err != nil {
		member.Fail(err)
	}
	c.run(ctx, client)
	client.CloseAllowingRebalance()
}

func options(o member.Options) []kgo.Opt {
	balancer, known := balancers[o.Assignor]
	if !known {
		member.Fail(fmt.Errorf("no assignor %q", o.Assignor))
	}
	options := []kgo.Opt{
		kgo.SeedBrokers(o.Bootstrap), kgo.ConsumerGroup(o.Group), kgo.ConsumeTopics(o.Topic),
		kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()), kgo.Balancers(balancer()),
		kgo.SessionTimeout(o.Session), kgo.HeartbeatInterval(o.Heartbeat),
	}
	if o.Protocol == "consumer" {
		options = append(options, kgo.ServerSideBalancer())
	}
	if o.Instance != "" {
		options = append(options, kgo.InstanceID(o.Instance))
	}
	return options
}

func (c *consumer) callbacks() []kgo.Opt {
	return []kgo.Opt{
		kgo.OnPartitionsAssigned(
			func(_ context.Context, _ *kgo.Client, assigned map[string][]int32) {
				member.Assigned(assigned[c.topic])
			}),
		kgo.OnPartitionsRevoked(
			func(ctx context.Context, client *kgo.Client, revoked map[string][]int32) {
				c.commit(ctx, client)
				member.Revoked(revoked[c.topic])
			}),
		kgo.OnPartitionsLost(
			func(_ context.Context, _ *kgo.Client, lost map[string][]int32) {
				clear(c.pending)
				member.Lost(lost[c.topic])
			}),
	}
}

func (c *consumer) run(ctx context.Context, client *kgo.Client) {
	for {
		fetches := client.PollRecords(ctx, 100)
		if ctx.Err() != nil {
			return // the callback of the last revocation commits
		}
		for _, failed := range fetches.Errors() {
			member.Fail(fmt.Errorf("partition %d: %w", failed.Partition, failed.Err))
		}
		fetches.EachRecord(func(record *kgo.Record) {
			member.Record(record.Topic, record.Partition, record.Offset, record.Key)
			c.pending[record.Partition] = record.Offset + 1
		})
		c.commit(ctx, client)
		client.AllowRebalance()
	}
}

func (c *consumer) commit(ctx context.Context, client *kgo.Client) {
	if len(c.pending) == 0 {
		return
	}
	done := maps.Clone(c.pending)
	if err := client.CommitUncommittedOffsets(context.WithoutCancel(ctx)); err != nil {
		member.Refused(err)
		return
	}
	member.Committed(done)
	clear(c.pending)
}
