import { ReplyError, type Reply } from '@switchmaster/core';
import type { Member } from '../deployment.ts';
import { parseFields, parseInfo, type Row, toAddress, toRow, toTexts } from '../replies.ts';
import { certificateOf } from './certificate.ts';
import { findDenials } from './denials.ts';
import { Questions } from './questions.ts';
import type { NodeFacts } from './survey.ts';

const parameters = [
  'appendonly',
  'masteruser',
  'min-replicas-max-lag',
  'min-replicas-to-write',
  'protected-mode',
  'replica-priority',
  'save',
] as const;

/** Asks one node all that the rules want to know. */
export async function askNode(member: Member): Promise<NodeFacts> {
  const questions = new Questions(member);
  const [role, info, defaultUser, clients, masterAuth, ...settings] = await questions.ask([
    ['ROLE'],
    ['INFO'],
    ['ACL', 'GETUSER', 'default'],
    ['CLIENT', 'LIST'],
    ['CONFIG', 'GET', 'masterauth'],
    ...parameters.map((parameter) => ['CONFIG', 'GET', parameter] as const),
  ]);
  const fields = parseInfo(info ?? null);
  const config: Row = new Map(settings.flatMap((setting) => [...toRow(setting)]));
  const denials = await findDenials(questions, clients ?? null, config);
  return {
    kind: 'node',
    address: member.address,
    trouble: questions.trouble,
    refused: [...new Set(questions.refused)],
    certificate: certificateOf(member),
    info: fields,
    config,
    ...roleOf(role ?? null, fields),
    replicas: [...fields].filter(([key]) => /^slave\d+$/.test(key)).map(([, value]) => parseFields(value)),
    hasMasterAuth: hasPassword(masterAuth ?? null),
    open: isOpen(defaultUser ?? null),
    denials,
  };
}

function roleOf(role: Reply, info: Row): Pick<NodeFacts, 'role' | 'replicates'> {
  const [kind = info.get('role'), host = info.get('master_host'), port = info.get('master_port')] =
    toTexts(role);
  if (kind === 'master') return { role: 'master', replicates: undefined };
  return { role: kind === 'slave' ? 'replica' : undefined, replicates: toAddress(host, port) };
}

/** Whether there is one; what it is stays out of the survey. */
function hasPassword(reply: Reply): boolean | undefined {
  const value = toRow(reply).get('masterauth');
  return value === undefined ? undefined : value !== '';
}

/** The flags of the default user; before Redis 6 there are none to ask for. */
function isOpen(reply: Reply): boolean | undefined {
  if (reply === null || reply instanceof ReplyError || !Array.isArray(reply)) return undefined;
  const flags = toTexts(reply[reply.indexOf('flags') + 1] ?? null);
  return flags.includes('nopass') && flags.includes('on');
}
