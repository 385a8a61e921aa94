/** A text as it stands in XML and HTML, in attributes too. */
export function inMarkup(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
