import { useState } from 'react';
import { Markdown } from '@/components/markdown';

const { text, when, download } = window.posture;
const ORDER = ['fail', 'failed', 'pass', 'passed', 'manual', 'not_assessed', 'not assessed', 'not_applicable'];
const TONE = { fail: 'bad', failed: 'bad', pass: 'good', passed: 'good', manual: 'ask', not_assessed: 'none', 'not assessed': 'none', not_applicable: 'none' };
const WORD = { fail: 'fail', failed: 'fail', pass: 'pass', passed: 'pass', manual: 'need a person', not_assessed: 'not assessed', not_applicable: 'not applicable' };

export default function ReportView() {
  const [open, setOpen] = useState(false);
  const counts = Object.entries(props.counts || {})
    .filter(([, n]) => typeof n === 'number')
    .sort(([a], [b]) => ORDER.indexOf(a.toLowerCase()) - ORDER.indexOf(b.toLowerCase()));
  const sum = counts.reduce((all, [, n]) => all + n, 0);
  const files = Array.isArray(props.files) ? props.files : [];
  return (
    <section className="pa-panel" aria-label={text(props.title)}>
      <header className="pa-bar">
        <h3>{text(props.title)}</h3>
        <span className="pa-grow" />
        {props.markdown ? (
          <button type="button" className="pa-button" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? 'Fold the report' : 'Read the report'}</button>
        ) : null}
        {props.source ? (
          <button type="button" className="pa-button" onClick={() => download(text(props.fileName) || 'report.md', 'text/markdown;charset=utf-8', text(props.source))}>Download Markdown</button>
        ) : null}
      </header>
      <div className="pa-body">
        {sum ? (
          <div>
            <div className="pa-stack" aria-hidden="true">
              {counts.filter(([, n]) => n).map(([name, n]) => <span key={name} className={'pa-tone-' + (TONE[name.toLowerCase()] || 'none')} style={{ flexGrow: n }} />)}
            </div>
            <ul className="pa-legend" aria-label={'Of ' + sum + ' requirements'}>
              {counts.map(([name, n]) => (
                <li key={name}><span className={'pa-dot pa-tone-' + (TONE[name.toLowerCase()] || 'none')} aria-hidden="true" /><strong>{n}</strong> {WORD[name.toLowerCase()] || name.replace(/_/g, ' ')}</li>
              ))}
              <li className="pa-faint">of {sum}</li>
            </ul>
          </div>
        ) : null}
        {open ? <div className="pa-report"><Markdown allowHtml={false} latex={false} renderMarkdown={true}>{props.markdown}</Markdown></div> : null}
        {files.length ? <p className="pa-small">Written on the server: {files.map((f) => text(f.path || f.name || f)).join(', ')}</p> : null}
      </div>
      <footer className="pa-bar pa-foot"><span>as of {when(props.asOf)}</span></footer>
    </section>
  );
}
