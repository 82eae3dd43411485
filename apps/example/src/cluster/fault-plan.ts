import type { FaultName, NodeView, SentinelView, Topology } from '../page/messages.ts';

/** Whom a fault is about, or why it is not possible. */
export type Plan =
  | { readonly kind: 'go'; readonly targets: readonly string[] }
  | { readonly kind: 'wrong-target'; readonly message: string }
  | { readonly kind: 'impossible'; readonly message: string };

type Server = NodeView | SentinelView;

/** What a fault does, as far as it can be decided by looking. */
interface Rule {
  /** Which servers it may be done to. */
  readonly among: (topology: Topology) => readonly Server[];
  readonly kind: 'node' | 'sentinel' | 'node or sentinel';
  /** To which of them, if nobody says. */
  readonly chosen: (candidates: readonly Server[], topology: Topology) => readonly Server[];
  readonly fits: (server: Server) => boolean;
  /** What is said of one that does not fit, and where there is none to choose. */
  readonly otherwise: string;
  readonly none: string;
  /** What speaks against it though the server fits. */
  readonly objection?: (target: Server, topology: Topology, isNamed: boolean) => string | undefined;
}

const isWell = ({ state, isolated }: Server): boolean => state === 'running' && !isolated;
const all = (candidates: readonly Server[]): readonly Server[] => candidates;
const theMaster = (candidates: readonly Server[], { master }: Topology): readonly Server[] =>
  candidates.filter(({ address }) => address === master);

const onMaster: Rule = {
  among: ({ nodes }) => nodes,
  kind: 'node',
  chosen: theMaster,
  fits: isWell,
  otherwise: 'does not run, or is cut off',
  none: 'There is no master now.',
  objection: whyNotReplaceable,
};
const ofNodes = { among: ({ nodes }: Topology) => nodes, kind: 'node', chosen: all } as const;
const ofSentinels = { among: ({ sentinels }: Topology) => sentinels, kind: 'sentinel' } as const;
const ofAll = {
  among: ({ nodes, sentinels }: Topology) => [...nodes, ...sentinels],
  kind: 'node or sentinel',
} as const;

const rules: Readonly<Record<FaultName, Rule>> = {
  failover: { ...onMaster, objection: whyNoFailover },
  kill: onMaster,
  freeze: onMaster,
  isolate: { ...onMaster, ...ofAll },
  'stop-sentinel': {
    ...ofSentinels,
    chosen: (candidates) => candidates.filter(isWell).slice(-1),
    fits: isWell,
    otherwise: 'does not run, or is cut off',
    none: 'No sentinel runs.',
    objection: (target, { sentinels }) =>
      sentinels.some((one) => one !== target && isWell(one))
        ? undefined
        : 'It is the last sentinel: without any, nobody could say who the master is.',
  },
  thaw: {
    ...ofNodes,
    fits: ({ state }) => state === 'frozen',
    otherwise: 'is not frozen',
    none: 'Nothing is frozen.',
  },
  restart: {
    ...ofNodes,
    chosen: (candidates, { master }) => {
      const dead = candidates.filter(({ state }) => state === 'dead');
      const replaced = dead.filter(({ address }) => address !== master);
      return replaced.length > 0 ? replaced : dead;
    },
    fits: ({ state }) => state === 'dead',
    otherwise: 'was not killed',
    none: 'No node was killed.',
    objection: ({ address }, { master }, isNamed) =>
      address === master && !isNamed
        ? `${address} is still the master and would come back empty: wait until another one is promoted, or name it as target.`
        : undefined,
  },
  heal: {
    ...ofAll,
    chosen: all,
    fits: ({ isolated }) => isolated,
    otherwise: 'is not isolated',
    none: 'Nothing is isolated.',
  },
  'start-sentinel': {
    ...ofSentinels,
    chosen: all,
    fits: ({ state }) => state === 'dead',
    otherwise: 'was not stopped',
    none: 'No sentinel was stopped.',
  },
};

/** Decides whom a fault is about, and whether it makes sense now. */
export function planOf(fault: FaultName, target: string | undefined, topology: Topology): Plan {
  const { among, kind, chosen, fits, otherwise, none, objection } = rules[fault];
  const servers = among(topology);
  const asked = servers.filter(({ address }) => address === target);
  if (target !== undefined && asked.length === 0) {
    const known = servers.map(({ address }) => address).join(', ');
    return { kind: 'wrong-target', message: `target must be a ${kind} (${known}); it is '${target}'.` };
  }
  const named = target === undefined ? chosen(servers, topology) : asked;
  const targets = named.filter(fits);
  if (targets.length === 0) {
    const [only, ...others] = named;
    const message = only && others.length === 0 ? `${only.address} ${otherwise}.` : none;
    return { kind: 'impossible', message };
  }
  const objections = targets.map((one) => objection?.(one, topology, target !== undefined));
  const objected = objections.find((one) => one !== undefined);
  if (objected !== undefined) return { kind: 'impossible', message: objected };
  return { kind: 'go', targets: targets.map(({ address }) => address) };
}

/** A fault that takes the master away is allowed while the sentinels could replace it. */
function whyNotReplaceable(target: Server, topology: Topology): string | undefined {
  if (target.address !== topology.master) return undefined;
  const { sentinels } = topology;
  if (sentinels.filter(isWell).length <= sentinels.length / 2) {
    return 'No majority of the sentinels runs that could elect another master: start them first.';
  }
  return whyNoFailover(target, topology);
}

function whyNoFailover(target: Server, { master, nodes }: Topology): string | undefined {
  if (target.address !== master) return `${target.address} is not the master, which is ${master}.`;
  const inStep = nodes.some(
    (node) => isWell(node) && node.role === 'replica' && node.replicates === master && node.linkUp,
  );
  return inStep
    ? undefined
    : 'No replica of it is in step that could be promoted: wait a moment, or restart, thaw or heal the others.';
}
