package org.robustmqtt.client.transport;

import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;

/**
 * Why no way could be opened.
 *
 * @param place {@link Place#DNS} or {@link Place#CONNECT}
 * @param kind what it is
 * @param text one line for a person, beginning with the host
 */
public record OpenFailure(Place place, ProblemKind kind, String text) {}
