/**
 * One journal: what callers put in under one short lock ({@code Intake}), and where that survives
 * the process ({@code StagingBuffer}), what the journal thread makes of it ({@code Committer}), and
 * what is found at the next opening ({@code RecoveryScan}).
 */
package org.robustmqtt.persistence.journal;
