// GraphiQL's panel "Explain": which SQL the last operation ran, how long it took, and how.
import "./panel.css";

import { MODES, setMode, useExplain } from "./store.js";
import { layOut } from "./sql.js";

/** A plugin of GraphiQL: its button in the sidebar, and its panel. */
export const EXPLAIN_PLUGIN = { title: "Explain", icon: Icon, content: Panel };

const LABELS = { off: "Off", statements: "Statements", plans: "Plans" };

function Icon() {
  const { mode } = useExplain();
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <ellipse cx="12" cy="5" rx="8" ry="3" />
      <path d="M4 5v14c0 1.7 3.6 3 8 3s8-1.3 8-3V5M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3" />
      {mode !== "off" && <circle className="explain-on" cx="20" cy="20" r="4" />}
    </svg>
  );
}

function Panel() {
  const { mode, last } = useExplain();
  return (
    <section aria-label="Explain" className="explain">
      <div className="explain-title">Explain</div>
      <div className="explain-switch" role="radiogroup" aria-label="What is explained">
        {MODES.map((value) => (
          <label key={value}>
            <input
              type="radio"
              name="explain"
              checked={mode === value}
              onChange={() => setMode(value)}
            />
            {LABELS[value]}
          </label>
        ))}
      </div>
      {last?.report ? <Report name={last.name} {...last.report} /> : <Hint mode={mode} last={last} />}
    </section>
  );
}

function Hint({ mode, last }) {
  if (mode === "off") {
    return <p>Switch it on and run an operation: its SQL is shown here.</p>;
  }
  if (last === null) {
    return <p>Run an operation: its SQL is shown here.</p>;
  }
  return (
    <p>
      The server did not explain this operation: its answer says why. In production only
      administrators are told; send their <code>Authorization</code> under Headers.
    </p>
  );
}

function Report({ name, cost, statements }) {
  const total = statements.reduce((sum, statement) => sum + statement.milliseconds, 0);
  return (
    <>
      <p className="explain-summary">
        {name && <b>{name}: </b>}
        <b>{counted(statements.length, "statement")}</b>, {milliseconds(total)}
        <br />
        Estimated at {counted(cost.rows, "row")} of at most {cost.limit.toLocaleString("en")}
      </p>
      <ol>
        {statements.map((statement, index) => (
          <Statement key={index} number={statements.length > 1 && index + 1} {...statement} />
        ))}
      </ol>
    </>
  );
}

function Statement({ number, sql, rows, milliseconds: taken, plan }) {
  return (
    <li>
      <div className="explain-numbers">
        {number && <b>{number}. </b>}
        {counted(rows, "row")} in {milliseconds(taken)}
      </div>
      <Lines lines={layOut(sql)} />
      {plan && (
        <details>
          <summary>Plan</summary>
          <Lines lines={planLines(plan)} />
        </details>
      )}
    </li>
  );
}

function Lines({ lines }) {
  return (
    <div className="explain-code">
      {lines.map(({ depth, parts }, line) => (
        <div key={line} style={{ marginLeft: `${depth}ch` }}>
          {parts.map(({ kind, text }, part) => (
            <span key={part} className={kind && `explain-${kind}`}>
              {text}
            </span>
          ))}
        </div>
      ))}
    </div>
  );
}

// PostgreSQL goes 6 characters further in with each node, and repeats at each what it passes on:
// both are too much for a panel.
function planLines(plan) {
  return plan
    .filter((line) => !/^\s*Output:/.test(line))
    .map((line) => ({
      depth: Math.round(line.search(/\S/) / 3),
      parts: [{ kind: "", text: line.trim() }],
    }));
}

function counted(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

function milliseconds(number) {
  return `${number.toFixed(number < 10 ? 2 : 1)} ms`;
}
