import { ReplyError, type Reply } from '@switchmaster/core';
import type { Member } from '../deployment.ts';
import { parseInfo, toAddress, toRow, toRows, toTexts } from '../replies.ts';
import { certificateOf } from './certificate.ts';
import { Questions } from './questions.ts';
import type { SentinelFacts } from './survey.ts';

/** Asks one sentinel all that the rules want to know. */
export async function askSentinel(member: Member, name: string): Promise<SentinelFacts> {
  const questions = new Questions(member);
  const [id, info, address, master, replicas, peers, quorum] = await questions.ask([
    ['SENTINEL', 'MYID'],
    ['INFO'],
    ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name],
    ['SENTINEL', 'MASTER', name],
    ['SENTINEL', 'REPLICAS', name],
    ['SENTINEL', 'SENTINELS', name],
    ['SENTINEL', 'CKQUORUM', name],
  ]);
  const [host, port] = toTexts(address ?? null);
  return {
    kind: 'sentinel',
    address: member.address,
    trouble: questions.trouble,
    refused: questions.refused,
    certificate: certificateOf(member),
    info: parseInfo(info ?? null),
    id: typeof id === 'string' ? id : undefined,
    announced: undefined,
    announcedTrouble: undefined,
    masterAddress: toAddress(host, port),
    master: toRow(master ?? null),
    replicas: toRows(replicas ?? null),
    peers: toRows(peers ?? null),
    quorumTrouble: quorumTrouble(quorum),
  };
}

/** It says `-NOQUORUM …` where it fails; other errors say nothing about the quorum. */
function quorumTrouble(reply: Reply | undefined): string | undefined {
  return reply instanceof ReplyError && reply.code === 'NOQUORUM' ? reply.message : undefined;
}
