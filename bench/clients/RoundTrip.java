import java.time.Duration;
import java.util.Arrays;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * rdkafka_bench's mode roundtrip with Kafka's own Java clients: one record at a time, dealt to the
 * partitions in turn, written and read by one process. Prints one line of JSON. Kafka's
 * EndToEndLatency would do the same, but lets the partitioner choose: it sends to few partitions.
 *
 * <p>Arguments: BOOTSTRAP TOPIC PARTITIONS COUNT SIZE TIMEOUT_SECONDS ACKS BATCH_SIZE LINGER_MS
 */
public final class RoundTrip {
    /** As rdkafka_bench: the first records find cold caches and connections. */
    private static final int UNMEASURED_SHARE = 10;

    private static KafkaProducer<byte[], byte[]> producer(String[] args) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", args[0]);
        properties.put("acks", args[6]);
        properties.put("batch.size", args[7]);
        properties.put("linger.ms", args[8]);
        return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** The next record, which must be number `counter`. */
    private static void receive(
            KafkaConsumer<byte[], byte[]> consumer, OwnPayload payloads, long counter, long deadline) {
        ConsumerRecords<byte[], byte[]> polled = consumer.poll(Duration.ofMillis(100));
        while (polled.isEmpty()) {
            if (System.nanoTime() > deadline) throw new IllegalStateException("out of time waiting");
            polled = consumer.poll(Duration.ofMillis(100));
        }
        ConsumerRecord<byte[], byte[]> record = polled.iterator().next();
        if (polled.count() != 1 || !payloads.matches(record.value(), counter)) {
            throw new IllegalStateException("the record that came back is not the one that was sent");
        }
    }

    /** The nearest rank, in milliseconds. */
    private static double at(long[] sortedNanos, double share) {
        int rank = (int) Math.ceil(share * sortedNanos.length);
        return sortedNanos[Math.max(rank, 1) - 1] / 1e6;
    }

    public static void main(String[] args) throws Exception {
        int partitions = Integer.parseInt(args[2]);
        int count = Integer.parseInt(args[3]);
        long deadline = System.nanoTime() + Long.parseLong(args[5]) * 1_000_000_000L;
        OwnPayload payloads = new OwnPayload(Integer.parseInt(args[4]));
        long[] taken = new long[count];
        try (KafkaProducer<byte[], byte[]> producer = producer(args);
                KafkaConsumer<byte[], byte[]> consumer =
                        AssignedConsumer.assigned(args[0], args[1], partitions)) {
            for (int i = 0; i < count; i++) {
                byte[] payload = payloads.of(i);
                long start = System.nanoTime();
                producer.send(new ProducerRecord<>(args[1], i % partitions, null, payload), RoundTrip::check);
                receive(consumer, payloads, i, deadline);
                taken[i] = System.nanoTime() - start;
            }
        }
        long[] measured = Arrays.copyOfRange(taken, count / UNMEASURED_SHARE, count);
        double seconds = Arrays.stream(measured).sum() / 1e9;
        Arrays.sort(measured);
        System.out.printf(
                "{\"records\":%d,\"seconds\":%.6f,\"records_per_s\":%.0f,\"p50_ms\":%.4f,"
                        + "\"p99_ms\":%.4f,\"p999_ms\":%.4f}%n",
                measured.length, seconds, measured.length / seconds, at(measured, 0.5), at(measured, 0.99),
                at(measured, 0.999));
    }

    private static void check(Object metadata, Exception failure) {
        if (failure != null) {
            System.err.println("a record was not written: " + failure);
            Runtime.getRuntime().halt(1);
        }
    }
}
