/**
 * How texts are written in PowerShell (about_Quoting_Rules): between single quotes nothing is expanded, and a quote is doubled. Only
 * printable ASCII may come here (PowerShell takes U+2018 to U+201B for single quotes too): addresses, and plain names.
 */
export function powershellString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function powershellList(texts: readonly string[]): string {
  return `@(${texts.map(powershellString).join(', ')})`;
}
