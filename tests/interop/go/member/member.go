// Package member is what the Go programs share: their command line, their signals and the lines
// that they print. The lines' form is that of tests/support/group_events.py, and for the command copy
// of tests/support/group_copies.py.
package member

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// Options are those of: group BOOTSTRAP TOPIC GROUP [-protocol P] [-assignor A] [-instance I] ...
// and of: copy BOOTSTRAP TOPIC GROUP TO TRANSACTIONAL_ID [-hold-in N] [-transaction-ms N] ...
type Options struct {
	Copy                         bool
	Bootstrap, Topic, Group      string
	To, TransactionalID          string
	Protocol, Assignor, Instance string
	Session, Heartbeat           time.Duration
	Transaction                  time.Duration
	HoldIn                       int
}

// AtOnce is how many records a transaction of copy has at most.
const AtOnce = 5

// Parse reads the command line; a wrong one ends the program.
func Parse() Options {
	var o Options
	flags := flag.NewFlagSet("group", flag.ExitOnError)
	flags.StringVar(&o.Protocol, "protocol", "classic", "classic or consumer")
	flags.StringVar(&o.Assignor, "assignor", "", "the name that the library knows")
	flags.StringVar(&o.Instance, "instance", "", "of a static member")
	session := flags.Int("session-ms", 45_000, "session timeout")
	heartbeat := flags.Int("heartbeat-ms", 3_000, "heartbeat interval")
	transaction := flags.Int("transaction-ms", 60_000, "of copy: transaction timeout")
	flags.IntVar(&o.HoldIn, "hold-in", 0, "of copy: the transaction in which it waits for ever")
	if len(os.Args) > 1 && os.Args[1] == "copy" {
		o.Copy = true
		o.positional(flags, &o.Bootstrap, &o.Topic, &o.Group, &o.To, &o.TransactionalID)
	} else {
		o.positional(flags, &o.Bootstrap, &o.Topic, &o.Group)
	}
	o.Session = time.Duration(*session) * time.Millisecond
	o.Heartbeat = time.Duration(*heartbeat) * time.Millisecond
	o.Transaction = time.Duration(*transaction) * time.Millisecond
	return o
}

func (o *Options) positional(flags *flag.FlagSet, words ...*string) {
	if len(os.Args) < 2+len(words) || (os.Args[1] != "group" && !o.Copy) {
		Fail(fmt.Errorf("usage: group BOOTSTRAP TOPIC GROUP [options], " +
			"or copy BOOTSTRAP TOPIC GROUP TO TRANSACTIONAL_ID [options]"))
	}
	for i, word := range words {
		*word = os.Args[2+i]
	}
	if err := flags.Parse(os.Args[2+len(words):]); err != nil {
		Fail(err)
	}
}

// UntilTold is a context that ends with SIGTERM.
func UntilTold() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), syscall.SIGTERM)
}

// Fail prints the error as the last line and ends the program.
func Fail(err error) {
	print(map[string]any{"event": "failed", "error": err.Error()})
	os.Exit(1)
}

// Assigned and Revoked say what is added to the partitions of this member and taken from them.
func Assigned(partitions []int32) { owned("assigned", partitions) }
func Revoked(partitions []int32)  { owned("revoked", partitions) }

// Lost is Revoked for partitions that may have another owner already.
func Lost(partitions []int32) { owned("lost", partitions) }

func owned(event string, partitions []int32) {
	if len(partitions) > 0 {
		print(map[string]any{"event": event, "partitions": partitions})
	}
}

// Record is one that was read.
func Record(topic string, partition int32, offset int64, key []byte) {
	print(map[string]any{"event": "record", "topic": topic, "partition": partition,
		"offset": offset, "key": string(key)})
}

// Committed says at which offset each partition goes on.
func Committed(offsets map[int32]int64) {
	if len(offsets) == 0 {
		return
	}
	text := make(map[string]int64, len(offsets))
	for partition, offset := range offsets {
		text[strconv.Itoa(int(partition))] = offset
	}
	print(map[string]any{"event": "committed", "offsets": text})
}

// Refused says that a commit failed, which during a rebalance it may.
func Refused(err error) {
	print(map[string]any{"event": "refused", "error": err.Error()})
}

// Copied says that a transaction of so many records is committed.
func Copied(records int) {
	print(map[string]any{"event": "copied", "records": records})
}

// Aborted says that a transaction was given up; it is done again.
func Aborted(why error) {
	print(map[string]any{"event": "aborted", "error": fmt.Sprint(why)})
}

// Hold says that it waits in an open transaction, and does so until it is killed.
func Hold() {
	print(map[string]any{"event": "holding"})
	for {
		time.Sleep(time.Second)
	}
}

var lock sync.Mutex

func print(event map[string]any) {
	line, err := json.Marshal(event)
	if err != nil {
		panic(err)
	}
	lock.Lock()
	defer lock.Unlock()
	os.Stdout.Write(append(line, '\n'))
}
