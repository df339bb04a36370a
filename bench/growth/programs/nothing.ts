/**
 * Says a line: what a runtime takes by itself.
 *
 * @module
 */

console.log(JSON.stringify({ octets: 0 }));
