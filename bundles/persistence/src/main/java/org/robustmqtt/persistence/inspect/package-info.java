/**
 * Looks into the folder of a journal without changing anything: for people, offline or from the
 * console. Uses the same reading as a recovery.
 */
package org.robustmqtt.persistence.inspect;
