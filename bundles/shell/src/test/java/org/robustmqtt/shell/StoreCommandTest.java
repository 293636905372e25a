package org.robustmqtt.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.support.CommandException;
import org.junit.jupiter.api.Test;
import org.robustmqtt.journal.JournalInspector.Command;

/** What {@code mqtt:store} makes of what is typed. */
class StoreCommandTest {
  @Test
  void the_commands_are_words() throws CommandException {
    assertEquals(Command.LIST, StoreCommand.command("list"));
    assertEquals(Command.VERIFY, StoreCommand.command("verify"));
    assertEquals(Command.EXPORT, StoreCommand.command("export"));
    CommandException wrong =
        assertThrows(CommandException.class, () -> StoreCommand.command("repair"));
    assertEquals("\"repair\": list, verify, export or acknowledge.", wrong.getMessage());
  }

  @Test
  void the_name_may_be_omitted_where_there_is_one_journal() throws CommandException {
    assertEquals("a", StoreCommand.choose(Optional.empty(), List.of("a")));
    assertEquals("b", StoreCommand.choose(Optional.of("b"), List.of("a", "b")));
    CommandException many =
        assertThrows(
            CommandException.class, () -> StoreCommand.choose(Optional.empty(), List.of("a", "b")));
    assertEquals("There are: a, b", many.getMessage());
    CommandException wrong =
        assertThrows(
            CommandException.class, () -> StoreCommand.choose(Optional.of("c"), List.of("a")));
    assertEquals("There is no journal \"c\". There are: a", wrong.getMessage());
    CommandException none =
        assertThrows(
            CommandException.class, () -> StoreCommand.choose(Optional.empty(), List.of()));
    assertEquals("There is no journal.", none.getMessage());
  }

  @Test
  void what_was_acknowledged_is_said() {
    assertEquals("There is no damage that was not acknowledged.", StoreCommand.acknowledged(0));
    assertEquals(
        "2 damaged parts acknowledged. What was set aside is kept, see mqtt:store list.",
        StoreCommand.acknowledged(2));
  }
}
