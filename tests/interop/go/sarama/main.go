// sarama as one member of a group (tests/support/group_members.py); copy.go: one that copies.
package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/IBM/sarama"

	"barnabas/tests/interop/member"
)

var strategies = map[string]func() sarama.BalanceStrategy{
	"range":              sarama.NewBalanceStrategyRange,
	"roundrobin":         sarama.NewBalanceStrategyRoundRobin,
	"sticky":             sarama.NewBalanceStrategySticky,
	"cooperative-sticky": sarama.NewBalanceStrategyCooperativeSticky,
}

func main() {
	o := member.Parse()
	if o.Protocol != "classic" {
		member.Fail(fmt.Errorf("sarama has no protocol %q", o.Protocol))
	}
	ctx, stop := member.UntilTold()
	defer stop()

	if o.Copy {
		copyAll(ctx, o)
		return
	}
	consume(ctx, o, config(o), handler{})
}

func consume(ctx context.Context, o member.Options, config *sarama.Config,
	handler sarama.ConsumerGroupHandler) {
	group, err := sarama.NewConsumerGroup([]string{o.Bootstrap}, o.Group, config)
	if err != nil {
		member.Fail(err)
	}
	go func() {
		for err := range group.Errors() {
			member.Refused(err)
		}
	}()
	for ctx.Err() == nil { // each eager rebalance ends one call
		if err := group.Consume(ctx, []string{o.Topic}, handler); err != nil &&
			!errors.Is(err, context.Canceled) {
			member.Fail(err)
		}
	}
	if err := group.Close(); err != nil {
		member.Fail(err)
	}
}

func config(o member.Options) *sarama.Config {
	strategy, known := strategies[o.Assignor]
	if !known {
		member.Fail(fmt.Errorf("no assignor %q", o.Assignor))
	}
	config := sarama.NewConfig()
	config.Version = sarama.MaxVersion
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	config.Consumer.Offsets.AutoCommit.Enable = false
	config.Consumer.Return.Errors = true
	config.Consumer.Group.Session.Timeout = o.Session
	config.Consumer.Group.Heartbeat.Interval = o.Heartbeat
	config.Consumer.Group.Rebalance.GroupStrategies = []sarama.BalanceStrategy{strategy()}
	config.Consumer.Group.InstanceId = o.Instance
	return config
}

type handler struct{}

func (handler) Setup(sarama.ConsumerGroupSession) error   { return nil }
func (handler) Cleanup(sarama.ConsumerGroupSession) error { return nil }

// ConsumeClaim owns one partition from its start to its end, in a goroutine of its own.
func (handler) ConsumeClaim(session sarama.ConsumerGroupSession,
	claim sarama.ConsumerGroupClaim) error {
	partition := []int32{claim.Partition()}
	member.Assigned(partition)
	defer member.Revoked(partition)
	for message := range claim.Messages() {
		for {
			member.Record(message.Topic, message.Partition, message.Offset, message.Key)
			session.MarkMessage(message, "")
			if len(claim.Messages()) == 0 {
				break
			}
			message = <-claim.Messages()
		}
		session.Commit()
		member.Committed(map[int32]int64{message.Partition: message.Offset + 1})
	}
	return nil
}
