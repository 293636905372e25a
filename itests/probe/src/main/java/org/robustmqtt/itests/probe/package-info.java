/** What a bundle author writes. Nothing here knows more than the API. */
package org.robustmqtt.itests.probe;
