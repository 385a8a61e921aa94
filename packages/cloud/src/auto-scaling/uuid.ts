/** A version 4 UUID (RFC 9562 §5.4). @param random from 0 up to 1 */
export function uuidOf(random: () => number): string {
  const digit = () => Math.floor(random() * 16).toString(16);
  return 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, digit);
}
