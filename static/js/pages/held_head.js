// @ts-check
/** What a head of the audit log has to be held against: the one that was kept, and the proof that it goes on from that. */
import { get } from "../page/api.js";

/**
 * The hashes which prove that a head goes on from the kept one; none where there is nothing to prove, or nothing could.
 * @param {{log: number, note: string, size: number}} head
 * @param {{origin: string, size: number} | null} kept
 * @returns {Promise<string[]>}
 */
export async function proofFrom({ log, note, size }, kept) {
  if (!kept || !note.startsWith(`${kept.origin}\n`) || kept.size >= size) return [];
  return (await get(`/audit/consistency?log=${log}&first=${kept.size}&size=${size}`)).proof;
}
