// @ts-check
/**
 * The few functions of libsodium that the protocol is built on, under the specification's names.
 * Guarantees that every failure is a ProtocolError with a code and that nothing is returned unless
 * it was authenticated. All synchronous after `await ready()`. Bytes are Uint8Array.
 */
import sodium from "../../vendor/libsodium-wrappers.mjs";
import { b64, bytesOf, checkInt, concat } from "./encoding.js";
import { ProtocolError } from "./errors.js";

const NONCE = 24;
const MIB = 2 ** 20;

/** Resolves when libsodium can be called. @returns {Promise<void>} */
export const ready = () => sodium.ready;

/** @param {number} n @returns {Uint8Array} n random bytes */
export const randomBytes = (n) => sodium.randombytes_buf(n);

/** @param {Uint8Array} bytes @param {number} size @throws {ProtocolError} bad-length */
export function checkSize(bytes, size) {
  if (bytes.length !== size) throw new ProtocolError("bad-length");
}

/** H: BLAKE2b-256, unkeyed. @param {Uint8Array} message @returns {Uint8Array} */
export const hash32 = (message) => sodium.crypto_generichash(32, message, null);

/** SHA-256, for RFC 9162 trees and the audit log only. @param {Uint8Array} message @returns {Uint8Array} */
export const sha256 = (message) => sodium.crypto_hash_sha256(message);

/** MAC: BLAKE2b-256 with a 32-byte key. @param {Uint8Array} key @param {Uint8Array} message @returns {Uint8Array} */
export function mac(key, message) {
  checkSize(key, 32);
  return sodium.crypto_generichash(32, message, key);
}

/**
 * KDF: 32 bytes from a 32-byte key.
 * @param {Uint8Array} key
 * @param {number} index
 * @param {string} context 8 ASCII characters
 * @returns {Uint8Array}
 */
export function kdf(key, index, context) {
  checkSize(key, 32);
  checkSize(bytesOf(context), 8);
  return sodium.crypto_kdf_derive_from_key(32, index, context, key);
}

/** @param {Uint8Array} seed 32 bytes @returns {Uint8Array} the Ed25519 public key */
export function signPublicKey(seed) {
  checkSize(seed, 32);
  return sodium.crypto_sign_seed_keypair(seed).publicKey;
}

/** @param {Uint8Array} seed 32 bytes @param {Uint8Array} message @returns {Uint8Array} 64 bytes */
export function sign(seed, message) {
  checkSize(seed, 32);
  return sodium.crypto_sign_detached(message, sodium.crypto_sign_seed_keypair(seed).privateKey);
}

/**
 * Refuses S+L, small-order and non-canonical keys as well as plain mismatches (libsodium checks them).
 * @param {Uint8Array} publicKey
 * @param {Uint8Array} message
 * @param {Uint8Array} signature
 * @throws {ProtocolError} bad-signature
 */
export function verify(publicKey, message, signature) {
  const sizes = publicKey.length === 32 && signature.length === 64;
  if (!sizes || !sodium.crypto_sign_verify_detached(signature, message, publicKey)) {
    throw new ProtocolError("bad-signature");
  }
}

/**
 * @param {Uint8Array} publicKey
 * @returns {Uint8Array} the same, if it is a canonical Ed25519 point of the prime-order group
 * @throws {ProtocolError} bad-key
 */
export function checkSignKey(publicKey) {
  if (publicKey.length !== 32 || !sodium.crypto_core_ed25519_is_valid_point(publicKey)) {
    throw new ProtocolError("bad-key");
  }
  return publicKey;
}

/** @param {Uint8Array} seed 32 bytes @returns {Uint8Array} the X25519 public key */
export function boxPublicKey(seed) {
  checkSize(seed, 32);
  return sodium.crypto_box_seed_keypair(seed).publicKey;
}

/**
 * A number that is not reduced would be a second spelling, and so a second `kid`, of the same key.
 * @param {Uint8Array} publicKey
 * @returns {Uint8Array} the same, if it is a canonical X25519 key that does not have low order
 * @throws {ProtocolError} bad-key
 */
export function checkBoxKey(publicKey) {
  if (!isReduced(publicKey)) throw new ProtocolError("bad-key");
  try {
    // Throws when there are more bytes than 32, and when the product is zero: low order.
    sodium.crypto_scalarmult(new Uint8Array(32), publicKey);
  } catch {
    throw new ProtocolError("bad-key");
  }
  return publicKey;
}

/** Little-endian number below 2^255 − 19, by its first 32 bytes; never with fewer. @param {Uint8Array} number */
function isReduced(number) {
  const top = number[31] === 0x7f && number.subarray(1, 31).every((byte) => byte === 0xff);
  return number[31] < 0x80 && !(top && number[0] >= 0xed);
}

/**
 * SEAL. @param {Uint8Array} publicKey @param {Uint8Array} message @returns {Uint8Array}
 * @throws {ProtocolError} bad-key (malformed or low order)
 */
export function seal(publicKey, message) {
  return sodium.crypto_box_seal(message, checkBoxKey(publicKey));
}

/**
 * OPEN, with the key pair of a seed. @param {Uint8Array} seed @param {Uint8Array} sealed @returns {Uint8Array}
 * @throws {ProtocolError} cannot-open
 */
export function openSeal(seed, sealed) {
  checkSize(seed, 32);
  const pair = sodium.crypto_box_seed_keypair(seed);
  try {
    return sodium.crypto_box_seal_open(sealed, pair.publicKey, pair.privateKey);
  } catch {
    throw new ProtocolError("cannot-open");
  }
}

/**
 * AEAD: XChaCha20-Poly1305-IETF under a random nonce.
 * @param {Uint8Array} key 32 bytes
 * @param {Uint8Array} message
 * @param {Uint8Array} aad
 * @returns {Uint8Array} nonce ‖ ciphertext
 */
export function aeadSeal(key, message, aad) {
  checkSize(key, 32);
  const nonce = randomBytes(NONCE);
  return concat(nonce, sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(message, aad, null, nonce, key));
}

/**
 * @param {Uint8Array} key
 * @param {Uint8Array} blob nonce ‖ ciphertext
 * @param {Uint8Array} aad
 * @returns {Uint8Array}
 * @throws {ProtocolError} cannot-open
 */
export function aeadOpen(key, blob, aad) {
  checkSize(key, 32);
  const nonce = blob.subarray(0, NONCE);
  try {
    return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, blob.subarray(NONCE), aad, nonce, key);
  } catch {
    throw new ProtocolError("cannot-open");
  }
}

/**
 * PWHASH: Argon2id 1.3, 32 bytes. Parameters come from the server, so they are bounded before any work.
 * @param {Uint8Array} passphrase
 * @param {Uint8Array} salt 16 bytes
 * @param {number} opslimit 3 to 16
 * @param {number} memlimit bytes, 64 to 256 MiB
 * @returns {Uint8Array}
 * @throws {ProtocolError} pwhash-bounds, bad-length (salt)
 */
export function pwhash(passphrase, salt, opslimit, memlimit) {
  checkInt(opslimit, 3, 16, "pwhash-bounds");
  checkInt(memlimit, 64 * MIB, 256 * MIB, "pwhash-bounds");
  checkSize(salt, 16);
  return sodium.crypto_pwhash(32, passphrase, salt, opslimit, memlimit, sodium.crypto_pwhash_ALG_ARGON2ID13);
}

/** Key id of a public key, signing or box: B64(H(key)). @param {Uint8Array} publicKey @returns {string} */
export const kid = (publicKey) => b64(hash32(publicKey));

/** Compares in constant time. @param {Uint8Array} a @param {Uint8Array} b @returns {boolean} */
export const equal = (a, b) => a.length === b.length && sodium.memcmp(a, b);

/** Overwrites secret bytes. @param {Uint8Array} bytes */
export const wipe = (bytes) => sodium.memzero(bytes);
