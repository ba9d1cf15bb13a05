// @ts-check
/**
 * Finds every check in the JavaScript files named on the command line, as `points.py` does in Python, and writes them as
 * one JSON array: `{path, function, operator, code, start, end, since, reach, exact, edit: [from, to, text]}`.
 *
 * Needs `node --expose-internals`: the parser is the one that node carries for itself, so none has to be installed.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { CODES } from "../../../static/js/protocol/errors.js";

const require = createRequire(import.meta.url);
const acorn = require("internal/deps/acorn/acorn/dist/acorn");
const { fullAncestor } = require("internal/deps/acorn/acorn-walk/dist/walk");

/** @typedef {any} Node an ESTree node */
/** @typedef {{node: Node, operator: string, text: string, within: string}} Found what to put in a node's place */

/** Methods that are called for what they do, not for what they refuse. */
const BUILDING = new Set(["add", "delete", "fill", "forEach", "freeze", "pop", "push", "set", "sort", "splice", "wipe", "write"]);
const EXACT = new Set(["raise", "part", "call", "value", "field"]);
const ENDS = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression", "ClassDeclaration"]);

/** @param {Node} callee */
const nameOf = (callee) => (callee.type === "MemberExpression" ? callee.property.name : callee.name) ?? "";
/** Functions that return their first argument. */
const PASSING = new Set(["checkBoxKey", "checkId", "checkInt", "checkPin", "checkSignKey", "checkText"]);
/** Whether a call's name says that it checks its first argument. @param {Node} node */
const checks = (node) => node.type === "CallExpression" && /^(check[A-Z]|need$)/.test(nameOf(node.callee));
/** Whether only a mistake in our own code can throw it. @param {Node} node */
const isOurs = ({ argument }) => argument.type === "NewExpression" && argument.callee.name === "Error";
/** Whether it throws on what was caught. @param {Node} node */
const isAgain = ({ type, argument }) => type === "ThrowStatement" && argument.type === "Identifier";
/** @param {Node} node */
const throwing = (node) => node.type === "ThrowStatement" || (node.type === "BlockStatement" && node.body.every(throwing));

/**
 * The parts of a condition that refuse each by itself, if there are several.
 * @param {Node} node
 * @param {boolean} positive the condition must hold, else it refuses
 * @returns {{node: Node, positive: boolean}[]}
 */
function parts(node, positive) {
  if (node.type === "UnaryExpression" && node.operator === "!") return parts(node.argument, !positive);
  if (node.type !== "LogicalExpression" || node.operator !== (positive ? "&&" : "||")) return [];
  return [node.left, node.right].flatMap((each) => {
    const inner = parts(each, positive);
    return inner.length > 0 ? inner : [{ node: each, positive }];
  });
}

/** @param {Node} node @param {boolean} positive @param {string} operator */
const dropParts = (node, positive, operator) =>
  parts(node, positive).map((part) => ({ node: part.node, operator, text: String(part.positive) }));

/** What a node's own place says about it. @type {Record<string, (node: Node, parent: Node, names: string[]) => any[]>} */
const FINDERS = {
  ThrowStatement: (node) => (isOurs(node) ? [] : [{ node, operator: "raise", text: "{}" }]),
  IfStatement: (node) => (throwing(node.consequent) ? dropParts(node.test, false, "part").map((each) => ({ ...each, around: node })) : []),
  ConditionalExpression: (node) => dropParts(node.test, true, "holds"),
  VariableDeclarator: (node) => (node.init && node.init.right?.type !== "TemplateLiteral" ? dropParts(node.init, true, "holds") : []),
  ReturnStatement: (node) => [...(node.argument ? dropParts(node.argument, true, "holds") : []), ...codes(node)],
  ArrowFunctionExpression: (node) => (node.expression ? dropParts(node.body, true, "holds") : []),
  ObjectExpression: (node, _, names) => (names.length === 1 ? fields(node) : []),
  CallExpression: called,
};

/** Reasons for refusing that are returned. @param {Node} node */
function codes(node) {
  const branches = node.argument?.type === "ConditionalExpression" ? [node.argument.consequent, node.argument.alternate] : [node.argument];
  return branches.filter((each) => each?.type === "Literal" && each.value in CODES).map((each) => ({ node: each, operator: "code", text: "null" }));
}

/** Tables of fields stand at the top of a module. @param {Node} node */
function fields(node) {
  const looked = ["CallExpression", "Identifier", "MemberExpression", "ArrowFunctionExpression", "FunctionExpression"];
  return node.properties
    .filter((/** @type {Node} */ each) => each.type === "Property" && looked.includes(each.value.type))
    .map((/** @type {Node} */ each) => ({ node: each, operator: "field", text: `${each.key.name ?? each.key.raw}: () => {}` }));
}

/** @param {Node} node @param {Node} parent */
function called(node, parent) {
  const name = nameOf(node.callee);
  if (node.callee.type === "Super") return [];
  if (name === "filter" && node.callee.type === "MemberExpression") {
    return [{ node, operator: "filter", text: "" }];
  }
  const needed = name === "need" ? dropParts(node.arguments[0], true, "holds") : [];
  if (parent.type === "ExpressionStatement") return BUILDING.has(name) ? [] : [{ node: parent, operator: "call", text: ";" }, ...needed];
  const within = parent.type === "ArrowFunctionExpression" || parent.type === "UnaryExpression";
  if (within && checks(node)) return [{ node, operator: "call", text: "undefined" }, ...needed];
  return PASSING.has(name) || (name === "check" && node.arguments[0]?.name === "type") ? [{ node, operator: "value", text: "" }] : needed;
}

/** The replacement where it is a piece of the node itself. @param {string} source @param {Found} found */
function replacement(source, { node, operator, text }) {
  const kept = operator === "filter" ? node.callee.object : operator === "value" ? node.arguments[nameOf(node.callee) === "check" ? 1 : 0] : null;
  return kept ? `(${source.slice(kept.start, kept.end)})` : text;
}

/** The names of the functions and tables around a node, the outermost first. @param {Node[]} ancestors */
function namesAround(ancestors) {
  return ancestors.flatMap((each) => {
    if (each.type === "VariableDeclarator" && each.id.type === "Identifier") return [each.id.name];
    if (ENDS.has(each.type) && each.id) return [each.id.name];
    return each.type === "Property" && each.key.name ? [each.key.name] : [];
  });
}

/** How deep in functions a node is; 1 stands for "in a table at the top of a module". @param {Node[]} ancestors */
const atTop = (ancestors) => !ancestors.some((each) => ENDS.has(each.type));

/** @param {string} path */
function points(path) {
  const source = readFileSync(path, "utf8");
  /** @type {any[]} */
  const found = [];
  fullAncestor(acorn.parse(source, { ecmaVersion: "latest", sourceType: "module", locations: true }), (/** @type {Node} */ node, /** @type {any} */ _, /** @type {Node[]} */ ancestors) => {
    const around = ancestors.slice(0, -1);
    const parent = around.at(-1) ?? node;
    const names = namesAround(around);
    const table = atTop(around) ? ["table"] : [];
    const own = FINDERS[node.type]?.(node, parent, table) ?? [];
    if (names.includes("alarms") && node.type === "ObjectExpression") own.push(...alarms(node));
    const tried = ancestors.some((each, at) => each.type === "TryStatement" && ancestors[at + 1] === each.block);
    // What is caught may be a mistake of our own, which no refusal goes through.
    const caught = isAgain(node) || ancestors.some((each) => each.type === "CatchClause");
    const again = isAgain(node) ? { around: around.findLast((each) => each.type === "TryStatement") } : {};
    found.push(...own.map((/** @type {Found} */ each) => ({ ...each, ...again, tried, caught, within: names.join(".") || "module" })));
  });
  return found.sort((a, b) => a.node.start - b.node.start || a.node.end - b.node.end).map((each) => ({
    path,
    function: each.within,
    operator: each.operator,
    exact: EXACT.has(each.operator) && !each.caught && !(each.operator === "call" && each.tried) && each.within !== "RELATIONS",
    code: source.slice(each.node.start, each.node.end).replace(/\s+/g, " "),
    start: each.node.loc.start.line,
    end: each.node.loc.end.line,
    since: (each.around ?? each.node).loc.start.line,
    reach: (each.around ?? each.node).loc.end.line,
    edit: [each.node.start, each.node.end, replacement(source, each)],
  }));
}

/** A table of alarms: each name with whether it sounds. @param {Node} node */
const alarms = (node) => node.properties.map((/** @type {Node} */ each) => ({ node: each.value, operator: "code", text: "false" }));

process.stdout.write(JSON.stringify(process.argv.slice(2).flatMap(points)));
