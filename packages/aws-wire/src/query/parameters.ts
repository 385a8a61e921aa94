/** A parameter of a request, or several whose names begin alike: `Filter.1.Name=x` stands as `x` in `Name` in `1` in `Filter`. */
export type Parameter = {
  /** The whole name, as it was sent. */
  path: string;
  text: string | undefined;
  children: Map<string, Parameter>;
};

/** What is wrong with a form, as a sentence. */
export type FormMistake = { mistake: string };

/** Deeper than any request of AWS's query services. */
const MAX_DEPTH = 24;
/** Names are at most this long, so that a form cannot make more of itself than it is. */
const MAX_NAME = 1024;

/** Characters that XML 1.0 has no place for: a service that took them could not answer with them. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

/** Reads `application/x-www-form-urlencoded`, of the body and of the query string alike. */
export function parseForm(...texts: string[]): Parameter | FormMistake {
  const root: Parameter = { path: '', text: undefined, children: new Map() };
  for (const text of texts) {
    for (const [name, value] of new URLSearchParams(text)) {
      const mistake = addParameter(root, name, value);
      if (mistake !== undefined) return { mistake };
    }
  }
  return root;
}

export function isFormMistake(result: Parameter | FormMistake): result is FormMistake {
  return 'mistake' in result;
}

function addParameter(root: Parameter, name: string, value: string): string | undefined {
  const parts = name.split('.', MAX_DEPTH + 1);
  if (name.length > MAX_NAME || parts.length > MAX_DEPTH) {
    return `The parameter ${name.slice(0, 64)}… has too long a name`;
  }
  if (FORBIDDEN.test(name) || FORBIDDEN.test(value)) {
    return `The parameter ${name.replace(/[^ -~]/g, '?')} contains a character that is not allowed`;
  }
  let at = root;
  for (const part of parts) {
    const path = at.path === '' ? part : `${at.path}.${part}`;
    let next = at.children.get(part);
    if (!next) {
      next = { path, text: undefined, children: new Map() };
      at.children.set(part, next);
    }
    at = next;
  }
  if (at.text !== undefined) return `The parameter ${name} is given more than once`;
  at.text = value;
  return undefined;
}
