package org.robustmqtt.client.session;

import java.util.Map;
import org.robustmqtt.QoS;

/**
 * A SUBSCRIBE or UNSUBSCRIBE that is not answered.
 *
 * @param subscribe whether it is a SUBSCRIBE
 * @param filters its filters in their order, with the QoS asked for
 * @param serial its place among what the broker has to answer
 */
record Request(boolean subscribe, Map<String, QoS> filters, long serial)
    implements PacketIds.Owner {}
