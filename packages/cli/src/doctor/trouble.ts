import { isSwitchmasterError, ReplyError } from '@switchmaster/core';
import type { Trouble } from './survey.ts';

/** What an error that ended a connection says of the server. */
export function troubleOf(error: unknown): Trouble {
  const message = error instanceof Error ? error.message : String(error);
  return { reason: reasonOf(error, message), message };
}

function reasonOf(error: unknown, message: string): Trouble['reason'] {
  if (/\bDENIED\b/.test(message)) return 'protected';
  if (error instanceof ReplyError) return 'refused';
  if (!isSwitchmasterError(error)) return 'unreachable';
  if (error.code === 'AUTH_REFUSED') return 'refused';
  if (error.code === 'TIMED_OUT') return 'silent';
  if (error.code === 'PROTOCOL_ERROR' && message.includes('certificate')) return 'certificate';
  return 'unreachable';
}
