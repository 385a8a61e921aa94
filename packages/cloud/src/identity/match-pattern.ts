/**
 * True where the text fits a pattern of IAM: `*` is any number of characters, `?` is one. Time grows with the product of the lengths at worst,
 * whatever the pattern.
 */
export function matchPattern(pattern: string, text: string): boolean {
  let inPattern = 0;
  let inText = 0;
  /** Where the latest `*` stands, and how far it reaches so far: all that is ever gone back to. */
  let star = -1;
  let reach = 0;
  while (inText < text.length) {
    if (pattern[inPattern] === '*') {
      star = inPattern++;
      reach = inText;
    } else if (pattern[inPattern] === '?' || pattern[inPattern] === text[inText]) {
      inPattern++;
      inText++;
    } else if (star >= 0) {
      inPattern = star + 1;
      inText = ++reach;
    } else {
      return false;
    }
  }
  while (pattern[inPattern] === '*') inPattern++;
  return inPattern === pattern.length;
}

/** `arn:partition:service:region:account:resource`: each part by itself, so that a `*` reaches over a colon in the last one only. */
export function matchArn(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  const patterns = splitArn(pattern);
  const parts = splitArn(arn);
  return (
    patterns.length === parts.length && patterns.every((each, index) => matchPattern(each, parts[index]!))
  );
}

const ARN_PARTS = 6;

function splitArn(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, ARN_PARTS - 1), parts.slice(ARN_PARTS - 1).join(':')];
}
