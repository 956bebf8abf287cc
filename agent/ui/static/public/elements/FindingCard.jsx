import { useState } from 'react';

const { text, when, copy, severity } = window.posture;
const blank = (v) => v === null || v === undefined || v === '' || (Array.isArray(v) && !v.length) || (typeof v === 'object' && !Array.isArray(v) && !Object.keys(v).length);
const signed = (n) => Math.abs(n) < 0.05 ? '0' : (n > 0 ? '+' : '−') + Math.abs(n).toFixed(Math.abs(n) >= 10 ? 0 : 1);
const words = (name) => text(name).replace(/[_.]/g, ' ');
const whole = (n) => Math.round(Number(n));

function Dial({ score }) {
  const value = Number(score.score);
  const low = score.low === undefined ? value : Number(score.low);
  const high = score.high === undefined ? value : Number(score.high);
  const around = 2 * Math.PI * 34;
  const tone = value >= 85 ? 'critical' : value >= 65 ? 'high' : value >= 40 ? 'medium' : 'low';
  return (
    <div className="pa-dial" role="img" aria-label={'Priority ' + whole(value) + ' of 100, between ' + whole(low) + ' and ' + whole(high)}>
      <svg viewBox="0 0 80 80" aria-hidden="true">
        <circle cx="40" cy="40" r="34" className="pa-dial-track" />
        <circle cx="40" cy="40" r="34" className="pa-dial-range" strokeDasharray={(around * Math.max(high - low, 0)) / 100 + ' ' + around} strokeDashoffset={(-around * low) / 100} transform="rotate(-90 40 40)" />
        <circle cx="40" cy="40" r="34" className={'pa-dial-value pa-stroke-' + tone} strokeDasharray={(around * value) / 100 + ' ' + around} transform="rotate(-90 40 40)" />
        <text x="40" y="46" textAnchor="middle" className="pa-dial-text">{whole(value)}</text>
      </svg>
      <span className="pa-small">{whole(low) === whole(high) ? 'of 100' : whole(low) + ' to ' + whole(high)}</span>
    </div>
  );
}

function factOf(item) {
  const fact = item.fact && typeof item.fact === 'object' ? item.fact : {};
  const value = blank(fact.value) || typeof fact.value === 'boolean' ? '' : words(fact.name) + ': ' + text(fact.value);
  return { said: text(item.because) || value || words(fact.name), state: text(fact.state), source: text(fact.source), at: fact.observed_at };
}

function Factors({ score }) {
  const items = score.contributions || [];
  const most = Math.max(0.1, ...items.map((c) => Math.max(Math.abs(c.points || 0), Math.abs(c.low || 0), Math.abs(c.high || 0))));
  const ordered = [...items].sort((a, b) => Math.abs(b.points || 0) - Math.abs(a.points || 0));
  if (!items.length) return null;
  return (
    <div className="pa-scroll" tabIndex={0} role="region" aria-label="Score factors (scrolls sideways)">
      <table className="pa-table pa-factors">
        <thead>
          <tr><th scope="col">Factor</th><th scope="col">Fact</th><th scope="col">Source, when</th><th scope="col" className="pa-col-number">Adds</th></tr>
        </thead>
        <tbody>
          {ordered.map((item, i) => {
            const fact = factOf(item);
            const points = Number(item.points || 0);
            const open = fact.state === 'unknown';
            const spread = Math.max(Math.abs(Number(item.high || 0) - points), Math.abs(points - Number(item.low || 0)));
            return (
              <tr key={i}>
                <th scope="row">{words(item.factor)}</th>
                <td className="pa-fact">{fact.said}{open ? <span className="pa-tag pa-tag-ask">unknown</span> : fact.state === 'absent' ? <span className="pa-tag">none found</span> : null}</td>
                <td className="pa-small">{fact.source || '–'}{fact.at ? ', ' : null}{fact.at ? <span className="pa-nowrap">{when(fact.at)}</span> : null}</td>
                <td className="pa-col-number pa-nowrap">
                  <span className="pa-adds" aria-hidden="true">
                    <span className={points >= 0 ? 'pa-adds-up' : 'pa-adds-down'} style={{ width: (Math.abs(points) / most) * 46 + 'px' }} />
                  </span>
                  {open && points === 0 && spread > 0 ? '±' + spread.toFixed(1) : signed(points)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function counterfactual(item) {
  if (typeof item === 'string') return item;
  const what = text(item.change || item.what || item.description || item.text || item.factor);
  const to = item.score ?? item.new_score ?? item.to;
  return to === undefined || to === null ? what : what + ' → ' + whole(to);
}

function Pairs({ pairs }) {
  const shown = pairs.filter(([, value]) => !blank(value));
  return (
    <dl className="pa-pairs">
      {shown.map(([name, value]) => (
        <div key={name}><dt>{name}</dt><dd>{value}</dd></div>
      ))}
    </dl>
  );
}

const RATINGS = [['agree', 'Agree'], ['too_high', 'Too high'], ['too_low', 'Too low'], ['not_relevant', 'Not relevant…']];

function Rate({ id }) {
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const [told, setTold] = useState(null);
  const send = async (label, why) => {
    setTold({ ok: true, message: 'Keeping it…' });
    try {
      const answer = await callAction({ name: 'rate', payload: { finding_id: id, label, reason: why } });
      const response = answer && answer.response ? answer.response : answer;
      setTold(response && response.message ? response : { ok: false, message: 'The server did not answer. Try again.' });
    } catch (error) {
      setTold({ ok: false, message: 'The server did not answer. Try again.' });
    }
    setAsking(false);
  };
  return (
    <div className="pa-rate">
      <span className="pa-small">Is this score right?</span>
      {RATINGS.map(([label, said]) => (
        <button key={label} type="button" className="pa-button" onClick={() => (label === 'not_relevant' ? setAsking(!asking) : send(label, ''))}>{said}</button>
      ))}
      {asking ? (
        <form className="pa-rate-why" onSubmit={(event) => { event.preventDefault(); send('not_relevant', reason); }}>
          <input className="pa-input" aria-label="Why is it not relevant?" placeholder="Why is it not relevant?" value={reason} maxLength={1000} onChange={(event) => setReason(event.target.value)} />
          <button type="submit" className="pa-button pa-primary" disabled={!reason.trim()}>Send</button>
        </form>
      ) : null}
      {told ? <span className={told.ok ? 'pa-small' : 'pa-small pa-warn'} role="status">{text(told.message)}</span> : null}
    </div>
  );
}

export default function FindingCard() {
  const finding = props.finding || {};
  const score = props.score && props.score.score !== undefined ? props.score : null;
  const [copied, setCopied] = useState(false);
  const id = text(finding.id || (score && score.finding_id));
  const resource = finding.resource && typeof finding.resource === 'object' ? finding.resource : { uid: finding.resource };
  const tags = Object.entries(finding.tags || {});
  const lower = score ? (score.counterfactuals || []).slice(0, 5) : [];
  const gates = score ? score.gates || [] : [];
  const unknowns = score ? score.unknowns || [] : [];
  const place = [finding.provider, finding.account_name || finding.account, finding.region, finding.service].filter((v) => !blank(v)).map(text);
  const title = text(finding.title) || (score ? 'Priority score' : 'Finding');
  return (
    <article className="pa-panel" aria-label={title}>
      <div className="pa-body pa-head">
        <div className="pa-grow">
          <p className="pa-small pa-id-line">
            {blank(finding.severity) ? null : <span className={'pa-sev pa-sev-' + severity(finding.severity)}>{text(finding.severity).toLowerCase()}</span>}
            {blank(finding.progress) ? (blank(finding.status) ? null : <span className="pa-tag">{text(finding.status)}</span>) : <span className="pa-tag">{text(finding.progress)}</span>}
            {place.length ? <span>{place.join(' · ')}</span> : null}
          </p>
          <h3 className="pa-title">{title}</h3>
          <p className="pa-small pa-id-line">
            <span className="pa-mono pa-wrap">{id}</span>
            {id ? <button type="button" className="pa-link" onClick={async () => setCopied(await copy(id))}>{copied ? 'copied' : 'copy'}</button> : null}
          </p>
        </div>
        {score ? <Dial score={score} /> : null}
      </div>
      {score && score.rationale && props.mode !== 'score' ? <p className="pa-body pa-rationale">{text(score.rationale)}</p> : null}
      {score ? <Factors score={score} /> : null}
      <div className="pa-body">
        {gates.length ? (
          <div><h4>Limits that acted</h4><ul className="pa-list">{gates.map((g, i) => <li key={i}>{typeof g === 'string' ? words(g) : text(g.because || g.description || g.name)}</li>)}</ul></div>
        ) : null}
        {lower.length ? (
          <div><h4>What would lower it</h4><ul className="pa-list">{lower.map((c, i) => <li key={i}>{counterfactual(c)}</li>)}</ul></div>
        ) : null}
        {unknowns.length ? <p className="pa-small">Not known: {unknowns.map((u) => (typeof u === 'string' ? words(u) : words(u.name || u.factor))).join(', ')}. Each widens the interval.</p> : null}
        {finding.description ? <p>{text(finding.description)}</p> : null}
        {blank(resource.uid) && blank(resource.name) ? null : (
          <Pairs pairs={[
            ['Resource', <span className="pa-mono pa-wrap">{text(resource.uid || resource.name)}</span>],
            ['Type', text(resource.type)],
            ['Check', blank(finding.rule_id) ? '' : <span className="pa-mono pa-wrap">{text(finding.rule_id)}</span>],
            ['Source', text(finding.source)],
            ['First seen', blank(finding.first_seen) ? '' : when(finding.first_seen)],
            ['Last observed', blank(finding.observed_at) ? '' : when(finding.observed_at)]
          ]} />
        )}
        {tags.length ? (
          <div className="pa-tags" role="list" aria-label="Tags">
            {tags.slice(0, 24).map(([name, value]) => <span key={name} role="listitem" className="pa-tag pa-wrap">{name}={text(value)}</span>)}
          </div>
        ) : null}
        {blank(finding.risk) && blank(finding.remediation) ? null : (
          <details className="pa-details">
            <summary>What the scanner says</summary>
            {finding.risk ? <p className="pa-quote">{text(finding.risk)}</p> : null}
            {finding.remediation ? <p className="pa-quote">{text(finding.remediation)}</p> : null}
          </details>
        )}
      </div>
      {score && id ? <Rate id={id} /> : null}
      <footer className="pa-bar pa-foot">
        <span>as of {when((score && score.as_of) || props.asOf)}</span>
        {score && score.weights_version ? <span>weights {text(score.weights_version)}</span> : null}
      </footer>
    </article>
  );
}
