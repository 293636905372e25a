package org.robustmqtt;

/**
 * What the broker said in its CONNACK about what it can do (5.0, section 3.2.2.3). With MQTT 3.1.1
 * the standard's defaults.
 *
 * @param receiveMaximum unacknowledged messages it takes at once
 * @param maximumQos the highest quality of service it takes
 * @param retainAvailable whether it retains messages
 * @param maximumPacketSize the largest packet it takes, in bytes
 * @param wildcardAvailable whether filters may have wildcards
 * @param sharedAvailable whether subscriptions may be shared
 * @param subscriptionIdentifiersAvailable whether it takes subscription identifiers
 * @param keepAliveSeconds the keep alive in force
 * @param sessionExpirySeconds how long it keeps the session; 4,294,967,295 for ever
 */
public record BrokerCapabilities(
    int receiveMaximum,
    QoS maximumQos,
    boolean retainAvailable,
    long maximumPacketSize,
    boolean wildcardAvailable,
    boolean sharedAvailable,
    boolean subscriptionIdentifiersAvailable,
    int keepAliveSeconds,
    long sessionExpirySeconds) {}
