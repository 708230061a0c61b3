import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A member of a share group. It prints what it gets and what became of its acknowledgements, one JSON
 * object on a line, and ends with SIGTERM.
 *
 *   share BOOTSTRAP GROUP TOPIC RULE [NAME=VALUE ...]
 *
 * RULE: `accept` and `release` do that to every record; `hold` does nothing, for ever; `mixed` does by
 * the record's offset modulo 4: accept, release the first time, reject, renew once and then accept.
 */
public final class JavaShare {
    private final KafkaShareConsumer<byte[], byte[]> consumer;
    private final String rule;
    private final Set<Long> renewed = new HashSet<>();
    private volatile boolean running = true;

    private JavaShare(String[] arguments) {
        Properties settings = new Properties();
        settings.putAll(Map.of("bootstrap.servers", arguments[0], "group.id", arguments[1],
                "share.acknowledgement.mode", "explicit"));
        for (int i = 4; i < arguments.length; ++i) {
            String[] pair = arguments[i].split("=", 2);
            settings.put(pair[0], pair[1]);
        }
        rule = arguments[3];
        consumer = new KafkaShareConsumer<>(settings, new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.subscribe(List.of(arguments[2]));
    }

    public static void main(String[] arguments) throws InterruptedException {
        JavaShare share = new JavaShare(arguments);
        Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            share.running = false;
            share.consumer.wakeup();
            try {
                main.join(20_000);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }));
        share.run();
    }

    private void run() throws InterruptedException {
        try {
            while (running) {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(200));
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    print("got", record, Map.of("value", new String(record.value()),
                            "count", record.deliveryCount().orElse((short) 0)));
                }
                if (!records.isEmpty()) {
                    handle(records);
                }
            }
        } catch (WakeupException stopped) {
            // The end that was asked for.
        } finally {
            consumer.close();
        }
    }

    private void handle(ConsumerRecords<byte[], byte[]> records) throws InterruptedException {
        while (running && rule.equals("hold")) {
            Thread.sleep(100);
        }
        for (ConsumerRecord<byte[], byte[]> record : records) {
            consumer.acknowledge(record, choose(record));
        }
        String error = commit();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            print(error == null ? "kept" : "failed", record,
                    error == null ? Map.of() : Map.of("error", error));
        }
    }

    private String commit() {
        try {
            for (Optional<KafkaException> one : consumer.commitSync().values()) {
                if (one.isPresent()) {
                    return one.get().toString();
                }
            }
            return null;
        } catch (WakeupException stopped) {
            throw stopped;
        } catch (KafkaException failed) {
            return failed.toString();
        }
    }

    private AcknowledgeType choose(ConsumerRecord<byte[], byte[]> record) {
        if (rule.equals("accept") || rule.equals("hold")) {
            return AcknowledgeType.ACCEPT;
        }
        if (rule.equals("release")) {
            return AcknowledgeType.RELEASE;
        }
        switch ((int) (record.offset() % 4)) {
            case 1:
                return record.deliveryCount().orElse((short) 1) > 1 ? AcknowledgeType.ACCEPT
                        : AcknowledgeType.RELEASE;
            case 2:
                return AcknowledgeType.REJECT;
            case 3:
                return renewed.add(record.offset()) ? AcknowledgeType.RENEW
                        : AcknowledgeType.ACCEPT;
            default:
                return AcknowledgeType.ACCEPT;
        }
    }

    private static void print(String event, ConsumerRecord<byte[], byte[]> record,
            Map<String, Object> more) {
        Map<String, Object> line = new java.util.TreeMap<>(more);
        line.put("event", event);
        line.put("partition", record.partition());
        line.put("offset", record.offset());
        System.out.println(Json.of(line));
        System.out.flush();
    }
}
