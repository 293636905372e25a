package org.robustmqtt.client.session;

import java.util.Map;
import java.util.Optional;

/**
 * What is to be kept on disk of a session, as the difference to what was kept before.
 *
 * @param brokerKey the broker it is with
 * @param clientId the client identifier it belongs to (MQTT-3.1.3-2)
 * @param epoch counts the sessions: a new number for each; more than 0
 * @param begins whether nothing of before counts: it is another session
 * @param filters those of which something else is to be kept, empty: nothing; in order
 */
public record SessionChange(
    String brokerKey,
    String clientId,
    long epoch,
    boolean begins,
    Map<String, Optional<SessionRecord.Held>> filters) {}
