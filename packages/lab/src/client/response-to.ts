import { decodeMessage, type Message } from '@pointsman/core/dns';
import type { Ask } from './ask.ts';

/** The response to our query in these bytes; undefined for anything else, which is not for us to read. */
export function responseTo(question: Ask, id: number, bytes: Uint8Array): Message | undefined {
  const message = decodeMessage(bytes);
  if (!message?.flags.qr || message.id !== id) return undefined;
  if (!message.question) return message.answers.length === 0 ? message : undefined;
  const { name, type } = message.question;
  return name === question.name && type === question.type ? message : undefined;
}
