/** What a hub keeps when it is killed, and what it hears while parts of it are restarted. */
package org.robustmqtt.itests.process;
