/**
 * Certificates for tests: an authority of its own for each, with good and faulty ones. Start with
 * {@link org.robustmqtt.itests.authority.Authority}.
 */
package org.robustmqtt.itests.authority;
