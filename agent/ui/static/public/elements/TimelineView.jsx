import { useState } from 'react';

const { text, when, copy, severity } = window.posture;
const STATES = {
  'used now': ['Used now', 'pa-verdict-bad'],
  probed: ['Probed', 'pa-verdict-ask'],
  quiet: ['Quiet', 'pa-verdict-good'],
  unknown: ['Not known', 'pa-verdict-none'],
};
const KINDS = { alert: 'Alert', traffic: 'Traffic', change: 'Change', call: 'Call', finding: 'Finding' };
const LANES = [
  ['alerts', 'alerts', 'pa-lane-alert'],
  ['attempts', 'attempts', 'pa-lane-traffic'],
  ['changes', 'changes', 'pa-lane-change'],
  ['calls', 'calls', 'pa-lane-call'],
];
const FIRST = 12;
const count = (value) => Number(value).toLocaleString('en-US');
const dayName = (day) => new Date(day + 'T00:00:00Z').toLocaleDateString('en-GB', { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' });

/* One lane for each sort of event; a cell is darker the more there was, on the lane's own scale. */
function Days() {
  const lanes = LANES.filter(([key]) => props.days.some((day) => day[key]));
  if (!lanes.length || !props.days.length) return null;
  return (
    <div className="pa-lanes" style={{ '--days': props.days.length }}>
      {lanes.map(([key, label, tone]) => {
        const most = Math.max(...props.days.map((day) => day[key]));
        const sum = props.days.reduce((all, day) => all + day[key], 0);
        return (
          <div key={key} className="pa-lane" role="img" aria-label={count(sum) + ' ' + label + ' in ' + props.days.length + ' days'}>
            <span className="pa-lane-name">{label}</span>
            <span className="pa-lane-cells">
              {props.days.map((day) => (
                <span key={day.day} className={'pa-lane-cell ' + (day[key] ? tone : '')} style={day[key] ? { opacity: 0.35 + 0.65 * Math.sqrt(day[key] / most) } : null}
                  title={dayName(day.day) + ': ' + count(day[key]) + ' ' + label + (key === 'attempts' && day.got_through ? ', ' + count(day.got_through) + ' got through' : '')} />
              ))}
            </span>
            <span className="pa-lane-sum">{count(sum)}</span>
          </div>
        );
      })}
      <div className="pa-lane pa-lane-axis" aria-hidden="true">
        <span className="pa-lane-name" />
        <span className="pa-lane-ends"><span>{dayName(props.days[0].day)}</span><span>{dayName(props.days[props.days.length - 1].day)}</span></span>
        <span className="pa-lane-sum" />
      </div>
    </div>
  );
}

function Entry({ entry }) {
  const graded = severity(entry.severity);
  return (
    <li className={'pa-event pa-event-' + entry.kind + (entry.sense === 'use' ? ' pa-event-use' : '')}>
      <span className="pa-event-time">{entry.time}</span>
      <span className="pa-event-mark" aria-hidden="true" />
      <span className="pa-event-body">
        <span className="pa-wrap"><b>{KINDS[entry.kind] || text(entry.kind)}</b> {text(entry.what)}{entry.severity && graded !== 'none' ? <span className={'pa-sev pa-sev-' + graded}>{graded}</span> : null}</span>
        <span className="pa-small pa-wrap">{[entry.who, entry.source].filter(Boolean).map(text).join(' · ')}</span>
      </span>
    </li>
  );
}

function Entries() {
  const [open, setOpen] = useState(false);
  const every = props.groups.reduce((all, group) => all + group.entries.length, 0);
  if (!every) return <p className="pa-note">No alert, traffic or change was recorded in this window.{props.state === 'unknown' ? ' That is no proof of quiet: see what was watched.' : ''}</p>;
  let left = open ? every : FIRST;
  return (
    <div className="pa-events">
      {props.groups.map((group) => {
        if (left <= 0) return null;
        const shown = group.entries.slice(0, left);
        left -= shown.length;
        return (
          <section key={group.day} aria-label={dayName(group.day)}>
            <h4>{dayName(group.day)}</h4>
            <ol>{shown.map((entry, i) => <Entry key={i} entry={entry} />)}</ol>
          </section>
        );
      })}
      {every > FIRST ? <button type="button" className="pa-button" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? 'Show fewer' : 'Show all ' + every + ' entries'}</button> : null}
    </div>
  );
}

function Sources() {
  const word = (covered) => (covered === true ? ['watched', 'pa-tag-done'] : covered === false ? ['not covered', 'pa-tag-ask'] : ['no answer', 'pa-tag-ask']);
  return (
    <ul className="pa-sources">
      {props.sources.map((source) => {
        const [label, tone] = word(source.covered);
        return <li key={source.source}><b>{text(source.source)}</b> <span className={'pa-tag ' + tone}>{label}</span> <span className="pa-small pa-wrap">{text(source.detail)}</span></li>;
      })}
    </ul>
  );
}

function Queries() {
  const [done, setDone] = useState(-1);
  return props.queries.map((query, i) => (
    <div key={i} className="pa-query">
      <p className="pa-small">{text(query.reading)}{query.window ? ' · window: ' + text(query.window) : ''}</p>
      <div className="pa-code-box">
        <button type="button" className="pa-button pa-code-copy" onClick={async () => setDone((await copy(query.xql)) ? i : -1)}>{done === i ? 'Copied' : 'Copy'}</button>
        <pre className="pa-code" tabIndex={0} aria-label="XQL query">{query.xql}</pre>
      </div>
    </div>
  ));
}

export default function TimelineView() {
  const [asked, setAsked] = useState(false);
  const [label, tone] = STATES[props.state];
  const began = props.appeared;
  const ports = props.ports.filter((port) => port.about_it);
  return (
    <section className="pa-panel pa-timeline" aria-label={text(props.title)}>
      <header className="pa-bar">
        <h3 className="pa-wrap">{text(props.title)}</h3><span className="pa-grow" />
        {props.queries.length ? <button type="button" className="pa-button" aria-expanded={asked} onClick={() => setAsked(!asked)}>{(asked ? 'Hide ' : 'Show ') + (props.queries.length === 1 ? 'query' : props.queries.length + ' queries')}</button> : null}
      </header>
      {asked ? <Queries /> : null}
      <div className="pa-body">
        <p className={'pa-verdict ' + tone}><b>{label}</b><span className="pa-wrap">{text(props.reason)}</span></p>
        {props.finding ? <p className="pa-small pa-wrap">About: {text(props.finding.title)}{props.about ? ' · ' + text(props.about) : ''}</p> : null}
        {props.machines.length ? <p className="pa-small pa-wrap">Machines behind it: {props.machines.map(text).join(', ')}</p> : null}
        {began ? (
          <p className="pa-small pa-wrap">
            {began.from_change ? 'Changed by ' + (text(began.by) || 'nobody named') + (began.how !== 'unknown' ? ' (' + text(began.how) + ')' : '') + ': ' + text(began.operation) + ', ' : 'First seen '}{when(began.at)}
            {began.from_change ? ', the last change before it was first seen' : ''}
          </p>
        ) : null}
        <Days />
        {ports.length ? (
          <ul className="pa-list pa-small">
            {ports.map((port) => <li key={port.port}>Port {port.port}: {count(port.attempts)} attempts from {port.exact ? '' : 'at least '}{count(port.addresses)} {port.addresses === 1 ? 'address' : 'addresses'}, {count(port.got_through)} got through; background noise is up to {count(Math.round(port.noise))}</li>)}
          </ul>
        ) : null}
        <Entries />
        <details className="pa-details" open={props.state === 'unknown'}><summary>What was watched</summary><Sources /></details>
      </div>
      <footer className="pa-bar pa-foot">
        <span>{count(props.returned)} of {count(props.total)} {props.total === 1 ? 'entry' : 'entries'} in {props.windowDays} {props.windowDays === 1 ? 'day' : 'days'}</span>
        {props.cut ? <span className="pa-warn">The list is cut.</span> : null}
        <span className="pa-grow" /><span>times in UTC · as of {when(props.asOf)}</span>
      </footer>
    </section>
  );
}
