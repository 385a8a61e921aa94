import type { Readable } from 'node:stream';

/** Characters: a number and a word are all that a boot has to say. */
const MOST_NEWS = 1024;

/**
 * What a machine says while it boots, a line each: `pid N`, its first process as the host numbers it, then `up`. Nobody listens after that, nor to one that
 * says more: whatever runs in it as root can write there, and as much as it likes.
 */
export function hearBoot(output: Readable, hear: { pid: (pid: number) => void; up: () => void }): void {
  let heard = '';
  let told = 0;
  output.setEncoding('utf8').on('data', (text: string) => {
    heard += text;
    for (
      let end = heard.indexOf('\n', told);
      end >= 0 && !output.destroyed;
      end = heard.indexOf('\n', told)
    ) {
      const line = heard.slice(told, end);
      told = end + 1;
      if (line.startsWith('pid ')) hear.pid(Number(line.slice(4)));
      if (line !== 'up') continue;
      hear.up();
      output.destroy();
    }
    if (heard.length > MOST_NEWS) output.destroy();
  });
}
