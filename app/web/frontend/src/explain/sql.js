// SQL as lines that a person can read: a clause on each, subselects further in.

const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$\d+|[a-z_][a-z0-9_]*|\s+|./gis;

const CLAUSE =
  /^(?:with|select|from|where|group|having|order|limit|offset|union|join|left|inner|cross|lateral)$/i;

const KEYWORD =
  /^(?:with|recursive|select|distinct|from|where|group|having|order|by|limit|offset|union|all|join|left|inner|cross|lateral|on|as|and|or|not|is|null|true|false|exists|case|when|then|else|end|in|any|like|ilike|between|asc|desc|nulls|first|last)$/i;

/**
 * @param {string} sql one statement
 * @returns {{depth: number, parts: {kind: string, text: string}[]}[]} lines; the texts in their
 *   order are the statement without the spaces at which it was broken.
 */
export function layOut(sql) {
  const lines = [{ depth: 0, parts: [] }];
  // Each open subselect: where its lines begin, and the clause it is in; null for other parentheses.
  const open = [{ depth: 0, clause: "" }];
  let word = "";
  const tokens = sql.trim().match(TOKEN) ?? [];
  tokens.forEach((text, index) => {
    const block = open.at(-1);
    if (text === "(") {
      add(lines, text);
      const subselect = /^select$/i.test(tokens[index + 1] ?? "");
      open.push(subselect ? { depth: lines.at(-1).depth + 2, clause: "" } : null);
    } else if (text === ")") {
      open.pop();
      if (block) {
        begin(lines, block.depth - 2);
      }
      add(lines, text);
    } else {
      if (block && CLAUSE.test(text) && !continues(word, text)) {
        block.clause = text.toLowerCase();
        begin(lines, block.depth);
      } else if (block?.clause === "where" && /^and$/i.test(text)) {
        begin(lines, block.depth + 2);
      }
      add(lines, text);
      if (block?.clause === "select" && text === ",") {
        begin(lines, block.depth + 2);
      }
    }
    word = /\S/.test(text) ? text.toLowerCase() : word;
  });
  return lines;
}

// "left join" and "is distinct from" are one expression each: only their first word begins a line.
function continues(before, text) {
  const now = text.toLowerCase();
  return (
    (now === "join" && /^(?:left|inner|cross)$/.test(before)) ||
    (now === "lateral" && /^(?:join|,|from)$/.test(before)) ||
    (now === "from" && before === "distinct")
  );
}

function kindOf(text) {
  if (text.startsWith("'")) {
    return "string";
  }
  return KEYWORD.test(text) ? "keyword" : "";
}

function begin(lines, depth) {
  if (lines.at(-1).parts.length > 0) {
    lines.push({ depth, parts: [] });
  }
}

function add(lines, text) {
  const { parts } = lines.at(-1);
  const kind = kindOf(text);
  const last = parts.at(-1);
  if (last?.kind === kind) {
    last.text += text;
  } else if (last !== undefined || /\S/.test(text)) {
    parts.push({ kind, text });
  }
}
