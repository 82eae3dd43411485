import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, platform, release, totalmem } from 'node:os';
import { serverBinary } from '@switchmaster/testing';
import { clients } from './clients/index.ts';
import { findHaproxy } from './haproxy.ts';
import type { Machine } from './results.ts';

/** All that is known at the start; the load at the end is yet to come. */
export function describeMachine(): Omit<Machine, 'loadAverage'> {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    platform: `${platform()} ${release()}`,
    versions: { node: process.versions.node, ...serverVersion(), ...haproxyVersion(), ...libraryVersions() },
  };
}

/** Of the last minute. */
export function loadAverage(): number {
  return loadavg()[0] ?? 0;
}

function serverVersion(): Record<string, string> {
  // `Redis server v=7.0.15 sha=…`
  const text = execFileSync(serverBinary(), ['--version'], { encoding: 'utf8' });
  const [, name = 'server', version = text.trim()] = /^(\w+) server v=(\S+)/.exec(text) ?? [];
  return { [`${name.toLowerCase()}-server`]: version };
}

function haproxyVersion(): Record<string, string> {
  const binary = findHaproxy();
  if (!binary) return {};
  // `HAProxy version 2.6.12-1+deb12u1 …`
  const [, version = 'unknown'] =
    /version (\S+)/.exec(execFileSync(binary, ['-v'], { encoding: 'utf8' })) ?? [];
  return { haproxy: version };
}

function libraryVersions(): Record<string, string> {
  const names = [...new Set(clients.map(({ library }) => library))];
  return Object.fromEntries(names.map((name) => [name, versionOf(name)]));
}

/** Of a package as it is installed for the benchmark. Not every one lets its `package.json` be imported. */
function versionOf(name: string): string {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
