// Writes the terminal pictures of the README: what the program says of a real deployment that is not well kept, and of
// a failover there.

import { mkdir, writeFile } from 'node:fs/promises';
import { Readable, Writable } from 'node:stream';
import { type Cluster, eventually, startCluster, until } from '@switchmaster/testing';
import { exitCodes } from '../src/exit-code.ts';
import { run } from '../src/main.ts';
import { drawTerminal } from './terminal-picture.ts';

const folder = new URL('../docs/', import.meta.url);

await mkdir(folder, { recursive: true });
await using cluster = await startCluster({ addressing: 'hosts', nodeConfig: { appendonly: 'yes' } });
const known = familiarAddresses(cluster);

const failover = startProgram('watch', 140);
await until(() => failover.output.includes(cluster.nodes[0]?.address ?? ''));
await cluster.failover();
await until(() => failover.output.includes('demoted'), { timeoutMs: 30_000 });
await failover.end();
await draw('watch', failover.output);

await spoil(cluster);
const report = startProgram('doctor', 101);
await report.done;
await draw('doctor', report.output);

/** A sentinel that is gone, a first attempt that had better not fail, and a replica that is never promoted. */
async function spoil({ name, sentinels }: Cluster): Promise<void> {
  for (const i of sentinels.keys())
    await cluster.sentinelCommand(i, 'SENTINEL', 'SET', name, 'failover-timeout', 180_000);
  const [replica] = await cluster.replicas();
  await replica?.command('CONFIG', 'SET', 'replica-priority', 0);
  await cluster.stopSentinel(2);
  await eventually(async () => {
    const rows = JSON.stringify(await cluster.sentinelCommand(0, 'SENTINEL', 'SENTINELS', name));
    return rows.includes('s_down');
  });
}

interface Running {
  /** All that it has written. */
  output: string;
  done: Promise<unknown>;
  end(): Promise<unknown>;
}

/** Runs one command as on a terminal of so many columns. */
function startProgram(command: string, columns: number): Running {
  const abort = new AbortController();
  const running: Running = { output: '', done: Promise.resolve(), end: () => (abort.abort(), running.done) };
  const write = (chunk: Buffer, _: unknown, done: () => void): void => {
    running.output += chunk.toString();
    done();
  };
  const { host, port } = cluster.sentinels[0] ?? { host: '', port: 0 };
  running.done = run([command, '--sentinel', `${host}:${port}`, '--name', cluster.name], {
    stdin: Readable.from([]),
    stdout: Object.assign(new Writable({ write }), { isTTY: true, columns, rows: 31 }),
    stderr: process.stderr,
    env: { TERM: 'xterm-256color' },
    signal: abort.signal,
    exitCode: exitCodes.ok,
  });
  return running;
}

/** Such addresses as a reader knows, in place of those of this machine. */
function familiarAddresses({ nodes, sentinels }: Cluster): Map<string, string> {
  return new Map([
    // It stands in a column with them.
    ['switchmaster', 'switchmaster'],
    ...nodes.map(({ address }, i) => [address, `10.0.0.${i + 1}:6379`] as const),
    ...sentinels.map(({ host, port }, i) => [`${host}:${port}`, `10.0.1.${i + 1}:26379`] as const),
  ]);
}

async function draw(command: string, output: string): Promise<void> {
  // What is drawn again and again begins with the name each time: only the last picture stays on a terminal.
  const shown = output.slice(output.lastIndexOf(`\u001B[1m${cluster.name}`));
  await writeFile(
    new URL(`${command}.svg`, folder),
    drawTerminal(`switchmaster ${command}`, withFamiliar(shown)),
  );
}

/** Puts the addresses that a reader knows in place of the real ones, in events (`host port`) too, and keeps columns. */
function withFamiliar(text: string): string {
  const spare = Math.max(...[...known].map(([address, familiar]) => address.length - familiar.length));
  let result = text;
  for (const [address, familiar] of known) {
    const [pattern, both] = [address, address.replace(':', ' ')].map((one) => one.replaceAll('.', '\\.'));
    result = result
      .replaceAll(new RegExp(`${pattern}( {2,})?`, 'g'), (_, gap?: string) =>
        gap ? familiar.padEnd(address.length + gap.length - spare) : familiar,
      )
      .replaceAll(new RegExp(`${both}\\b`, 'g'), familiar.replace(':', ' '));
  }
  return result;
}
