/** @import { ApiError, FaultName, LaneName, LaneRequest } from '../../src/page/messages.ts' */

/**
 * @param {FaultName} fault
 * @returns {Promise<void>}
 */
export async function inflict(fault) {
  await post(`/api/faults/${fault}`, {});
}

/**
 * @param {LaneName} lane
 * @param {LaneRequest} change
 * @returns {Promise<void>}
 */
export async function setLane(lane, change) {
  await post(`/api/lanes/${lane}`, change);
}

/**
 * Rejects with a sentence for people. What came of it is told by the events.
 *
 * @param {string} path
 * @param {object} body
 * @returns {Promise<void>}
 */
async function post(path, body) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }).catch(
    (/** @type {unknown} */ error) => {
      throw new Error('The application does not answer.', { cause: error });
    },
  );
  if (response.ok) return;
  const answer = /** @type {Partial<ApiError>} */ (await response.json().catch(() => ({})));
  throw new Error(answer.message ?? `The application answered ${response.status}.`);
}
