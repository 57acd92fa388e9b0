import { GROUPS, POINTERS, PROPERTIES, SELECTOR_FUNCTIONS, VALUE_FUNCTIONS } from "./allow.ts";
import { readTokens, writeTokens } from "./token.ts";
import type { Token, TokenKind } from "./token.ts";

/** One `property: value`, both as they may stand in a rebuilt document. */
export interface Declaration {
  readonly property: string;
  readonly value: string;
}

export interface StyleRule {
  readonly selector: string;
  readonly declarations: readonly Declaration[];
}

interface GroupRule {
  /** The rule's name and condition, as in `media print`. */
  readonly head: string;
  readonly rules: readonly Rule[];
}

type Rule = StyleRule | GroupRule;

/** What a run of tokens may consist of. */
interface Grammar {
  readonly marks: string;
  readonly functions: ReadonlySet<string>;
  readonly strings: boolean;
  readonly links: boolean;
}

const NONE: ReadonlySet<string> = new Set();
const VALUE: Grammar = { marks: ",/+*.#%()", functions: VALUE_FUNCTIONS, strings: true, links: false };
const POINTER: Grammar = { ...VALUE, links: true };
const SELECTOR: Grammar = {
  marks: ",+*.#%()>~:[]=^$|",
  functions: SELECTOR_FUNCTIONS,
  strings: true,
  links: false,
};
const CONDITION: Grammar = { marks: ",.:()/>=", functions: NONE, strings: false, links: false };

const ALLOWED: Readonly<Record<TokenKind, (text: string, grammar: Grammar) => boolean>> = {
  space: () => true,
  word: () => true,
  string: (_text, { strings }) => strings,
  link: (_text, { links }) => links,
  call: (text, { functions }) => functions.has(text.slice(0, -1).toLowerCase()),
  mark: (text, { marks }) => marks.includes(text),
  at: () => false,
  bad: () => false,
};

/** Rules inside rules inside rules: deeper ones are left out, so that no sheet can make the reader recurse. */
const MAX_LEVEL = 4;

/**
 * The text of a style sheet with only the rules and declarations that are known to be harmless: no import, no font, no
 * address but `url(#...)`, no escape. It is written anew from its tokens, so every reader takes it for the same.
 */
export const cleanSheet = (text: string): string => readRules(readTokens(text), 0).map(writeRule).join("");

/** A `style` attribute, cleaned as `cleanSheet` cleans a rule; empty where nothing is left. */
export const cleanDeclarations = (text: string): string =>
  readDeclarations(text).map(writeDeclaration).join(";");

/** The value of a presentation attribute, or undefined where it may not stay. */
export const cleanValue = (property: string, text: string): string | undefined =>
  vet(readTokens(text), grammarOf(property));

/** The declarations that `cleanDeclarations` keeps. */
export const readDeclarations = (text: string): readonly Declaration[] => declarationsOf(readTokens(text));

/** The style rules that `cleanSheet` keeps, those inside other rules among them. */
export function readSheet(text: string): readonly StyleRule[] {
  const flatten = (rule: Rule): readonly StyleRule[] =>
    "rules" in rule ? rule.rules.flatMap(flatten) : [rule];
  return readRules(readTokens(text), 0).flatMap(flatten);
}

function readRules(tokens: readonly Token[], level: number): readonly Rule[] {
  const rules: Rule[] = [];
  let start = 0;
  while (start < tokens.length) {
    const open = headEnd(tokens, start);
    // An at-rule without a block is an import, a namespace or a character set: none is kept.
    const end = tokens[open]?.text === "{" ? blockEnd(tokens, open) : open;
    const rule = readRule(tokens.slice(start, open), tokens.slice(open + 1, end), level);
    if (rule !== undefined) rules.push(rule);
    start = end + 1;
  }
  return rules;
}

/** Where a rule's head ends: at its block, or, for an at-rule, at a semicolon before that. */
function headEnd(tokens: readonly Token[], start: number): number {
  let end = tokens[start]?.kind === "space" ? start + 1 : start;
  const isEnd = tokens[end]?.kind === "at" ? /^[{;]$/ : /^\{$/;
  while (end < tokens.length && !isEnd.test(tokens[end]?.text ?? "")) end += 1;
  return end;
}

function blockEnd(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let index = open; index < tokens.length; index += 1) {
    const text = tokens[index]?.text;
    if (text === "{") depth += 1;
    if (text === "}") depth -= 1;
    if (depth === 0) return index;
  }
  return tokens.length;
}

function readRule(head: readonly Token[], block: readonly Token[], level: number): Rule | undefined {
  const [first, ...rest] = head[0]?.kind === "space" ? head.slice(1) : head;
  if (first?.kind === "at") return readGroup(first, rest, { block, level });
  const selector = vet(head, SELECTOR);
  const declarations = declarationsOf(block);
  return selector && declarations.length > 0 ? { selector, declarations } : undefined;
}

function readGroup(
  { text }: Token,
  rest: readonly Token[],
  { block, level }: { readonly block: readonly Token[]; readonly level: number },
): Rule | undefined {
  const name = text.slice(1).toLowerCase();
  const condition = vet(rest, CONDITION);
  if (!GROUPS.has(name) || !condition || level >= MAX_LEVEL) return undefined;
  const rules = readRules(block, level + 1);
  return rules.length > 0 ? { head: `${name} ${condition}`, rules } : undefined;
}

function declarationsOf(tokens: readonly Token[]): readonly Declaration[] {
  return splitDeclarations(tokens).flatMap((part) => readDeclaration(part) ?? []);
}

/** Cuts at semicolons and after blocks: a rule nested in a rule is one part, which no declaration looks like. */
function splitDeclarations(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    const isBlockEnd = token.text === "}" && depth > 0;
    const isEnd = token.text === ";" && depth === 0;
    if (token.text === "{") depth += 1;
    if (isBlockEnd) depth -= 1;
    if (!isEnd) parts.at(-1)?.push(token);
    if (isEnd || (isBlockEnd && depth === 0)) parts.push([]);
  }
  return parts;
}

function readDeclaration(tokens: readonly Token[]): Declaration | undefined {
  const colon = tokens.findIndex(({ text }) => text === ":");
  const written = writeTokens(tokens.slice(0, Math.max(colon, 0)));
  const isCustom = /^--[\w-]+$/.test(written);
  const property = isCustom ? written : written.toLowerCase();
  if (!isCustom && !PROPERTIES.has(property)) return undefined;
  const value = readValue(property, tokens.slice(colon + 1));
  return value === undefined ? undefined : { property, value };
}

function readValue(property: string, tokens: readonly Token[]): string | undefined {
  const end = tokens.findIndex(({ text }) => text === "!");
  if (end < 0) return vet(tokens, grammarOf(property));
  const value = vet(tokens.slice(0, end), grammarOf(property));
  const isImportant = /^!\s*important$/i.test(writeTokens(tokens.slice(end)));
  return value !== undefined && isImportant ? `${value}!important` : undefined;
}

const grammarOf = (property: string): Grammar => (POINTERS.has(property) ? POINTER : VALUE);

/** The tokens' text where every one of them is allowed and all brackets close; undefined otherwise, or if it is empty. */
function vet(tokens: readonly Token[], grammar: Grammar): string | undefined {
  if (!tokens.every(({ kind, text }) => ALLOWED[kind](text, grammar)) || !isBalanced(tokens))
    return undefined;
  return writeTokens(tokens) || undefined;
}

function isBalanced(tokens: readonly Token[]): boolean {
  const open: string[] = [];
  for (const { kind, text } of tokens) {
    if (kind === "call" || text === "(") open.push(")");
    else if (text === "[") open.push("]");
    else if (/^[)\]]$/.test(text) && open.pop() !== text) return false;
  }
  return open.length === 0;
}

const writeRule = (rule: Rule): string =>
  "rules" in rule
    ? `@${rule.head}{${rule.rules.map(writeRule).join("")}}`
    : `${rule.selector}{${rule.declarations.map(writeDeclaration).join(";")}}`;

const writeDeclaration = ({ property, value }: Declaration): string => `${property}:${value}`;
