import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Apache Kafka's own consumer as one member of a group. It prints a line of JSON per event; their
 * form is that of tests/support/group_events.py. SIGTERM ends it.
 *
 *   group BOOTSTRAP TOPIC GROUP [--set name=value]... [--pattern REGEX]
 *
 * With a pattern it subscribes to that, which the broker evaluates, and not to the topic by its name.
 * It commits after each poll; what is refused then is committed when its partition goes.
 */
public final class JavaGroup implements ConsumerRebalanceListener {
    private final String topic;
    private final SubscriptionPattern pattern; // null: none
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Map<TopicPartition, OffsetAndMetadata> pending = new HashMap<>();
    private volatile boolean told;
    private volatile int status;

    private JavaGroup(String[] arguments) {
        topic = arguments[2];
        Map<String, Object> settings = new HashMap<>(Map.of(
                "bootstrap.servers", arguments[1], "group.id", arguments[3],
                "auto.offset.reset", "earliest", "enable.auto.commit", "false",
                "fetch.max.wait.ms", "50"));
        SubscriptionPattern found = null;
        for (int i = 4; i + 1 < arguments.length; i += 2) {
            if (arguments[i].equals("--pattern")) {
                found = new SubscriptionPattern(arguments[i + 1]);
                continue;
            }
            String[] pair = arguments[i + 1].split("=", 2);
            settings.put(pair[0], pair[1]);
        }
        pattern = found;
        consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    public static void main(String[] arguments) {
        JavaGroup member = new JavaGroup(arguments);
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            member.told = true;
            member.consumer.wakeup();
            try {
                ended.await();
            } catch (InterruptedException error) {
                Thread.currentThread().interrupt();
            }
            Runtime.getRuntime().halt(member.status); // else SIGTERM makes it 143
        }));
        try {
            member.run();
        } catch (KafkaException error) {
            say(Map.of("event", "failed", "error", error.toString()));
            member.status = 1;
        }
        ended.countDown();
        System.exit(member.status);
    }

    private void run() {
        try (consumer) {
            if (pattern == null) {
                consumer.subscribe(List.of(topic), this);
            } else {
                consumer.subscribe(pattern, this);
            }
            while (!told) {
                consumer.poll(Duration.ofMillis(200)).forEach(this::take);
                commit();
            }
        } catch (WakeupException error) {
            if (!told) {
                throw error;
            }
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        String key = new String(record.key(), StandardCharsets.UTF_8);
        say(Map.of("event", "record", "topic", record.topic(), "partition", record.partition(),
                "offset", record.offset(), "key", key));
        pending.put(new TopicPartition(record.topic(), record.partition()),
                new OffsetAndMetadata(record.offset() + 1));
    }

    private void commit() {
        if (pending.isEmpty()) {
            return;
        }
        try {
            commitUndisturbed();
        } catch (RebalanceInProgressException | CommitFailedException error) {
            say(Map.of("event", "refused", "error", error.toString()));
            return;
        }
        Map<Integer, Long> offsets = new HashMap<>();
        pending.forEach((partition, offset) -> offsets.put(partition.partition(), offset.offset()));
        say(Map.of("event", "committed", "offsets", offsets));
        pending.clear();
    }

    /** A wakeup that hits the commit is for the poll that follows it. */
    private void commitUndisturbed() {
        try {
            consumer.commitSync(pending);
        } catch (WakeupException error) {
            consumer.commitSync(pending);
        }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        owned("assigned", partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        commit();
        owned("revoked", partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        pending.keySet().removeAll(partitions);
        owned("lost", partitions);
    }

    private static void owned(String event, Collection<TopicPartition> partitions) {
        if (!partitions.isEmpty()) {
            say(Map.of("event", event, "partitions",
                    partitions.stream().map(TopicPartition::partition).sorted().toList()));
        }
    }

    private static void say(Map<String, Object> event) {
        System.out.println(Json.of(event));
    }
}
