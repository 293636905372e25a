package org.robustmqtt.client.session;

import java.util.List;

/**
 * A SUBSCRIBE or UNSUBSCRIBE that is not answered.
 *
 * @param subscribe whether it is a SUBSCRIBE
 * @param filters its filters in their order
 * @param serial its place among what the broker has to answer
 */
record Request(boolean subscribe, List<FilterState> filters, long serial)
    implements PacketIds.Owner {}
