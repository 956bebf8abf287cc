import { useState } from 'react';

const { text, copy, download } = window.posture;
const STATUS = { passed: ['Passed', '✓'], failed: ['Failed', '✕'], not_verified: ['Not verified', '–'] };
const LAYERS = {
  parse: 'Parses',
  format: 'Formatted',
  schema: 'Provider schema',
  targeted: 'Finding is gone',
  no_new: 'No new findings',
  validate: 'terraform validate',
  plan: 'terraform plan',
  scope: 'Only what is meant'
};

function CopyButton({ label, body }) {
  const [done, setDone] = useState(false);
  return (
    <button type="button" className="pa-button" onClick={async () => setDone(await copy(body))}>
      {done ? 'Copied' : label}
    </button>
  );
}

function Diff({ body }) {
  const kind = (line) => {
    if (line.startsWith('+++') || line.startsWith('---')) return 'file';
    if (line.startsWith('@@')) return 'hunk';
    if (line.startsWith('+')) return 'add';
    if (line.startsWith('-')) return 'cut';
    return 'same';
  };
  return (
    <pre className="pa-code pa-diff" tabIndex={0} aria-label="Changes">
      {body.replace(/\n$/, '').split('\n').map((line, i) => (
        <span key={i} className={'pa-line pa-line-' + kind(line)}>{line || ' '}{'\n'}</span>
      ))}
    </pre>
  );
}

function listOf(value) {
  if (!value) return [];
  return Array.isArray(value) ? value : [value];
}

function filesOf(files) {
  if (!files) return [];
  if (Array.isArray(files)) {
    return files.map((f) => (typeof f === 'string' ? { path: f, body: '' } : { path: text(f.path || f.name), body: text(f.content || f.text || f.body) }));
  }
  return Object.entries(files).map(([path, body]) => ({ path, body: text(body) }));
}

export default function FixView() {
  const [open, setOpen] = useState(null);
  const layers = listOf(props.layers);
  const files = filesOf(props.files);
  const notes = listOf(props.notes);
  const commands = listOf(props.commands).map(text);
  const failed = layers.filter((l) => l.status === 'failed').length;
  const passed = layers.filter((l) => l.status === 'passed').length;
  const unknown = layers.length - failed - passed;
  const whole = files.filter((f) => f.body);
  return (
    <section className="pa-panel" aria-label={'Fix: ' + text(props.title)}>
      <header className="pa-bar">
        <h3>{text(props.title) || 'Fix'}</h3>
        <span className="pa-grow" />
        <CopyButton label="Copy diff" body={text(props.diff)} />
        {whole.length === 1 ? (
          <button type="button" className="pa-button" onClick={() => download(whole[0].path.split('/').pop() || 'fix.tf', 'text/plain', whole[0].body)}>
            Download file
          </button>
        ) : null}
      </header>
      <div className="pa-body">
        <p className="pa-small pa-id-line">
          {props.kind ? <span className="pa-mono">{text(props.kind)}</span> : null}
          {props.finding_id ? <span>for finding <span className="pa-mono pa-wrap">{text(props.finding_id)}</span></span> : null}
        </p>
        {props.diff ? <Diff body={text(props.diff)} /> : null}
        <div className="pa-chips" role="group" aria-label="Checks">
          {layers.map((layer) => {
            const [word, sign] = STATUS[layer.status] || [text(layer.status), '–'];
            const label = LAYERS[layer.name] || text(layer.name);
            return (
              <button
                key={layer.name}
                type="button"
                className={'pa-chip pa-chip-' + layer.status}
                aria-expanded={open === layer.name}
                onClick={() => setOpen(open === layer.name ? null : layer.name)}
              >
                <span aria-hidden="true">{sign}</span> {label}<span className="pa-sr">: {word}</span>
              </button>
            );
          })}
        </div>
        {layers.filter((layer) => layer.name === open).map((layer) => (
          <p key={layer.name} className="pa-note" role="status">
            <strong>{LAYERS[layer.name] || text(layer.name)}: {(STATUS[layer.status] || [text(layer.status)])[0].toLowerCase()}.</strong> {text(layer.detail)}
          </p>
        ))}
        <p className="pa-small">
          {passed} passed{failed ? ', ' + failed + ' failed' : ''}{unknown ? ', ' + unknown + ' not verified here' : ''}. Select a check to see what it did.
        </p>
        {notes.length ? (
          <ul className="pa-list" aria-label="Notes">{notes.map((note, i) => <li key={i}>{text(note)}</li>)}</ul>
        ) : null}
        {commands.length ? (
          <details className="pa-details">
            <summary>The same by command line</summary>
            <div className="pa-code-box">
              <span className="pa-code-copy"><CopyButton label="Copy commands" body={commands.join('\n')} /></span>
              <pre className="pa-code" tabIndex={0} aria-label="Commands">{commands.join('\n')}</pre>
            </div>
          </details>
        ) : null}
        {whole.map((file) => (
          <details key={file.path} className="pa-details">
            <summary>Whole file: <span className="pa-mono">{file.path}</span></summary>
            <div className="pa-code-box">
              <span className="pa-code-copy"><CopyButton label="Copy file" body={file.body} /></span>
              <pre className="pa-code" tabIndex={0} aria-label={file.path}>{file.body}</pre>
            </div>
          </details>
        ))}
      </div>
    </section>
  );
}
