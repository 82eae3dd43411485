import { sameAddress } from '@switchmaster/core';
import type { Deployment } from '../deployment.ts';
import { toAddress } from '../replies.ts';
import { askNode } from './ask-node.ts';
import { askSentinel } from './ask-sentinel.ts';
import { type SentinelFacts, type Survey, viewsOfSentinel } from './survey.ts';
import { troubleOf } from './trouble.ts';

/** Asks everybody at once. Whoever does not answer is a fact, too. */
export async function takeSurvey(deployment: Deployment, signal: AbortSignal): Promise<Survey> {
  const { name } = deployment;
  const [sentinels, nodes] = await Promise.all([
    Promise.all(deployment.sentinels.map((member) => askSentinel(member, name))),
    Promise.all(deployment.nodes.map((member) => askNode(member))),
  ]);
  const survey: Survey = { name, at: Date.now(), sentinels, nodes };
  return {
    ...survey,
    sentinels: await Promise.all(sentinels.map((one) => withAnnounced(one, survey, deployment, signal))),
  };
}

/** A sentinel that was given under one address may be announced under another, which clients will dial. */
async function withAnnounced(
  sentinel: SentinelFacts,
  survey: Survey,
  { servers }: Deployment,
  signal: AbortSignal,
): Promise<SentinelFacts> {
  const [view] = viewsOfSentinel(survey, sentinel);
  const announced = toAddress(view?.get('ip'), view?.get('port'));
  if (!announced || sameAddress(announced, sentinel.address)) return { ...sentinel, announced };
  try {
    using _ = await servers.connect('sentinel', announced, { signal });
    return { ...sentinel, announced };
  } catch (error) {
    return { ...sentinel, announced, announcedTrouble: troubleOf(error) };
  }
}
