/**
 * The bytes of a journal: segment headers, records, message bodies, and the scan that tells damage
 * from a torn tail. Pure: arrays in, values out.
 */
package org.robustmqtt.persistence.format;
