import { isSuperseded } from './failover.ts';
import type { Outcome } from './outcome.ts';
import { failoverOf, journeyIn, type Scene, timelineOf, warmUpMs } from './scene.ts';
import type { Mark } from './strip.ts';
import { count, duration } from './style.ts';
import { type Tally, tallyOf } from './tally.ts';
import { type Entry, inOrder } from './timeline.ts';
import type { ClientView, RunView } from './view.ts';
import type { WriterProcess } from './writer-process.ts';
import type { WriteRecord } from './writer.ts';

/** What a writer leaves behind: its writes, and which of them the final master has. */
export interface Legacy {
  readonly writer: WriterProcess;
  readonly record: WriteRecord;
  readonly survivors: ReadonlySet<number>;
}

/** A run that is over: its lines of the table, and its picture. */
export interface Result {
  readonly outcomes: readonly Outcome[];
  readonly view: RunView;
  readonly superseded: boolean;
}

/** A client's share of a result. */
interface Story {
  readonly writer: WriterProcess;
  readonly tally: Tally;
  readonly errors: Readonly<Record<string, number>>;
  readonly marks: readonly Mark[];
}

export function conclude(scene: Scene, legacies: readonly Legacy[], endAt: number): Result {
  const endMs = endAt - scene.faultAt;
  const stories = legacies.map((legacy) => storyOf(scene, legacy, endAt));
  return {
    superseded: isSuperseded(failoverOf(scene)),
    outcomes: stories.map((story) => outcomeOf(scene, story)),
    view: {
      fault: scene.fault,
      stage: '',
      now: undefined,
      window: { from: -warmUpMs, to: endMs },
      clients: stories.map(clientView),
      timeline: inOrder([...timelineOf(scene), ...stories.flatMap(newsOf)]).filter(
        ({ atMs }) => atMs <= endMs,
      ),
    },
  };
}

function storyOf({ faultAt }: Scene, { writer, record, survivors }: Legacy, endAt: number): Story {
  const acks = record.acks.map(({ n, at }) => ({ n, at: at - faultAt }));
  return {
    writer,
    errors: record.errors,
    tally: tallyOf({ ...record, acks }, { from: 0, to: endAt - faultAt }, (n) => survivors.has(n)),
    marks: acks.map(({ n, at }): Mark => ({ at, fate: survivors.has(n) ? 'kept' : 'lost' })),
  };
}

function outcomeOf(scene: Scene, { writer, tally, errors }: Story): Outcome {
  const failover = failoverOf(scene);
  const journey = journeyIn(scene, writer);
  return {
    client: writer.client,
    fault: scene.fault.name,
    acked: tally.acked,
    lost: tally.lost,
    failed: tally.failed,
    hung: tally.hung,
    longestGapMs: Math.round(tally.longestGap.ms),
    promotedMs: whole(failover.promoted?.atMs),
    announcedMs: whole(failover.announcements[0]?.atMs),
    heldMs: whole(journey.heldMs),
    movedMs: whole(journey.movedMs),
    firstWriteMs: whole(journey.firstWriteMs),
    superseded: isSuperseded(failover),
    errors,
  };
}

function whole(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms);
}

function clientView({ writer, tally, marks }: Story): ClientView {
  const harm = worstOf(tally);
  const note = harm ?? `0 lost, gap ${duration(tally.longestGap.ms)}`;
  return { name: writer.client, marks, note, mood: harm === undefined ? 'good' : 'bad' };
}

function worstOf({ lost, failed, hung }: Tally): string | undefined {
  if (lost > 0) return `${count(lost)} lost`;
  if (failed > 0) return `${count(failed)} failed`;
  return hung > 0 ? `${count(hung)} hang` : undefined;
}

/** What only the count has shown. */
function newsOf({ writer, tally, marks }: Story): Entry[] {
  const who = writer.client;
  const {
    lost,
    hung,
    longestGap: { from, ms },
  } = tally;
  const firstLost = marks.find(({ fate }) => fate === 'lost');
  const gap =
    hung > 0 ? `no reply for ${duration(ms)}: ${count(hung)} writes hang` : `longest gap: ${duration(ms)}`;
  return [
    ...(firstLost
      ? [{ atMs: firstLost.at, who, what: `from here on ${count(lost)} acked writes are lost`, bad: true }]
      : []),
    { atMs: from + ms, who, what: gap, bad: hung > 0 },
  ];
}
