import { useCallback, useEffect, useRef, useState } from 'react';

// The stored props name proposals and nothing else. What is shown, and who may decide, comes from the server each time.
const { text, when } = window.posture;
const OPEN = ['pending', 'approved', 'executing'];
const WORDS = {
  draft: 'Draft',
  pending: 'Waiting for a decision',
  approved: 'Approved, about to be written',
  executing: 'Being written',
  done: 'Done',
  failed: 'Not done',
  unknown: 'Not certain',
  expired: 'Expired',
  rejected: 'Rejected',
  superseded: 'Replaced by a newer proposal'
};
const NOTE = { done: 'pa-note-good', failed: 'pa-note-bad', unknown: 'pa-note-bad', expired: 'pa-note-bad' };
const blank = (v) => v === null || v === undefined || v === '' || (Array.isArray(v) && !v.length);

function left(expires) {
  const minutes = Math.floor((new Date(expires).getTime() - Date.now()) / 60000);
  if (Number.isNaN(minutes)) return '';
  if (minutes < 0) return 'expired';
  if (minutes < 60) return 'expires in ' + minutes + ' min';
  if (minutes < 48 * 60) return 'expires in ' + Math.floor(minutes / 60) + ' h';
  return 'expires in ' + Math.floor(minutes / 1440) + ' days';
}

function Row({ name, children }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>;
}

function Effect({ effect, n, of }) {
  const change = !blank(effect.before) || !blank(effect.after);
  return (
    <Row name={of > 1 ? 'Effect ' + n : 'Effect'}>
      <span className="pa-effect">{text(effect.label || effect.kind)}</span>
      {change ? (
        <span className="pa-change"><span className="pa-before">{blank(effect.before) ? 'none' : text(effect.before)}</span><span aria-label="becomes"> → </span><span className="pa-after">{blank(effect.after) ? 'none' : text(effect.after)}</span></span>
      ) : null}
      {blank(effect.text) ? null : <pre className="pa-exact" tabIndex={0} aria-label="Exact text">{text(effect.text)}</pre>}
      {blank(effect.text) ? null : (
        <span className="pa-small">{[...text(effect.text)].length.toLocaleString('en-US')} characters, shown in full{blank(effect.author) ? '' : ', ' + text(effect.author)}</span>
      )}
      {blank(effect.live_check) ? null : <span className={effect.live_ok === false ? 'pa-small pa-warn' : 'pa-small'}>{text(effect.live_check)}</span>}
    </Row>
  );
}

function Quote({ item }) {
  const quote = item !== null && typeof item === 'object' ? item : { text: item };
  return <span className="pa-quoted pa-wrap">{blank(quote.source) ? null : <span className="pa-small">{text(quote.source)}: </span>}<q>{text(quote.text)}</q></span>;
}

function Past({ item }) {
  const who = blank(item.actor) ? '' : 'by ' + text(item.actor) + (blank(item.role) || item.role === item.actor ? '' : ' (' + text(item.role) + ')');
  return <li className="pa-small">{[when(item.at), text(item.event).replace(/_/g, ' '), who, text(item.note)].filter(Boolean).join(' · ')}</li>;
}

function Proposal({ id, entry, busy, onDecide }) {
  const [rejecting, setRejecting] = useState(false);
  const [reason, setReason] = useState('');
  const [history, setHistory] = useState(false);
  if (!entry) return <p className="pa-small pa-loading" role="status">Reading the current state…</p>;
  if (!entry.card) return <p className="pa-note pa-note-bad" role="alert">{text(entry.message)}</p>;
  const card = entry.card;
  const state = text(card.state);
  const target = card.target || {};
  const effects = Array.isArray(card.effects) ? card.effects : [];
  const because = card.because || [];
  const quotes = card.untrusted || [];
  const past = card.history || [];
  const risk = [blank(card.risk) ? '' : text(card.risk) + ' risk', card.reversible === undefined ? '' : card.reversible ? 'can be undone' : 'cannot be undone'].filter(Boolean).join(', ');
  const waits = state === 'pending';
  return (
    <div className={'pa-proposal pa-state-' + state} data-state={state} data-proposal={id}>
      <header className="pa-bar">
        <h3>{(waits ? 'Approve: ' : '') + text(card.title)}</h3>
        <span className="pa-grow" />
        <span className={'pa-tag pa-tag-' + state}>{WORDS[state] || state}</span>
        {waits && card.expires_at ? <span className="pa-small pa-nowrap" title={when(card.expires_at)}>{left(card.expires_at)}</span> : null}
      </header>
      <div className="pa-body">
        <dl className="pa-pairs pa-card-pairs">
          <Row name="Target">
            <span>issue <span className="pa-mono">{text(target.issue_id)}</span></span>
            {blank(target.title) ? null : <span> “{text(target.title)}”</span>}
            {[target.account, target.region].some((v) => !blank(v)) ? <span className="pa-small"> ({[target.account, target.region].filter((v) => !blank(v)).map(text).join(', ')})</span> : null}
          </Row>
          {effects.map((effect, i) => <Effect key={i} effect={effect} n={i + 1} of={effects.length} />)}
          {because.length ? <Row name="Because">{because.map(text).join(' · ')}</Row> : null}
          {quotes.length ? <Row name="Untrusted"><span className="pa-small">It quotes text that someone else wrote:</span>{quotes.map((q, i) => <Quote key={i} item={q} />)}</Row> : null}
          {blank(card.needs) ? null : <Row name="Needs"><span>{text(card.needs)}{waits && card.may_approve ? ' (you may approve)' : ''}</span>{risk ? <span className="pa-small">{risk}</span> : null}</Row>}
          <Row name="Proposal">
            <span><span className="pa-mono">{id}</span>{blank(card.proposer) ? '' : ' by ' + text(card.proposer)}{blank(card.hash) ? null : <span title={text(card.hash)}>, hash <span className="pa-mono">{text(card.hash).slice(0, 12)}…</span></span>}</span>
          </Row>
        </dl>
        {(card.notes || []).map((note, i) => <p key={i} className="pa-note">{text(note)}</p>)}
        {blank(card.result) ? null : <p className={'pa-note ' + (NOTE[state] || '')} role="status">{text(card.result)}</p>}
        {blank(entry.message) ? null : <p className="pa-note pa-note-bad" role="alert">{text(entry.message)}</p>}
        {waits ? (
          <div className="pa-actions">
            <button type="button" className="pa-button pa-primary" disabled={busy || !card.may_approve} onClick={() => onDecide([id], 'approve')}>Approve</button>
            <button type="button" className="pa-button" disabled={busy || !card.may_reject} aria-expanded={rejecting} onClick={() => setRejecting(!rejecting)}>Reject</button>
            {card.may_approve ? null : <span className="pa-small pa-why" role="note">{text(card.why_not) || 'Your role may not approve this.'}</span>}
          </div>
        ) : null}
        {waits && rejecting ? (
          <form className="pa-actions" onSubmit={(event) => { event.preventDefault(); onDecide([id], 'reject', reason); }}>
            <label className="pa-grow"><span className="pa-sr">Reason for rejecting</span>
              <input className="pa-input" value={reason} maxLength={500} placeholder="Reason (may stay empty)" onChange={(event) => setReason(event.target.value)} autoFocus />
            </label>
            <button type="submit" className="pa-button pa-danger" disabled={busy}>Reject it</button>
          </form>
        ) : null}
        {past.length ? (
          <div>
            <button type="button" className="pa-link" aria-expanded={history} onClick={() => setHistory(!history)}>{history ? 'Hide history' : 'History'}</button>
            {history ? (
              <ol className="pa-list">
                {past.map((item, i) => <Past key={i} item={item} />)}
              </ol>
            ) : null}
          </div>
        ) : null}
      </div>
    </div>
  );
}

export default function ApprovalCard() {
  const ids = Array.isArray(props.proposals) ? props.proposals.map(text) : [];
  const [cards, setCards] = useState({});
  const [busy, setBusy] = useState(false);
  const [open, setOpen] = useState(!props.compact);
  const deciding = useRef(false);
  const alive = useRef(true);

  const put = useCallback((id, entry) => alive.current && setCards((all) => ({ ...all, [id]: entry })), []);
  const ask = useCallback(async (id, name, payload) => {
    try {
      const answer = await callAction({ name, payload });
      return (answer && answer.response) || { message: 'The server gave no answer. Reload the page.' };
    } catch (_) {
      return { offline: true, message: 'The server does not answer. What was decided is kept; this card looks again by itself.' };
    }
  }, []);

  const look = useCallback(async () => {
    // While the page has lost its server, it reconnects first; the session of before may be gone.
    if (deciding.current || document.getElementById('session-error')) return;
    for (const id of ids) {
      const entry = await ask(id, 'card_state', { proposal_id: id });
      if (deciding.current) return;
      if (entry.offline) setCards((all) => ({ ...all, [id]: all[id] && all[id].card ? all[id] : entry }));
      else put(id, entry);
    }
  }, [ids.join('\n')]);

  useEffect(() => {
    alive.current = true;
    look();
    return () => { alive.current = false; };
  }, []);

  const waits = ids.some((id) => !cards[id] || !cards[id].card || OPEN.includes(cards[id].card.state));
  useEffect(() => {
    if (!waits) return undefined;
    const soon = ids.some((id) => cards[id] && cards[id].card && ['approved', 'executing'].includes(cards[id].card.state));
    const tick = setInterval(() => document.visibilityState === 'visible' && look(), soon ? 1000 : 5000);
    const back = () => document.visibilityState === 'visible' && look();
    document.addEventListener('visibilitychange', back);
    return () => { clearInterval(tick); document.removeEventListener('visibilitychange', back); };
  }, [waits, cards]);

  const decide = async (which, decision, reason = '') => {
    if (deciding.current) return;
    deciding.current = true;
    setBusy(true);
    try {
      for (const id of which) {
        const card = cards[id] && cards[id].card;
        if (!card) continue;
        const entry = await ask(id, 'decide', { proposal_id: id, hash: text(card.hash), decision, reason });
        put(id, entry.card ? entry : { ...entry, card });
      }
    } finally {
      deciding.current = false;
      setBusy(false);
    }
  };

  const mine = ids.filter((id) => cards[id] && cards[id].card && cards[id].card.state === 'pending' && cards[id].card.may_approve);
  const pending = ids.filter((id) => cards[id] && cards[id].card && cards[id].card.state === 'pending').length;
  if (props.compact && !waits && !open) return null;
  return (
    <section className={'pa-panel pa-approval' + (pending ? ' pa-approval-open' : '')} aria-label="Approval">
      {props.compact ? (
        <header className="pa-bar">
          <span className="pa-grow">{pending ? (pending === 1 ? '1 proposal still waits for a decision.' : pending + ' proposals still wait for a decision.') : 'Decided.'}</span>
          <button type="button" className="pa-button" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? 'Fold' : 'Show'}</button>
        </header>
      ) : null}
      {open ? ids.map((id) => <Proposal key={id} id={id} entry={cards[id]} busy={busy} onDecide={decide} />) : null}
      {open && mine.length > 1 ? (
        <div className="pa-bar pa-foot">
          <span className="pa-grow">Each effect can be decided by itself.</span>
          <button type="button" className="pa-button pa-primary" disabled={busy} onClick={() => decide(mine, 'approve')}>Approve {mine.length === 2 ? 'both' : 'all ' + mine.length}</button>
        </div>
      ) : null}
    </section>
  );
}
