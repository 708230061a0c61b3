import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

import org.apache.kafka.common.utils.internals.Exit;

/**
 * Runs Kafka's command-line tools one after the other in one process, which saves the start of a JVM for
 * each. A line of standard input is a class and its arguments, each in base64, and '<' with the tool's own
 * standard input in base64 if it has one; the answer is a line with the exit status, standard output and
 * error output, the latter two in base64. What a tool would do when the JVM ends is done before the answer.
 */
public class ToolServer {
    private static class Ended extends Error {
        private static final long serialVersionUID = 1;
    }

    /** What the tool ended with; nothing while it runs. */
    private static Integer ended;

    private static final List<Runnable> HOOKS = new ArrayList<>();

    /** Some tools catch everything that is thrown, this too: what they do from then on does not count. */
    private static void end(int status) {
        if (ended == null) {
            ended = status;
            System.setOut(new PrintStream(OutputStream.nullOutputStream()));
            System.setErr(new PrintStream(OutputStream.nullOutputStream()));
        }
        throw new Ended();
    }

    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        Exit.setExitProcedure((status, message) -> end(status));
        Exit.setHaltProcedure((status, message) -> end(status));
        Exit.setShutdownHookAdder((name, hook) -> HOOKS.add(hook));
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = Arrays.stream(line.split(" "))
                .filter(word -> !word.startsWith("<"))
                .map(word -> new String(Base64.getDecoder().decode(word), StandardCharsets.UTF_8))
                .toArray(String[]::new);
            byte[] input = Arrays.stream(line.split(" "))
                .filter(word -> word.startsWith("<"))
                .map(word -> Base64.getDecoder().decode(word.substring(1)))
                .findFirst().orElse(new byte[0]);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ByteArrayOutputStream errors = new ByteArrayOutputStream();
            System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
            System.setIn(new ByteArrayInputStream(input));
            ended = null;
            int status = run(words[0], Arrays.copyOfRange(words, 1, words.length));
            HOOKS.forEach(Runnable::run);
            HOOKS.clear();
            answers.println(status + " " + text(out) + " " + text(errors));
            answers.flush();
        }
    }

    /** As the JVM would end: an exception that nobody catches is told, and the status is 1. */
    private static int run(String tool, String[] arguments) throws ReflectiveOperationException {
        try {
            Class.forName(tool).getMethod("main", String[].class).invoke(null, (Object) arguments);
            return ended == null ? 0 : ended;
        } catch (InvocationTargetException thrown) {
            if (ended != null) {
                return ended;
            }
            System.err.print("Exception in thread \"main\" ");
            thrown.getCause().printStackTrace();
            return 1;
        }
    }

    private static String text(ByteArrayOutputStream bytes) {
        return "+" + Base64.getEncoder().encodeToString(bytes.toByteArray());
    }
}
