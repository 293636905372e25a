/** A disk, a clock and rounds that tests hold in their hands. */
package org.robustmqtt.persistence.testkit;
