package org.robustmqtt.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;

/** What is printed of a subscription that cannot be. */
class SubscribeCommandTest {
  @Test
  void a_mistake_is_printed_also_where_the_console_shows_no_exception() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Object noServices =
        Proxy.newProxyInstance(
            BundleContext.class.getClassLoader(),
            new Class<?>[] {BundleContext.class},
            (proxy, method, arguments) -> List.of());
    SubscribeCommand command = new SubscribeCommand();
    command.first = "BAD";
    command.second = "#";

    command.run(
        new Hub((BundleContext) noServices),
        new Console(new PrintStream(bytes, true, StandardCharsets.UTF_8)));

    assertEquals(
        "There is no connection \"BAD\". No connection is there; mqtt:list says how to make one.",
        bytes.toString(StandardCharsets.UTF_8).strip());
  }
}
