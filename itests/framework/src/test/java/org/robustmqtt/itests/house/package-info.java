/** The rules of the house: which room may use what, and who may touch the world. */
package org.robustmqtt.itests.house;
