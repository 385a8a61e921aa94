const TOKEN =
  /[ \t\n\r]*(?:([{}[\],:])|("(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null))/uy;
const SPACE = /[ \t\n\r]*/y;

type Expecting = 'a value' | 'a key in double quotes' | '":"' | '"," or "}"' | '"," or "]"' | 'nothing more';

/**
 * Where a text stops being JSON (RFC 8259) and what should stand there; undefined where it is JSON. `JSON.parse` says no
 * more than that it failed, or says it in words that differ from engine to engine.
 */
export function findJsonMistake(text: string): { offset: number; message: string } | undefined {
  const open: ('{' | '[')[] = [];
  let expecting: Expecting = 'a value';
  let mayClose = false;
  let offset = 0;
  const afterValue = (): Expecting =>
    open.length === 0 ? 'nothing more' : open.at(-1) === '{' ? '"," or "}"' : '"," or "]"';
  for (;;) {
    TOKEN.lastIndex = offset;
    const match = TOKEN.exec(text);
    SPACE.lastIndex = offset;
    const start = offset + SPACE.exec(text)![0].length;
    if (!match && start === text.length && expecting === 'nothing more') return undefined;
    const token = match?.[1];
    const string = match?.[2];
    const isValue = string !== undefined || match?.[3] !== undefined;
    if (match && mayClose && token === (open.at(-1) === '{' ? '}' : ']')) {
      open.pop();
      expecting = afterValue();
    } else if (expecting === 'a key in double quotes' && string !== undefined) {
      expecting = '":"';
    } else if (expecting === '":"' && token === ':') {
      expecting = 'a value';
    } else if ((expecting === '"," or "}"' || expecting === '"," or "]"') && token === ',') {
      expecting = open.at(-1) === '{' ? 'a key in double quotes' : 'a value';
      mayClose = false;
      offset = TOKEN.lastIndex;
      continue;
    } else if (expecting === 'a value' && (token === '{' || token === '[')) {
      open.push(token);
      expecting = token === '{' ? 'a key in double quotes' : 'a value';
      mayClose = true;
      offset = TOKEN.lastIndex;
      continue;
    } else if (expecting === 'a value' && isValue) {
      expecting = afterValue();
    } else {
      return {
        offset: start,
        message:
          start === text.length ? `ends where ${expecting} should stand` : `${expecting} should stand here`,
      };
    }
    mayClose = expecting === '"," or "}"' || expecting === '"," or "]"';
    offset = TOKEN.lastIndex;
  }
}
