import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import type { ForwarderConfig } from '@pointsman/core/config';
import { type Engine, type EngineKind, type LogLine, startEngine } from '@pointsman/host';
import { type Command, Option } from 'commander';
import { parseWorkers } from '../option-values.ts';
import { Outcome } from '../outcome.ts';
import { type News, tellNews } from '../serve/engine-news.ts';
import { readConfig } from '../serve/read-config.ts';
import { onEndSignal } from '../signals.ts';
import { count, sayJson } from '../terminal.ts';

const AFTER_HELP = `
Example, forwarder.json:
  { "name": "main-a",
    "listen": ["10.10.1.53:53"],
    "clients": ["10.0.0.0/8", "192.168.0.0/16"],
    "rules": [{ "suffix": "corp.example", "upstreams": ["192.168.1.53", "192.168.2.53"] },
              { "suffix": "cloud.example", "upstreams": ["10.10.0.2"] }],
    "otherwise": { "upstreams": ["10.10.0.2"] } }

  pointsman serve forwarder.json
  pointsman schema forwarder > forwarder.schema.json     # what may stand in it

SIGHUP reads the file again: a good one is served from the next query on, a bad one is reported and changes nothing.
SIGTERM and Ctrl-C end it. It says when an upstream goes down or comes back, and at most once a minute which counters of trouble moved.

With --engine bind a BIND (Debian: apt-get install bind9) answers in the place of our own forwarder: Pointsman writes its named.conf, starts
it, reloads it without losing a query, starts it again where it dies, and prints its log.
`;

type ServeOptions = { workers: number; engine: EngineKind; udp?: 'mmsg' | 'dgram'; json?: boolean };
type Log = (event: string, text: string, details?: object) => void;

export function addServe(program: Command): void {
  program
    .command('serve')
    .description('run one forwarder, from its configuration')
    .argument('<file>', 'a configuration: JSON')
    .option('--workers <number>', 'threads that answer', parseWorkers, availableParallelism())
    .addOption(new Option('--engine <engine>', 'what answers').choices(['native', 'bind']).default('native'))
    .addOption(
      new Option(
        '--udp <how>',
        'how the native engine does UDP (default: the best this machine has)',
      ).choices(['mmsg', 'dgram']),
    )
    .option('--json', 'print one JSON object a line')
    .addHelpText('after', AFTER_HELP)
    .action(serve);
}

async function serve(file: string, options: ServeOptions): Promise<void> {
  const log = makeLog(options.json ?? false);
  // Before anything else: a signal that comes while it starts counts when it has started.
  const ending = new AbortController();
  onEndSignal(() => ending.abort());
  const started = Promise.withResolvers<Engine>();
  let reloaded: Promise<unknown> = started.promise;
  process.on('SIGHUP', () => {
    reloaded = reloaded.then(async () => reload(file, await started.promise, log));
  });
  const read = readConfig(file);
  if (!read.ok) {
    log('error', `${file} is not served:\n${read.mistakes.join('\n')}`, { mistakes: read.mistakes });
    throw new Outcome(2);
  }
  const engine = await start(read.config, options, log);
  const isServing = !ending.signal.aborted;
  if (isServing) {
    tellReady(read.config, options, engine, log);
    started.resolve(engine);
    const tell = ({ event, text, details }: News) => log(event, text, details);
    void tellNews(engine, tell, ending.signal);
    await once(ending.signal, 'abort');
  }
  // Before what is being reloaded: that may be waiting for a named that does not come back.
  await engine.stop();
  if (isServing) await reloaded;
  log('stopped', `${read.config.name} has ended`);
}

function tellReady(
  { name, listen, rules }: ForwarderConfig,
  { workers }: ServeOptions,
  engine: Engine,
  log: Log,
) {
  const { transport, transportReason } = engine;
  const parts = [count(rules.length, 'rule'), count(workers, 'worker'), transport];
  const why = transportReason === undefined ? '' : `; UDP by ${transport}: ${transportReason}`;
  log('ready', `${name} listens at ${listen.join(', ')} (${parts.join(', ')})${why}`, {
    name,
    listen,
    rules: rules.length,
    workers,
    transport,
    ...(transportReason !== undefined && { transportReason }),
  });
}

async function start(
  config: ForwarderConfig,
  { engine, workers, udp }: ServeOptions,
  log: Log,
): Promise<Engine> {
  try {
    return await startEngine(engine, config, {
      workers,
      ...(udp && { transport: udp }),
      hugePages: true,
      log: (line) => logLine(line, log),
      onFailure: (error) => {
        log('error', `a worker failed: ${error.message}`);
        process.exit(1);
      },
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    log('error', message, { code });
    throw new Outcome(2);
  }
}

/** What the engine says by itself. */
function logLine({ level, category, message }: LogLine, log: Log): void {
  if (level !== 'debug') log('log', `${category}: ${message}`, { level, category, message });
}

/** Validated whole before any of it counts; whatever is wrong, the last good configuration goes on serving. */
async function reload(file: string, engine: Engine, log: Log): Promise<void> {
  const read = readConfig(file);
  if (!read.ok) {
    const text = `${file} is not taken, the last good configuration goes on:\n${read.mistakes.join('\n')}`;
    log('reload-refused', text, { mistakes: read.mistakes });
    return;
  }
  try {
    await engine.reload(read.config);
    log('reloaded', `${file} is served now (${count(read.config.rules.length, 'rule')})`, {
      rules: read.config.rules.length,
    });
  } catch (error) {
    const { message } = error as Error;
    log('reload-refused', `${file} is not taken: ${message}`, { mistakes: [message] });
  }
}

/** Events go to stdout; in words, what is wrong goes to stderr. */
function makeLog(json: boolean): Log {
  return (event, text, details) => {
    const isBad = event === 'error' || event === 'reload-refused';
    if (json) sayJson({ event, message: text, ...details });
    else (isBad ? process.stderr : process.stdout).write(`pointsman: ${text}\n`);
  };
}
