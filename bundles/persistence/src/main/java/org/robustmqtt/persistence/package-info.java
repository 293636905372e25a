/**
 * The journals of the connections, as a service: where they are, who may open them, and how one
 * moves from one place to another. The journal itself is in {@code journal}, its bytes in {@code
 * format}, the doors to the world in {@code door} and {@code runtime}.
 */
package org.robustmqtt.persistence;
