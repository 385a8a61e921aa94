import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { findCommand, missingPackages, type SystemPackage } from './packages.ts';

/** Runs before the tests: brings the system packages they miss where it may, and says what is missing where it may not. */

/** While it is there, dpkg starts no daemon of the packages it installs (Debian Policy §9.3.3). */
const START_POLICY = '/usr/sbin/policy-rc.d';

const missing = missingPackages();
if (missing.length > 0) {
  if (mayInstall()) install(missing);
  report(missingPackages());
}

function mayInstall(): boolean {
  return (
    process.getuid?.() === 0 && existsSync('/etc/debian_version') && findCommand('apt-get') !== undefined
  );
}

function install(packages: readonly SystemPackage[]): void {
  const names = packages.map((each) => each.package);
  console.log(`Installing ${names.join(', ')} …`);
  const ownPolicy = !existsSync(START_POLICY);
  if (ownPolicy) writeFileSync(START_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    aptGet('update', '-qq');
    aptGet('install', '-qq', '--no-install-recommends', ...names);
  } finally {
    if (ownPolicy) rmSync(START_POLICY);
  }
}

function aptGet(command: string, ...rest: string[]): void {
  const { status, stderr } = spawnSync('apt-get', [command, '-y', ...rest], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status !== 0) console.error(`apt-get ${command} failed:\n${stderr.trim()}`);
}

function report(packages: readonly SystemPackage[]): void {
  if (packages.length === 0) return;
  console.error('Missing on this machine (Debian package: what it is for):');
  for (const each of packages) console.error(`  ${each.package}: ${each.for}`);
  if (process.env.CI === 'true') {
    console.error('CI skips no test, so this is an error.');
    process.exitCode = 1;
  } else {
    console.error('Tests that need them are skipped, and say so.');
  }
}
