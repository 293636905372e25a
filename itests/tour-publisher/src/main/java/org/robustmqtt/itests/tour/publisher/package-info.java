/**
 * The bundle in the hub that publishes numbered messages and notes, in a file that outlives a
 * killed process, what it began, what was accepted, and what became of it. It uses nothing but the
 * API that every bundle has.
 */
package org.robustmqtt.itests.tour.publisher;
