import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, startCluster } from '@switchmaster/testing';
import { ApplicationProcess } from './process.mjs';

/** No request may take longer: the application's own deadline for commands, and some room. */
const requestMs = 3000;
/** The same for health checks, whose own deadline is 500 ms. */
const healthMs = 1000;
const shutdownMs = 5000;
const bootMs = 8000;

/** Asks for increments, health and doubles all the time until it is stopped, and remembers what came back. */
function startLoad(application, users = 20) {
  const [increments, checks, doubles] = [[], [], []];
  const stopping = new AbortController();
  const loop = async (method, path, results, pauseMs) => {
    while (!stopping.signal.aborted) {
      results.push(await application.request(method, path));
      await sleep(pauseMs);
    }
  };
  const loops = Array.from({ length: users }, () => loop('POST', '/counter', increments, 10));
  loops.push(loop('GET', '/ready', checks, 50), loop('GET', '/doubles/21', doubles, 50));
  const stop = async () => {
    stopping.abort();
    await Promise.all(loops);
  };
  return { increments, checks, doubles, stop };
}

function acknowledged(load) {
  return load.increments.filter(({ status }) => status === 201).length;
}

function longest(results) {
  return Math.round(Math.max(0, ...results.map(({ tookMs }) => tookMs)));
}

async function during(cluster, application, fault) {
  const load = startLoad(application);
  await eventually(() => acknowledged(load) > 200, { timeoutMs: 10_000, what: 'the application to work' });
  await eventually(() => load.doubles.some(({ status }) => status === 200), {
    what: 'the transport to work',
  });
  await fault(load);
  await load.stop();
  assert.ok(application.isRunning, `the application ended\n${application.output}`);
  assert.ok(longest(load.increments) < requestMs, `a request took ${longest(load.increments)} ms`);
  assert.ok(longest(load.checks) < healthMs, `a health check took ${longest(load.checks)} ms`);
  assert.ok(
    load.checks.every(({ status }) => status === 200 || status === 503),
    'a health check failed',
  );
  return load;
}

/** Everything answers again. */
async function works(application) {
  const check = async () => {
    assert.equal((await application.request('POST', '/counter')).status, 201);
    assert.equal((await application.request('GET', '/doubles/21')).body, 42);
    assert.equal((await application.request('GET', '/ready')).status, 200);
  };
  await eventually(check, { timeoutMs: 5000, what: 'everything to answer again' });
}

async function failover(cluster, application, fault) {
  const old = await cluster.master();
  const load = await during(cluster, application, async () => {
    await fault(old);
    await cluster.masterAfter(old);
    await works(application);
  });
  const master = await cluster.masterAfter(old);
  const count = Number(await master.command('GET', 'count'));
  return { load, count };
}

const scenarios = {
  'planned failover': async (cluster, application) => {
    const old = await cluster.master();
    let worked = 0;
    const load = await during(cluster, application, async (running) => {
      await cluster.failover();
      await cluster.masterAfter(old);
      worked = acknowledged(running);
      await eventually(() => acknowledged(running) > worked + 200, { timeoutMs: 10_000 });
    });
    const master = await cluster.masterAfter(old);
    const count = Number(await master.command('GET', 'count'));
    assert.equal(acknowledged(load), load.increments.length, 'a request failed');
    assert.equal(count, acknowledged(load), 'an acknowledged write was lost');
    await works(application);
    return `${count} writes, none lost, none failed, the longest ${longest(load.increments)} ms`;
  },
  'killed master': async (cluster, application) => {
    const { load, count } = await failover(cluster, application, (old) => cluster.kill(old));
    return summary(load, count);
  },
  'frozen master': async (cluster, application) => {
    const { load, count } = await failover(cluster, application, (old) => cluster.freeze(old));
    return summary(load, count);
  },
  'all sentinels dead, then everything': async (cluster, application) => {
    const load = await during(cluster, application, async (running) => {
      await Promise.all(cluster.sentinels.map((_, index) => cluster.stopSentinel(index)));
      const isDegraded = ({ body }) => body.details?.redis.message?.includes('no sentinel is connected');
      await eventually(() => isDegraded(running.checks.at(-1)), { what: 'a degraded health check' });
      assert.equal(acknowledged(running), running.increments.length, 'a request failed without sentinels');
      await Promise.all(cluster.nodes.map((node) => cluster.kill(node)));
      await eventually(() => running.checks.at(-1).status === 503, { what: 'a failing health check' });
      await sleep(requestMs);
    });
    return `${acknowledged(load)} writes, the longest request ${longest(load.increments)} ms, the longest check ${longest(load.checks)} ms`;
  },
};

function summary(load, count) {
  const failed = load.increments.length - acknowledged(load);
  return `${acknowledged(load)} acknowledged, ${failed} failed, ${count} there, the longest ${longest(load.increments)} ms`;
}

/** Starts the application, plays, stops it, and tells what it logged if anything is wrong. */
async function withApplication(cluster, folder, library, play) {
  const env = { LIBRARY: library, SENTINELS: JSON.stringify(cluster.sentinels) };
  const application = await ApplicationProcess.start(folder, env, bootMs);
  try {
    const result = await play(application);
    const tookMs = await application.stop(shutdownMs);
    assert.ok(tookMs < shutdownMs, `shutdown took longer than ${shutdownMs} ms`);
    assert.doesNotMatch(application.output, /unhandled/i);
    return `${result}boot ${Math.round(application.bootMs)} ms, shutdown ${Math.round(tookMs)} ms`;
  } catch (error) {
    throw new Error(`${error.message}\n${application.output.slice(-2000)}`, { cause: error });
  } finally {
    application.kill();
  }
}

async function scenario(folder, library, play) {
  const cluster = await startCluster();
  try {
    return await withApplication(
      cluster,
      folder,
      library,
      async (application) => `${await play(cluster, application)}; `,
    );
  } finally {
    await cluster.stop();
  }
}

/** Starts without a single sentinel, and finds them when they come. */
async function bootAlone(folder, library) {
  const cluster = await startCluster();
  const sentinels = [...cluster.sentinels.keys()];
  try {
    await Promise.all(sentinels.map((index) => cluster.stopSentinel(index)));
    return await withApplication(cluster, folder, library, async (application) => {
      const check = await application.request('GET', '/ready');
      assert.equal(check.status, 503);
      assert.ok(check.tookMs < healthMs, `the health check took ${check.tookMs} ms`);
      const request = await application.request('POST', '/counter');
      assert.equal(request.status, 500);
      assert.ok(request.tookMs < requestMs, `the request took ${request.tookMs} ms`);
      for (const index of sentinels) await cluster.startSentinel(index);
      const answered = async () => assert.equal((await application.request('POST', '/counter')).status, 201);
      await eventually(answered, { timeoutMs: 5000, what: 'a request to be answered' });
      return '';
    });
  } finally {
    await cluster.stop();
  }
}

/** Each scenario by its name: resolves with what was seen, or rejects. */
export function scenariosOf(folder, library) {
  const played = Object.entries(scenarios).map(([name, play]) => [
    name,
    () => scenario(folder, library, play),
  ]);
  return [...played, ['boot without sentinels', () => bootAlone(folder, library)]];
}
