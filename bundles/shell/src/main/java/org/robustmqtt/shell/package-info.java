/** Console commands of the scope {@code mqtt}, and the text they print. */
package org.robustmqtt.shell;
