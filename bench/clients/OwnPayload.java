import java.util.Arrays;

/** The payloads of rdkafka_bench, filled with noise: the same rules as class OwnPayload in payload.cc. */
final class OwnPayload {
    private static final int HEADER_BYTES = 16;
    private static final int NOISE_PLACES = 1 << 20;
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private final int size;
    private final byte[] noise;

    OwnPayload(int size) {
        this.size = size;
        noise = new byte[NOISE_PLACES + size + 8];
        long seed = 0;
        for (int i = 0; i + 8 <= noise.length; i += 8) {
            seed += GOLDEN_GAMMA;
            putLong(noise, i, mix(seed));
        }
    }

    byte[] of(long counter) {
        byte[] payload = new byte[size];
        putLong(payload, 0, counter);
        putLong(payload, 8, mix(counter));
        System.arraycopy(noise, place(counter), payload, HEADER_BYTES, size - HEADER_BYTES);
        return payload;
    }

    boolean matches(byte[] payload, long counter) {
        if (payload.length != size || getLong(payload, 0) != counter) return false;
        if (getLong(payload, 8) != mix(counter)) return false;
        int place = place(counter);
        return Arrays.equals(
                payload, HEADER_BYTES, size, noise, place, place + size - HEADER_BYTES);
    }

    private static int place(long counter) {
        return (int) Long.remainderUnsigned(mix(counter + GOLDEN_GAMMA), NOISE_PLACES);
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    private static void putLong(byte[] bytes, int at, long value) {
        for (int i = 0; i < 8; i++) bytes[at + i] = (byte) (value >>> (8 * i));
    }

    private static long getLong(byte[] bytes, int at) {
        long value = 0;
        for (int i = 7; i >= 0; i--) value = (value << 8) | (bytes[at + i] & 0xff);
        return value;
    }
}
