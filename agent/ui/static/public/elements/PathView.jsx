import { useEffect, useRef, useState } from 'react';

const { text, when } = window.posture;
const BOX = { w: 168, h: 46 };
const VERBS = {
  reaches: 'reaches', exploits: 'exploits', signs_in: 'signs in to', invokes: 'runs', copies: 'copies', runs_as: 'acts as',
  assumes: 'becomes', escalates: 'rises to', reads: 'reads', writes: 'writes', controls: 'takes over', escapes: 'breaks out to', holds: 'finds', opens: 'opens',
};
const ICONS = {
  internet: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18',
  network: 'M4 7h16M4 17h16M8 7v10M16 7v10',
  compute: 'M4 5h16v6H4zM4 13h16v6H4zM7 8h.01M7 16h.01',
  service: 'M12 3l8 4.5v9L12 21l-8-4.5v-9z',
  identity: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4 21c0-4 4-6 8-6s8 2 8 6',
  credential: 'M14 10a4 4 0 1 0-3.5 4L9 15.5V18H6.5v2.5H3V17l7-7',
  data: 'M5 6c0-1.7 3-3 7-3s7 1.3 7 3v12c0 1.7-3 3-7 3s-7-1.3-7-3zM5 6c0 1.7 3 3 7 3s7-1.3 7-3M5 12c0 1.7 3 3 7 3s7-1.3 7-3',
  control_plane: 'M12 3l2.5 5.5L20 9l-4 4 1 6-5-3-5 3 1-6-4-4 5.5-.5z',
};

const percent = (value) => (value >= 0.995 ? '99' : value < 0.01 ? 'under 1' : Math.round(100 * value)) + ' %';
const short = (label, most) => (label.length > most ? label.slice(0, most - 9) + '…' + label.slice(-8) : label);

function Icon({ kind, x, y }) {
  return <path d={ICONS[kind] || ICONS.service} transform={'translate(' + x + ',' + y + ') scale(.72)'} className="pa-path-icon" />;
}

/* Layers run to the right where there is room, and downward on a narrow screen. */
function Picture({ width }) {
  const { nodes, edges } = props;
  const layers = Math.max(...nodes.map((n) => n.layer)) + 1;
  const rows = Math.max(...Array.from({ length: layers }, (_, l) => nodes.filter((n) => n.layer === l).length));
  const down = width < layers * (BOX.w + 26);
  const boxW = down ? Math.min(BOX.w, (width - 8) / rows - 8) : BOX.w;
  const stepX = down ? boxW + 8 : (width - BOX.w) / Math.max(1, layers - 1);
  const stepY = down ? BOX.h + 30 : BOX.h + 14;
  const height = down ? layers * stepY - 30 + 8 : rows * stepY - 14 + 8;
  const at = (n) => (down
    ? { x: width / 2 + n.row * stepX - boxW / 2, y: 4 + n.layer * stepY }
    : { x: n.layer * stepX, y: height / 2 + n.row * stepY - BOX.h / 2 });
  const letters = Math.max(6, Math.floor((boxW - 38) / 7.7));
  return (
    <svg width={width} height={height} viewBox={'0 0 ' + width + ' ' + height} className="pa-path" role="img" aria-label={text(props.title)}>
      <defs>
        <marker id="pa-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0L8 4L0 8z" className="pa-path-head" /></marker>
      </defs>
      {edges.map((edge, i) => {
        const a = at(nodes[edge.from]);
        const b = at(nodes[edge.to]);
        const from = down ? [a.x + boxW / 2, a.y + BOX.h] : [a.x + boxW, a.y + BOX.h / 2];
        const to = down ? [b.x + boxW / 2, b.y - 2] : [b.x - 2, b.y + BOX.h / 2];
        const bend = down ? [(from[1] + to[1]) / 2] : [(from[0] + to[0]) / 2];
        const curve = down
          ? 'M' + from + ' C' + from[0] + ' ' + bend + ' ' + to[0] + ' ' + bend + ' ' + to
          : 'M' + from + ' C' + bend + ' ' + from[1] + ' ' + bend + ' ' + to[1] + ' ' + to;
        return <path key={i} d={curve} className={edge.known ? 'pa-path-step' : 'pa-path-step pa-path-maybe'} markerEnd="url(#pa-arrow)"><title>{VERBS[edge.relation] || text(edge.relation)}</title></path>;
      })}
      {nodes.map((node, i) => {
        const p = at(node);
        const label = text(node.label);
        return (
          <g key={i} className={node.value >= 0.3 ? 'pa-path-jewel' : node.kind === 'internet' ? 'pa-path-start' : 'pa-path-node'}>
            <title>{label + (node.account ? ' (' + text(node.account) + ')' : '')}</title>
            <rect x={p.x} y={p.y} width={boxW} height={BOX.h} rx="7" />
            <Icon kind={node.kind} x={p.x + 8} y={p.y + BOX.h / 2 - 9} />
            <text x={p.x + 32} y={p.y + (node.account ? 20 : 28)}>{short(label, letters)}</text>
            {node.account ? <text x={p.x + 32} y={p.y + 35} className="pa-path-small">{short(text(node.account), letters + 1)}</text> : null}
          </g>
        );
      })}
    </svg>
  );
}

function Steps({ path, first }) {
  const [open, setOpen] = useState(first);
  return (
    <li>
      <button type="button" className="pa-path-line" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span aria-hidden="true">{open ? '▾' : '▸'}</span>
        <span className="pa-wrap"><b>{text(path.jewel)}</b> by way of {text(path.entry)}{path.worth ? <span className="pa-faint"> · {text(path.worth)}</span> : null}</span>
        <span className="pa-grow" />
        {path.known ? null : <span className="pa-tag">possible</span>}
        <span className="pa-nowrap">chance {percent(path.chance)}</span>
      </button>
      {open ? (
        <ol className="pa-path-steps">
          {path.steps.map((step, i) => (
            <li key={i}>
              <span className="pa-wrap"><b>{VERBS[step.relation] || text(step.relation)} {text(step.label)}</b>{step.known ? '' : ' (possible)'}</span>
              <span className="pa-small pa-wrap">{text(step.why)} · {percent(step.chance)}</span>
            </li>
          ))}
        </ol>
      ) : null}
    </li>
  );
}

export default function PathView() {
  const box = useRef(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const measure = () => box.current && setWidth(Math.floor(box.current.clientWidth));
    measure();
    const seen = new ResizeObserver(measure);
    seen.observe(box.current);
    return () => seen.disconnect();
  }, []);
  return (
    <section className="pa-panel pa-path-panel" aria-label={text(props.title)}>
      <header className="pa-bar"><h3>{text(props.title)}</h3><span className="pa-grow" /><span className="pa-small">solid: proved · dashed: possible</span></header>
      <div className="pa-body">
        <div ref={box} className="pa-path-box">{width ? <Picture width={width} /> : null}</div>
        <ul className="pa-path-list">{props.paths.map((path, i) => <Steps key={i} path={path} first={i === 0} />)}</ul>
        {props.chokes.length ? (
          <div>
            <h4>Where one change closes most</h4>
            <ul className="pa-path-chokes">
              {props.chokes.map((c, i) => <li key={i} className="pa-wrap"><b>{text(c.label)}</b> closes {c.closes} {c.closes === 1 ? 'path' : 'paths'}</li>)}
            </ul>
          </div>
        ) : null}
      </div>
      <footer className="pa-bar pa-foot"><span>Chances order paths; they are estimates, not statistics.</span><span className="pa-grow" /><span>as of {when(props.asOf)}</span></footer>
    </section>
  );
}
