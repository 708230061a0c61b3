package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"barnabas/tests/interop/member"
)

const (
	recordsDeadline = 60 * time.Second
	lineMax         = 4 << 20 // bytes
)

var codecs = map[string]kgo.CompressionCodec{
	"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
	"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
}

// exchange writes or reads whole records, as lines of tests/support/record_lines.py:
//
//	write BOOTSTRAP TOPIC FILE CODEC [TRANSACTIONAL_ID]
//	read BOOTSTRAP TOPIC PARTITIONS ISOLATION
func exchange(words []string) {
	ctx, cancel := context.WithTimeout(context.Background(), recordsDeadline)
	defer cancel()
	var err error
	switch {
	case words[0] == "write" && len(words) == 5:
		err = write(ctx, words[1], words[2], words[3], codecs[words[4]], "")
	case words[0] == "write" && len(words) == 6:
		err = write(ctx, words[1], words[2], words[3], codecs[words[4]], words[5])
	case words[0] == "read" && len(words) == 5:
		err = read(ctx, words[1], words[2], words[3], words[4] == "read_committed")
	default:
		err = fmt.Errorf("not to be understood: %q", words)
	}
	if err != nil {
		member.Fail(err)
	}
}

func write(ctx context.Context, bootstrap, topic, file string, codec kgo.CompressionCodec,
	transactionalID string) error {
	options := []kgo.Opt{kgo.SeedBrokers(bootstrap), kgo.DefaultProduceTopic(topic),
		kgo.RecordPartitioner(byHand{kgo.StickyKeyPartitioner(nil)}),
		kgo.ProducerBatchCompression(codec), kgo.ProducerLinger(5 * time.Millisecond)}
	if transactionalID != "" {
		options = append(options, kgo.TransactionalID(transactionalID))
	}
	client, err := kgo.NewClient(options...)
	if err != nil {
		return err
	}
	defer client.Close()
	source, err := os.Open(file)
	if err != nil {
		return err
	}
	defer source.Close()
	failures := make(chan error, 1)
	lines := bufio.NewScanner(source)
	lines.Buffer(nil, lineMax)
	for lines.Scan() {
		if err := obey(ctx, client, lines.Text(), failures); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if err := client.Flush(ctx); err != nil {
		return err
	}
	select {
	case err := <-failures:
		return err
	default:
		return nil
	}
}

func obey(ctx context.Context, client *kgo.Client, line string, failures chan<- error) error {
	switch line {
	case "begin":
		return client.BeginTransaction()
	case "commit", "abort":
		if err := client.Flush(ctx); err != nil {
			return err
		}
		return client.EndTransaction(ctx, line == "commit")
	}
	record, err := recordOf(line)
	if err != nil {
		return err
	}
	client.Produce(ctx, record, func(_ *kgo.Record, err error) {
		if err != nil {
			select {
			case failures <- err:
			default: // the first one is enough
			}
		}
	})
	return nil
}

// read ends when each partition has brought a record with the key "end".
func read(ctx context.Context, bootstrap, topic, partitions string, committed bool) error {
	open, err := strconv.Atoi(partitions)
	if err != nil {
		return err
	}
	options := []kgo.Opt{kgo.SeedBrokers(bootstrap), kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart())}
	if committed {
		options = append(options, kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	}
	client, err := kgo.NewClient(options...)
	if err != nil {
		return err
	}
	defer client.Close()
	out := bufio.NewWriter(os.Stdout)
	for open > 0 {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return err
		}
		fetches.EachRecord(func(record *kgo.Record) {
			fmt.Fprintln(out, lineOf(record))
			if string(record.Key) == "end" {
				open--
			}
		})
	}
	return out.Flush()
}

func recordOf(line string) (*kgo.Record, error) {
	words := strings.Split(line, " ")
	if len(words) < 4 {
		return nil, fmt.Errorf("no record: %q", line)
	}
	partition, err := strconv.ParseInt(words[0], 10, 32)
	if err != nil {
		return nil, err
	}
	timestamp, err := strconv.ParseInt(words[1], 10, 64)
	if err != nil {
		return nil, err
	}
	record := &kgo.Record{Partition: int32(partition), Timestamp: time.UnixMilli(timestamp)}
	if record.Key, err = bytesOf(words[2]); err != nil {
		return nil, err
	}
	if record.Value, err = bytesOf(words[3]); err != nil {
		return nil, err
	}
	for _, word := range words[4:] {
		name, value, _ := strings.Cut(word, "=")
		key, err := bytesOf(name)
		if err != nil {
			return nil, err
		}
		header := kgo.RecordHeader{Key: string(key)}
		if header.Value, err = bytesOf(value); err != nil {
			return nil, err
		}
		record.Headers = append(record.Headers, header)
	}
	return record, nil
}

func lineOf(record *kgo.Record) string {
	line := fmt.Sprintf("%d %d %s %s", record.Partition, record.Timestamp.UnixMilli(),
		textOf(record.Key), textOf(record.Value))
	for _, header := range record.Headers {
		line += " " + textOf([]byte(header.Key)) + "=" + textOf(header.Value)
	}
	return line
}

// bytesOf: "-" is null, which franz-go has as nil; "x" is empty.
func bytesOf(word string) ([]byte, error) {
	if word == "-" {
		return nil, nil
	}
	if !strings.HasPrefix(word, "x") {
		return nil, fmt.Errorf("neither null nor bytes: %q", word)
	}
	found := make([]byte, hex.DecodedLen(len(word)-1))
	_, err := hex.Decode(found, []byte(word[1:]))
	return found, err
}

func textOf(bytes []byte) string {
	if bytes == nil {
		return "-"
	}
	return "x" + hex.EncodeToString(bytes)
}

// byHand takes the partition that a record names, and asks another partitioner where it names -1.
type byHand struct{ otherwise kgo.Partitioner }

func (p byHand) ForTopic(topic string) kgo.TopicPartitioner {
	return byHandInTopic{p.otherwise.ForTopic(topic)}
}

type byHandInTopic struct{ kgo.TopicPartitioner }

func (p byHandInTopic) RequiresConsistency(record *kgo.Record) bool {
	return record.Partition >= 0 || p.TopicPartitioner.RequiresConsistency(record)
}

func (p byHandInTopic) Partition(record *kgo.Record, count int) int {
	if record.Partition >= 0 {
		return int(record.Partition)
	}
	return p.TopicPartitioner.Partition(record, count)
}
