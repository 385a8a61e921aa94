import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { hearBoot } from './boot-news.ts';

describe('what a machine says while it boots', () => {
  it('is heard in lines, however they come, until it is up', async () => {
    const { output, news } = listen();
    output.write('pid 4');
    output.write('2\nsomething\nup\nup\n');
    await once(output, 'close');
    assert.deepEqual(news, ['pid 42', 'up']);
  });

  it('is heard no more where it is more than a boot has to say, in one line or in many', async () => {
    for (const flood of ['x'.repeat(2000), 'x\n'.repeat(1000)]) {
      const { output, news } = listen();
      output.write('pid 42\n');
      output.write(flood);
      await once(output, 'close');
      assert.deepEqual(news, ['pid 42']);
    }
  });
});

function listen() {
  const output = new PassThrough();
  const news: string[] = [];
  hearBoot(output, { pid: (pid) => news.push(`pid ${pid}`), up: () => news.push('up') });
  return { output, news };
}
