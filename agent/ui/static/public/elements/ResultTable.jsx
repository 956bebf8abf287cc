import { useMemo, useState } from 'react';

const FIRST = 10;
const LONG = 90;
const SHORT = 24;
const LONG_NAMES = /title|description|summary|detail|because|why|problems|asks for|finding|effect|tags$/i;
const { text, when, csv, download, copy, compare, severity, isPlainId } = window.posture;

function Clipped({ value }) {
  const [open, setOpen] = useState(false);
  const whole = text(value);
  if (whole.length <= LONG) return <span className={whole.length <= SHORT ? 'pa-nowrap' : undefined}>{whole}</span>;
  return (
    <span className="pa-long">
      {open ? whole : whole.slice(0, LONG - 1) + '…'}{' '}
      <button type="button" className="pa-link" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? 'less' : 'more'}
      </button>
    </span>
  );
}

function Cell({ column, value, opens }) {
  if (text(value) === '') return <span className="pa-faint">–</span>;
  switch (column.type) {
    case 'severity':
      return <span className={'pa-sev pa-sev-' + severity(value)}>{text(value).toLowerCase()}</span>;
    case 'score': {
      const share = Math.max(0, Math.min(100, Number(value)));
      return (
        <span className="pa-score">
          <span className="pa-score-bar" aria-hidden="true"><span style={{ width: share + '%' }} /></span>
          {Number.isInteger(value) ? value : Number(value).toFixed(1)}
        </span>
      );
    }
    case 'number':
      return <span>{typeof value === 'number' ? value.toLocaleString('en-US') : text(value)}</span>;
    case 'time':
    case 'epoch':
      return <span className="pa-nowrap">{when(value)}</span>;
    case 'status':
      return <span className={'pa-tag pa-status-' + text(value).toLowerCase().replace(/[^a-z]+/g, '_')}>{text(value).replace(/_/g, ' ')}</span>;
    case 'id':
      return <span className="pa-mono"><Clipped value={value} /></span>;
    default:
      return opens ? (
        <button type="button" className="pa-link" title={'Open ' + opens} onClick={() => sendUserMessage('Show finding ' + opens)}>{text(value)}</button>
      ) : (
        <Clipped value={value} />
      );
  }
}

function Query({ query }) {
  const [copied, setCopied] = useState(false);
  return (
    <div className="pa-query">
      {query.reading ? <p className="pa-small">Read as: {text(query.reading)}{query.window ? ' · window: ' + text(query.window) : ''}</p> : null}
      <div className="pa-code-box">
        <button type="button" className="pa-button pa-code-copy" onClick={async () => setCopied(await copy(query.xql))}>
          {copied ? 'Copied' : 'Copy XQL'}
        </button>
        <pre className="pa-code" tabIndex={0} aria-label="XQL query">{query.xql}</pre>
      </div>
    </div>
  );
}

export default function ResultTable() {
  const { columns = [], rows = [], queries = [] } = props;
  const [sort, setSort] = useState(null);
  const [all, setAll] = useState(false);
  const [query, setQuery] = useState(false);

  const sorted = useMemo(() => {
    if (!sort) return rows;
    const order = compare(sort.type);
    const blank = (v) => v === null || v === undefined || v === '';
    return [...rows].sort((a, b) => {
      const result = order(a[sort.key], b[sort.key]);
      return blank(a[sort.key]) || blank(b[sort.key]) ? result : result * sort.way;
    });
  }, [rows, sort]);

  const press = (column) => {
    const first = ['severity', 'score', 'number', 'time', 'epoch'].includes(column.type) ? -1 : 1;
    setSort((now) => {
      if (!now || now.key !== column.key) return { key: column.key, type: column.type, way: first };
      return now.way === first ? { ...now, way: -first } : null;
    });
  };

  const shown = all ? sorted : sorted.slice(0, FIRST);
  const title = text(props.title) || 'Result';
  return (
    <section className="pa-panel pa-table-panel" aria-label={title + ', ' + props.counted}>
      <header className="pa-bar">
        <h3>{title}</h3>
        <span className="pa-grow" />
        {queries.length ? (
          <button type="button" className="pa-button" aria-expanded={query} onClick={() => setQuery(!query)}>
            {query ? 'Hide query' : 'Show query'}
          </button>
        ) : null}
        <button type="button" className="pa-button" onClick={() => download('result.csv', 'text/csv;charset=utf-8', csv(columns, sorted))}>
          Download CSV
        </button>
      </header>
      {query ? queries.map((item, i) => <Query key={i} query={item} />) : null}
      <div className={all ? 'pa-scroll pa-tall' : 'pa-scroll'} tabIndex={0} role="region" aria-label={title + ' (scrolls sideways)'}>
        <table className="pa-table">
          <thead>
            <tr>
              {columns.map((column) => {
                const active = sort && sort.key === column.key;
                return (
                  <th key={column.key} scope="col" className={'pa-col-' + column.type} aria-sort={active ? (sort.way > 0 ? 'ascending' : 'descending') : 'none'}>
                    <button type="button" title={'Sort by ' + column.key} onClick={() => press(column)}>
                      {column.label}
                      <span aria-hidden="true" className="pa-arrow">{active ? (sort.way > 0 ? '▲' : '▼') : ''}</span>
                    </button>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, i) => (
              <tr key={i}>
                {columns.map((column) => (
                  <td key={column.key} className={'pa-col-' + column.type + (LONG_NAMES.test(column.key) ? ' pa-col-wide' : '')}>
                    <Cell column={column} value={row[column.key]} opens={column.key === props.opens && isPlainId(row[props.opensBy]) ? text(row[props.opensBy]) : null} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <footer className="pa-bar pa-foot">
        <span>{props.counted} · as of {when(props.asOf)}</span>
        {props.truncated ? <span className="pa-warn">The list is cut; the count is exact.</span> : null}
        <span className="pa-grow" />
        {rows.length > FIRST ? (
          <button type="button" className="pa-link" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? 'Show the first ' + FIRST : 'Show all ' + rows.length + ' rows'}
          </button>
        ) : null}
      </footer>
    </section>
  );
}
