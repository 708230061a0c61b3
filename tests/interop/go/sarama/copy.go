package main

import (
	"context"
	"errors"
	"sync"

	"github.com/IBM/sarama"

	"barnabas/tests/interop/member"
)

// copyAll copies a topic exactly once as one member of a group (tests/support/group_copies.py).
func copyAll(ctx context.Context, o member.Options) {
	reading := config(o)
	reading.Consumer.IsolationLevel = sarama.ReadCommitted // and asks for offsets that are stable
	writing := config(o)
	writing.Producer.Idempotent = true
	writing.Producer.RequiredAcks = sarama.WaitForAll
	writing.Producer.Return.Successes = true
	writing.Producer.Partitioner = sarama.NewManualPartitioner
	writing.Producer.Transaction.ID = o.TransactionalID
	writing.Producer.Transaction.Timeout = o.Transaction
	writing.Net.MaxOpenRequests = 1
	producer, err := sarama.NewSyncProducer([]string{o.Bootstrap}, writing)
	if err != nil {
		member.Fail(err)
	}
	consume(ctx, o, reading, &copier{options: o, producer: producer})
	if err := producer.Close(); err != nil {
		member.Fail(err)
	}
}

// copier has one producer for all its partitions: one transaction after the other.
type copier struct {
	options  member.Options
	producer sarama.SyncProducer
	lock     sync.Mutex
	begun    int
}

func (*copier) Setup(sarama.ConsumerGroupSession) error   { return nil }
func (*copier) Cleanup(sarama.ConsumerGroupSession) error { return nil }

// ConsumeClaim ends with the session, or with a transaction that failed: the next session begins at
// what is committed.
func (c *copier) ConsumeClaim(session sarama.ConsumerGroupSession,
	claim sarama.ConsumerGroupClaim) error {
	partition := []int32{claim.Partition()}
	member.Assigned(partition)
	defer member.Revoked(partition)
	for message := range claim.Messages() {
		messages := []*sarama.ConsumerMessage{message}
		for len(messages) < member.AtOnce && len(claim.Messages()) > 0 {
			messages = append(messages, <-claim.Messages())
		}
		if err := c.copy(session, messages); err != nil {
			member.Aborted(err)
			return err
		}
		member.Copied(len(messages))
	}
	return nil
}

// copy is one transaction. A session that is over is told by the generation in its metadata.
func (c *copier) copy(session sarama.ConsumerGroupSession,
	messages []*sarama.ConsumerMessage) error {
	c.lock.Lock()
	defer c.lock.Unlock()
	if err := c.producer.BeginTxn(); err != nil {
		member.Fail(err)
	}
	c.begun++
	err := c.send(session, messages)
	if err == nil {
		if c.begun == c.options.HoldIn {
			member.Hold()
		}
		if err = c.producer.CommitTxn(); err == nil {
			return nil
		}
	}
	if aborted := c.producer.AbortTxn(); aborted != nil {
		member.Fail(errors.Join(err, aborted))
	}
	return err
}

func (c *copier) send(session sarama.ConsumerGroupSession,
	messages []*sarama.ConsumerMessage) error {
	var copies []*sarama.ProducerMessage
	for _, message := range messages {
		copies = append(copies, &sarama.ProducerMessage{Topic: c.options.To,
			Partition: message.Partition, Key: sarama.ByteEncoder(message.Key),
			Value: sarama.ByteEncoder(message.Value)})
	}
	if err := c.producer.SendMessages(copies); err != nil {
		return err
	}
	last := messages[len(messages)-1]
	return c.producer.AddOffsetsToTxnWithGroupMetadata(
		map[string][]*sarama.PartitionOffsetMetadata{
			last.Topic: {{Partition: last.Partition, Offset: last.Offset + 1, LeaderEpoch: -1}}},
		sarama.NewConsumerGroupMetadataFromSession(session, c.options.Group, nil))
}
