// @ts-check
/**
 * The private check: points at what usually makes a facilitator give a letter back. Guarantees that it uses only the
 * text that it is given, tells nobody, and gives advice alone: nothing here stops a letter.
 *
 * It is the same for everybody: it never asks a person to soften what they feel.
 */

/** @typedef {"phone" | "email" | "postcode" | "address" | "handle" | "link" | "threat"} Kind */
/** @typedef {{kind: Kind, quote: string, at: number}} Finding `at`: where in the text it begins */

const STREET = "street|st|road|rd|avenue|ave|lane|close|drive|court|crescent|gardens|place|terrace|grove|square|row|mews|hill|walk";
const NETWORK = "instagram|insta|snapchat|snap|whatsapp|facebook|messenger|tiktok|telegram|discord|signal|twitter|youtube";
const HURT = "kill|hurt|stab|smash|burn|batter|shoot|beat|slap|punch|destroy|find|get|come for|come after";

/** Each pattern is used on the text alone; `digits`: how many a finding must have to count. @type {{kind: Kind, pattern: RegExp, digits?: [number, number]}[]} */
const PATTERNS = [
  { kind: "email", pattern: /[\p{L}\p{N}._%+-]+\s?(?:@|\(at\)|\[at\])\s?[\p{L}\p{N}-]+(?:\s?(?:\.|\(dot\)|\[dot\])\s?[\p{L}]{2,})+/giu },
  { kind: "email", pattern: /\b[\p{L}\p{N}._-]{2,} at (?:gmail|hotmail|outlook|yahoo|icloud)(?: dot com| dot co dot uk)?\b/giu },
  { kind: "link", pattern: /\b(?:https?:\/\/|www\.)\S+/giu },
  { kind: "phone", pattern: /(?:\+|\b)\d(?:[\s().-]{0,3}\d){8,14}\b/gu, digits: [9, 15] },
  { kind: "postcode", pattern: /\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[ABD-HJLNP-UW-Z]{2}\b/giu },
  { kind: "address", pattern: new RegExp(`\\b(?:flat\\s+)?\\d{1,4}[a-z]?,?\\s+(?:[\\p{L}'’-]+\\s+){1,3}(?:${STREET})\\b`, "giu") },
  { kind: "address", pattern: /\bflat\s+\d{1,4}[a-z]?\b/giu },
  { kind: "handle", pattern: /(?<![\p{L}\p{N}._%+-])@[\p{L}\p{N}_.]{3,}/giu },
  { kind: "handle", pattern: new RegExp(`\\b(?:(?:find|add|message|follow|dm) me on|my|i(?:'m|’m| am) on)\\s+(?:${NETWORK})\\b[^.!?\\n]{0,30}`, "giu") },
  { kind: "threat", pattern: new RegExp(`\\b(?:i(?:'ll|’ll| will| am going to|'m going to|’m going to|'m gonna|’m gonna)|we(?:'ll|’ll| will))\\s+(?:${HURT})\\s+(?:you|u|your|ya|them|him|her)\\b`, "giu") },
  { kind: "threat", pattern: /\b(?:watch your back|you(?:'ll|’ll| will) (?:pay for|regret)|you(?:'re|’re| are) (?:dead|finished)|i know where (?:you|your)\b[^.!?\n]{0,30})/giu },
];

/** Days, such as 03.11.2026 before a time, are no telephone numbers; every place in the text stays where it is. @param {string} text */
const withoutDays = (text) => text.replace(/\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b/gu, (day) => "x".repeat(day.length));

/** @param {string} text @param {[number, number] | undefined} range */
function hasDigits(text, range) {
  const count = text.replace(/\D/gu, "").length;
  return !range || (count >= range[0] && count <= range[1]);
}

/** @param {Finding} one @param {Finding} other */
const overlap = (one, other) => one.at < other.at + other.quote.length && other.at < one.at + one.quote.length;

/**
 * What somebody may want to look at again, in the order of the text; of two that overlap, the one whose pattern comes first.
 * @param {string} text
 * @returns {Finding[]}
 */
export function check(text) {
  const looked = withoutDays(text);
  /** @type {Finding[]} */
  const found = [];
  for (const { kind, pattern, digits } of PATTERNS) {
    for (const match of looked.matchAll(pattern)) {
      const finding = { kind, quote: text.slice(match.index, match.index + match[0].length).trim(), at: match.index };
      if (hasDigits(finding.quote, digits) && !found.some((other) => overlap(finding, other))) found.push(finding);
    }
  }
  return found.sort((one, other) => one.at - other.at);
}
