import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { measureAll } from './measure/rounds.ts';
import { peers } from './peers/index.ts';
import { drawChart } from './report/chart.ts';
import { loadTable, memoryTable, reloadTable, startupTable } from './report/table.ts';
import { verdictText } from './report/verdict.ts';
import { verificationTable } from './report/verification.ts';
import { zonesTables } from './report/zones.ts';
import { help, parseRunOptions, type RunOptions } from './run-options.ts';
import { extendPath, isInstalled } from './running/programs.ts';
import { measureVerification } from './subjects/verify.ts';
import { measureZones } from './subjects/zones.ts';
import { necessary } from './system-packages.ts';

/** `npm run bench`: see README.md. The exit code does not depend on how fast anything is. */

const RESULTS = join(import.meta.dirname, 'results');

async function main(): Promise<number> {
  let options: RunOptions | 'help';
  try {
    options = parseRunOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\nnpm run bench -- --help lists the options.`);
    return 2;
  }
  if (options === 'help') {
    console.log(help);
    return 0;
  }
  if (options.subjects.includes('verify')) {
    const rows = await measureVerification(options.rounds, (line) => console.error(line));
    await keep('verify', rows, verificationTable(rows));
    if (options.subjects.length === 1) return 0;
  }
  extendPath();
  const missing = [];
  for (const { package: name, command } of necessary) if (!(await isInstalled(command))) missing.push(name);
  if (missing.length > 0) {
    console.error(`The bench needs ${missing.join(', ')}: apt-get install ${missing.join(' ')}`);
    return 2;
  }
  if (options.subjects.includes('zones')) {
    const report = await measureZones(options, (line) => console.error(line));
    await keep('zones', report, zonesTables(report));
    if (options.subjects.every((subject) => subject === 'zones' || subject === 'verify')) return 0;
  }

  const servers = [];
  for (const name of options.servers) {
    const peer = peers[name]!;
    if (!peer.package || (await isInstalled(peer.package.command))) servers.push(peer);
    else console.error(`${peer.name} is left out: apt-get install ${peer.package.package}`);
  }
  const results = await measureAll(servers, options, (line) => console.error(line));

  for (const load of results.loads) console.log(`\n${loadTable(load)}`);
  if (results.startup.length > 0) console.log(`\n${startupTable(results.startup)}`);
  if (results.memory.length > 0) console.log(`\n${memoryTable(results.memory)}`);
  if (results.reload.length > 0) console.log(`\n${reloadTable(results.reload)}`);
  for (const failure of results.failures) console.log(`\nfailed: ${failure}`);
  if (results.verdict.length > 0) console.log(`\nVerdict\n${verdictText(results.verdict)}`);

  const name = options.partial || servers.length < Object.keys(peers).length ? 'partial' : 'latest';
  await mkdir(RESULTS, { recursive: true });
  await writeFile(join(RESULTS, `${name}.json`), `${JSON.stringify(results, undefined, 2)}\n`);
  await writeFile(join(RESULTS, `${name}.svg`), drawChart(results));
  console.log(`Everything measured: bench/results/${name}.json; as a chart: bench/results/${name}.svg`);
  return 0;
}

/** Prints the tables of a subject that has results of its own, and writes them. */
async function keep(name: string, results: unknown, tables: string): Promise<void> {
  console.log(`\n${tables}`);
  await mkdir(RESULTS, { recursive: true });
  await writeFile(join(RESULTS, `${name}.json`), `${JSON.stringify(results, undefined, 2)}\n`);
}

process.exitCode = await main();
