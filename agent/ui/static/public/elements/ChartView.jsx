import { useEffect, useRef, useState } from 'react';

const { text, when, severity } = window.posture;
const HEIGHT = 190;
const PAD = { top: 12, right: 10, bottom: 24, left: 44 };
const TONES = ['hsl(var(--primary))', 'var(--pa-high)', 'var(--pa-good)', 'var(--pa-critical)', 'var(--pa-medium)', 'var(--pa-info)'];

const count = (value) => Number(value).toLocaleString('en-US', { maximumFractionDigits: 2 });

function tone(name, index, graded) {
  return graded ? 'var(--pa-' + (severity(name) === 'none' ? 'info' : severity(name)) + ')' : TONES[index % TONES.length];
}

/* The next round number above the highest value, so that the scale reads 0, half, top. */
function ceiling(value) {
  if (value <= 4) return 4;
  const power = Math.pow(10, Math.floor(Math.log10(value)));
  return [1, 2, 4, 5, 6, 8, 10].map((n) => n * power).find((n) => n >= value);
}

function Bars() {
  const [line] = props.series;
  const most = Math.max(...line.values);
  const sum = line.values.reduce((a, b) => a + b, 0);
  return (
    <ul className="pa-bars">
      {props.labels.map((label, i) => (
        <li key={i}>
          <span className="pa-bars-name" title={label}>{label}</span>
          <span className="pa-bars-track" aria-hidden="true">
            <span style={{ width: (most ? (100 * line.values[i]) / most : 0) + '%', background: tone(label, 0, props.severity) }} />
          </span>
          <span className="pa-bars-value">
            {count(line.values[i])}
            {props.share && sum ? <span className="pa-faint"> {((100 * line.values[i]) / sum).toFixed(1)} %</span> : null}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Time({ width }) {
  const { labels, series } = props;
  const top = ceiling(Math.max(...series.flatMap((s) => s.values)));
  const inner = { w: Math.max(60, width - PAD.left - PAD.right), h: HEIGHT - PAD.top - PAD.bottom };
  const step = inner.w / labels.length;
  const x = (i) => PAD.left + step * (i + 0.5);
  const y = (v) => PAD.top + inner.h * (1 - v / top);
  const each = Math.max(1, Math.ceil(labels.length / Math.max(2, Math.floor(inner.w / 84))));
  const single = series.length === 1;
  return (
    <svg width={width} height={HEIGHT} viewBox={'0 0 ' + width + ' ' + HEIGHT} className="pa-chart" role="img" aria-label={text(props.title) + ', ' + labels[0] + ' to ' + labels[labels.length - 1]}>
      {[0, top / 2, top].map((value) => (
        <g key={value}>
          <line x1={PAD.left} x2={width - PAD.right} y1={y(value)} y2={y(value)} className="pa-chart-rule" />
          <text x={PAD.left - 6} y={y(value) + 4} textAnchor="end">{count(value)}</text>
        </g>
      ))}
      {labels.map((label, i) => (i % each === 0 ? <text key={label} x={x(i)} y={HEIGHT - 7} textAnchor="middle">{label.length > 10 ? label.slice(5) : label}</text> : null))}
      {single
        ? labels.map((label, i) => (
          <rect key={label} x={x(i) - Math.min(step * 0.38, 22)} width={Math.min(step * 0.76, 44)} y={y(series[0].values[i])} height={Math.max(0, PAD.top + inner.h - y(series[0].values[i]))} fill={tone('', 0, false)} rx="1.5">
            <title>{label + ': ' + count(series[0].values[i])}</title>
          </rect>
        ))
        : series.map((line, n) => (
          <g key={line.name} stroke={tone(line.name, n, props.severity)} fill="none" strokeWidth="2">
            <polyline points={line.values.map((v, i) => x(i) + ',' + y(v)).join(' ')} strokeLinejoin="round" />
            {line.values.map((v, i) => (
              <circle key={i} cx={x(i)} cy={y(v)} r="2.6" fill={tone(line.name, n, props.severity)} stroke="none">
                <title>{line.name + ', ' + labels[i] + ': ' + count(v)}</title>
              </circle>
            ))}
          </g>
        ))}
    </svg>
  );
}

export default function ChartView() {
  const box = useRef(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const measure = () => box.current && setWidth(Math.floor(box.current.clientWidth));
    measure();
    const seen = new ResizeObserver(measure);
    seen.observe(box.current);
    return () => seen.disconnect();
  }, []);
  const lines = props.series || [];
  return (
    <section className="pa-panel pa-chart-panel" aria-label={text(props.title)}>
      <header className="pa-bar">
        <h3>{text(props.title)}</h3>
        <span className="pa-grow" />
        {props.kind === 'time' && lines.length > 1 ? (
          <span className="pa-legend">
            {lines.map((line, i) => (
              <span key={line.name}><i style={{ background: tone(line.name, i, props.severity) }} />{line.name}</span>
            ))}
          </span>
        ) : null}
      </header>
      <div className="pa-body">
        <div ref={box} className="pa-chart-box">{props.kind === 'bars' ? <Bars /> : width ? <Time width={width} /> : null}</div>
      </div>
      {props.cut ? <footer className="pa-bar pa-foot"><span className="pa-warn">Drawn from the rows shown; there are more.</span><span>as of {when(props.asOf)}</span></footer> : null}
    </section>
  );
}
