import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Copies a topic exactly once: what it reads, what it writes and how far it has come are one
 * transaction each. Every third transaction is aborted and done again. It ends when COUNT records
 * are copied; each line that it prints is one commit's offset.
 *
 *   copier BOOTSTRAP FROM TO ID COUNT
 */
public final class JavaCopier {
    private final String from;
    private final String to;
    private final String id;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final String bootstrap;
    private KafkaProducer<byte[], byte[]> producer;
    private int transactions;

    private JavaCopier(String[] arguments) {
        bootstrap = arguments[0];
        from = arguments[1];
        to = arguments[2];
        id = arguments[3];
        Properties settings = new Properties();
        settings.putAll(Map.of("bootstrap.servers", bootstrap, "group.id", id,
                "enable.auto.commit", "false", "auto.offset.reset", "earliest",
                "isolation.level", "read_committed", "max.poll.records", "20"));
        consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    public static void main(String[] arguments) {
        new JavaCopier(arguments).run(Long.parseLong(arguments[4]));
        System.exit(0);
    }

    private void run(long count) {
        TopicPartition partition = new TopicPartition(from, 0);
        consumer.assign(List.of(partition));
        begin();
        while (consumer.position(partition) < count) {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(200));
            if (records.isEmpty()) {
                continue;
            }
            try {
                copy(partition, records);
            } catch (KafkaException error) {
                System.err.println("again after " + error);
                begin();
            }
        }
    }

    private void copy(TopicPartition partition, ConsumerRecords<byte[], byte[]> records) {
        long next = 0;
        producer.beginTransaction();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            producer.send(new ProducerRecord<>(to, (int) (record.offset() % 2), record.key(),
                    record.value()));
            next = record.offset() + 1;
        }
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        offsets.put(partition, new OffsetAndMetadata(next));
        producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
        if (++transactions % 3 == 0) {
            producer.flush();
            producer.abortTransaction();
            rewind(partition);
            return;
        }
        while (true) {
            try {
                producer.commitTransaction();
                break;
            } catch (TimeoutException late) {
                System.err.println("commit again after " + late);
            }
        }
        System.out.println(next);
    }

    /** Back to what was committed, with a producer that may go on. */
    private void begin() {
        if (producer != null) {
            producer.close(Duration.ZERO);
        }
        Properties settings = new Properties();
        settings.putAll(Map.of("bootstrap.servers", bootstrap, "transactional.id", id,
                "linger.ms", "0", "max.block.ms", "20000"));
        while (true) {
            producer = new KafkaProducer<>(settings, new ByteArraySerializer(),
                    new ByteArraySerializer());
            try {
                producer.initTransactions();
                break;
            } catch (KafkaException error) {
                System.err.println("init again after " + error);
                producer.close(Duration.ZERO);
            }
        }
        rewind(new TopicPartition(from, 0));
    }

    private void rewind(TopicPartition partition) {
        OffsetAndMetadata committed = consumer.committed(java.util.Set.of(partition)).get(partition);
        consumer.seek(partition, committed == null ? 0 : committed.offset());
    }
}
