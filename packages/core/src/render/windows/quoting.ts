/**
 * How texts are written in PowerShell (about_Quoting_Rules): between single quotes nothing is expanded, and a quote is doubled. PowerShell
 * takes the typographic quotes U+2018 to U+201B for single quotes too, so whatever is not printable ASCII is made by its code.
 */
export function powershellString(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return `'${text.replaceAll("'", "''")}'`;
  const parts = text.match(/[\x20-\x7e]+|[^\x20-\x7e]/g) ?? [];
  return `(${parts
    .map((part) =>
      /^[\x20-\x7e]/.test(part)
        ? powershellString(part)
        : `[string][char]0x${part.charCodeAt(0).toString(16)}`,
    )
    .join(' + ')})`;
}

export function powershellList(texts: readonly string[]): string {
  return `@(${texts.map(powershellString).join(', ')})`;
}
