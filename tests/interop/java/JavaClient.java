import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Apache Kafka's own client: produce a file of records, or consume a topic into one. The files'
 * form is that of tests/support/records.py.
 *
 *   produce BOOTSTRAP TOPIC FILE --acks-file FILE [--set name=value]...
 *   consume BOOTSTRAP TOPIC FILE [--set name=value]...      all partitions, beginning to end
 */
public final class JavaClient {
    private static final Duration DEADLINE = Duration.ofSeconds(300);

    private final String bootstrap;
    private final String topic;
    private final String file;
    private String acksFile;
    private final Map<String, Object> settings = new HashMap<>();

    private JavaClient(String[] arguments) {
        bootstrap = arguments[1];
        topic = arguments[2];
        file = arguments[3];
        for (int i = 4; i + 1 < arguments.length; i += 2) {
            if (arguments[i].equals("--acks-file")) {
                acksFile = arguments[i + 1];
            } else {
                String[] pair = arguments[i + 1].split("=", 2);
                settings.put(pair[0], pair[1]);
            }
        }
        settings.put("bootstrap.servers", bootstrap);
    }

    public static void main(String[] arguments) throws Exception {
        JavaClient client = new JavaClient(arguments);
        if (arguments[0].equals("produce")) {
            client.produce();
        } else {
            client.consume();
        }
    }

    private void produce() throws IOException {
        AtomicInteger failed = new AtomicInteger();
        AtomicReference<Exception> first = new AtomicReference<>();
        try (DataInputStream in = new DataInputStream(
                     new BufferedInputStream(new FileInputStream(file), 1 << 20));
             FileOutputStream acksOut = new FileOutputStream(acksFile);
             KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                     settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int next = 0; in.available() > 0; next++) {
                int index = next;
                producer.send(readRecord(in), (metadata, error) -> {
                    if (error != null) {
                        failed.incrementAndGet();
                        first.compareAndSet(null, error);
                        return;
                    }
                    writeAck(acksOut, index, metadata.partition(), metadata.offset());
                });
            }
            producer.flush();
        }
        if (failed.get() > 0) {
            System.err.println(failed.get() + " records were refused, the first with " + first.get());
            System.exit(1);
        }
    }

    private ProducerRecord<byte[], byte[]> readRecord(DataInputStream in) throws IOException {
        int partition = in.readInt();
        in.readLong();
        long timestamp = in.readLong();
        byte[] key = readBytes(in);
        byte[] value = readBytes(in);
        return new ProducerRecord<>(topic, partition < 0 ? null : partition,
                timestamp < 0 ? null : timestamp, key, value);
    }

    private static byte[] readBytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0) {
            return null;
        }
        byte[] data = new byte[length];
        in.readFully(data);
        return data;
    }

    private static void writeAck(FileOutputStream out, int index, int partition, long offset) {
        try {
            out.write(java.nio.ByteBuffer.allocate(16).putInt(index).putInt(partition)
                    .putLong(offset).array());
        } catch (IOException error) {
            throw new java.io.UncheckedIOException(error);
        }
    }

    private void consume() throws IOException {
        settings.putIfAbsent("enable.auto.commit", "false");
        try (DataOutputStream out = new DataOutputStream(
                     new BufferedOutputStream(new FileOutputStream(file), 1 << 20));
             KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                     settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (PartitionInfo info : consumer.partitionsFor(topic)) {
                partitions.add(new TopicPartition(topic, info.partition()));
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long deadline = System.nanoTime() + DEADLINE.toNanos();
            while (ends.entrySet().stream()
                    .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                if (System.nanoTime() > deadline) {
                    System.err.println("did not reach " + ends + " within " + DEADLINE);
                    System.exit(1);
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
                    writeRecord(out, record);
                }
            }
        }
    }

    private static void writeRecord(DataOutputStream out, ConsumerRecord<byte[], byte[]> record)
            throws IOException {
        out.writeInt(record.partition());
        out.writeLong(record.offset());
        out.writeLong(record.timestamp());
        for (byte[] data : new byte[][] {record.key(), record.value()}) {
            out.writeInt(data == null ? -1 : data.length);
            if (data != null) {
                out.write(data);
            }
        }
    }
}
