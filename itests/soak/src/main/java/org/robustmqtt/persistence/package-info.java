/** The store of the soak over a bad disk: it lies here because it opens what is not exported. */
package org.robustmqtt.persistence;
