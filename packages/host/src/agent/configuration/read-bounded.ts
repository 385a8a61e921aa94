/** Text in UTF-8, of so many bytes at most. What gives the parts is closed, also where it fails. @throws Error where there are more, or it is no UTF-8 */
export async function readBounded(parts: AsyncIterable<Uint8Array>, most: number): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let bytes = 0;
  for await (const part of parts) {
    bytes += part.length;
    if (bytes > most) throw new Error(`it has more than ${most} bytes`);
    text += decoder.decode(part, { stream: true });
  }
  return text + decoder.decode();
}
