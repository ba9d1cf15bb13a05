// @ts-check
/**
 * The secret to which everything for a case's facilitators is sealed, one for each epoch: a 32-byte seed of a box key pair.
 * Guarantees that a secret opened is that of the public key signed in the case's statement, and that one seal opens the
 * case's whole history and nothing else does.
 */
import { be32, bytesOf, concat, pae, unb64 } from "./encoding.js";
import { ProtocolError } from "./errors.js";
import {
  aeadOpen,
  aeadSeal,
  boxPublicKey,
  equal,
  hash32,
  kdf,
  kid,
  openSeal as unseal,
  randomBytes,
  seal as sealTo,
} from "./primitives.js";

const SIZE = 32;

/** @returns {Uint8Array} 32 random bytes */
export const newSecret = () => randomBytes(SIZE);

/** The epoch's box key, as `epoch_pk` in the case statement. @param {Uint8Array} secret @returns {Uint8Array} */
export const publicKey = (secret) => boxPublicKey(secret);

/** @param {Uint8Array} secret @param {string} caseId @param {number} epoch @param {Uint8Array} boxPk */
function sealed(secret, caseId, epoch, boxPk) {
  return pae("mediation/v1/epoch", concat(unb64(caseId), be32(epoch), hash32(boxPk), secret));
}

/** @param {Uint8Array} secret @param {Uint8Array} epochPk */
function check(secret, epochPk) {
  if (secret.length !== SIZE || !equal(publicKey(secret), epochPk)) throw new ProtocolError("epoch-key-wrong");
  return secret;
}

/**
 * The secret sealed to a facilitator or to the recovery key.
 * @param {Uint8Array} secret
 * @param {string} caseId
 * @param {number} epoch
 * @param {Uint8Array} boxPk
 * @returns {Uint8Array}
 * @throws {ProtocolError} bad-key
 */
export const seal = (secret, caseId, epoch, boxPk) => sealTo(boxPk, sealed(secret, caseId, epoch, boxPk));

/**
 * @param {Uint8Array} blob
 * @param {Uint8Array} boxSeed
 * @param {string} caseId
 * @param {number} epoch
 * @param {Uint8Array} epochPk as signed in the case's statement
 * @returns {Uint8Array} the secret
 * @throws {ProtocolError} cannot-open, epoch-seal-misplaced (another case, epoch or key), epoch-key-wrong
 */
export function openSeal(blob, boxSeed, caseId, epoch, epochPk) {
  const opened = unseal(boxSeed, blob);
  const secret = opened.slice(-SIZE);
  if (!equal(opened, sealed(secret, caseId, epoch, boxPublicKey(boxSeed))))
    throw new ProtocolError("epoch-seal-misplaced");
  return check(secret, epochPk);
}

/** @param {Uint8Array} secret */
const linkKey = (secret) => kdf(secret, 1, "medepoch");

/** @param {string} caseId @param {number} epoch */
const linkPlace = (caseId, epoch) => pae("mediation/v1/epoch-prev", bytesOf(`${caseId}.${epoch}`));

/**
 * The secret of the epoch before, encrypted under the secret of `epoch`.
 * @param {Uint8Array} secret
 * @param {Uint8Array} previous
 * @param {string} caseId
 * @param {number} epoch
 * @returns {Uint8Array}
 */
export const link = (secret, previous, caseId, epoch) => aeadSeal(linkKey(secret), previous, linkPlace(caseId, epoch));

/**
 * @param {Uint8Array} secret
 * @param {Uint8Array} blob the link beside `epoch`
 * @param {string} caseId
 * @param {number} epoch
 * @param {Uint8Array} previousPk
 * @returns {Uint8Array} the secret of the epoch before
 * @throws {ProtocolError} cannot-open, epoch-key-wrong
 */
export function followLink(secret, blob, caseId, epoch, previousPk) {
  return check(aeadOpen(linkKey(secret), blob, linkPlace(caseId, epoch)), previousPk);
}

/**
 * Every epoch's secret by the kid of its key, from the newest secret.
 * @param {Uint8Array} secret
 * @param {string} caseId
 * @param {readonly Uint8Array[]} epochPks index 0 is the key of epoch 1
 * @param {Map<number, Uint8Array>} links n: what stands beside epoch n
 * @returns {Map<string, Uint8Array>}
 * @throws {ProtocolError} epoch-key-wrong, epoch-link-missing, cannot-open
 */
export function openHistory(secret, caseId, epochPks, links) {
  const secrets = new Map([[kid(epochPks[epochPks.length - 1]), check(secret, epochPks[epochPks.length - 1])]]);
  for (let epoch = epochPks.length; epoch > 1; epoch--) {
    const blob = links.get(epoch);
    if (!blob) throw new ProtocolError("epoch-link-missing");
    secret = followLink(secret, blob, caseId, epoch, epochPks[epoch - 2]);
    secrets.set(kid(epochPks[epoch - 2]), secret);
  }
  return secrets;
}
