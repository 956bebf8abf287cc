// Helpers that the elements share, and two services of the page: a name for the log-in picture, and a reload when
// the server was started anew while a conversation was open.
(function () {
  // Follow the system's light or dark until someone chooses.
  try {
    if (!localStorage.getItem('vite-ui-theme')) localStorage.setItem('vite-ui-theme', 'system');
  } catch (_) { /* private windows may have no storage */ }

  // While the server is away, the page's question "who am I" waits for it; a failed answer would send the person to
  // a log-in page that cannot be loaded, and lose what they see.
  const plainFetch = window.fetch.bind(window);
  window.fetch = async (input, init) => {
    const url = new URL(typeof input === 'string' ? input : input.url || String(input), location.href);
    const patient = url.origin === location.origin && ['/user', '/auth/config'].includes(url.pathname);
    for (;;) {
      try {
        const answer = await plainFetch(input, init);
        if (!patient || answer.status < 500) return answer;
      } catch (error) {
        if (!patient) throw error;
      }
      await new Promise((resume) => setTimeout(resume, 1000));
    }
  };

  const RANK = { critical: 5, high: 4, medium: 3, low: 2, info: 1, informational: 1 };

  const text = (value) => {
    if (value === null || value === undefined) return '';
    if (Array.isArray(value)) return value.map(text).join(', ');
    if (typeof value === 'object') {
      return Object.entries(value).map(([name, item]) => name + '=' + (item !== null && typeof item === 'object' ? JSON.stringify(item) : text(item))).join(', ');
    }
    return String(value);
  };

  const when = (value) => {
    if (value === null || value === undefined || value === '') return '';
    const date = new Date(value);
    if (Number.isNaN(date.getTime())) return text(value);
    return date.toISOString().slice(0, 16).replace('T', ' ') + ' UTC';
  };

  // A cell that a spreadsheet would take for a formula is written as text.
  const cell = (value) => {
    const raw = text(value);
    const safe = typeof value !== 'number' && /^[=+\-@\t\r]/.test(raw) ? "'" + raw : raw;
    return /[",\n\r]/.test(safe) ? '"' + safe.replace(/"/g, '""') + '"' : safe;
  };

  const csv = (columns, rows) =>
    [columns.map((c) => cell(c.key)).join(','), ...rows.map((row) => columns.map((c) => cell(row[c.key])).join(','))].join(
      '\r\n'
    ) + '\r\n';

  const download = (name, mime, body) => {
    const url = URL.createObjectURL(new Blob([body], { type: mime }));
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    document.body.appendChild(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  };

  const copy = async (body) => {
    try {
      await navigator.clipboard.writeText(body);
      return true;
    } catch (_) {
      const area = document.createElement('textarea');
      area.value = body;
      area.setAttribute('readonly', '');
      area.style.position = 'fixed';
      area.style.opacity = '0';
      document.body.appendChild(area);
      area.select();
      const done = document.execCommand('copy');
      area.remove();
      return done;
    }
  };

  const compare = (type) => (a, b) => {
    const blank = (v) => v === null || v === undefined || v === '';
    if (blank(a) || blank(b)) return blank(a) === blank(b) ? 0 : blank(a) ? 1 : -1;
    if (type === 'severity') return (RANK[text(a).toLowerCase()] || 0) - (RANK[text(b).toLowerCase()] || 0);
    if (typeof a === 'number' && typeof b === 'number') return a - b;
    return text(a).localeCompare(text(b), 'en', { numeric: true, sensitivity: 'base' });
  };

  const severity = (value) => {
    const name = text(value).toLowerCase();
    return RANK[name] ? (name === 'informational' ? 'info' : name) : 'none';
  };

  // Ids that may be put into a question as they are.
  const isPlainId = (value) => /^[\w:./-]{1,200}$/.test(text(value));

  window.posture = { text, when, csv, download, copy, compare, severity, isPlainId, rank: RANK };

  const label = (root) => {
    const add = (selector, name) => {
      root.querySelectorAll(selector).forEach((node) => {
        if (!node.getAttribute('aria-label')) node.setAttribute('aria-label', name);
      });
    };
    add('#chat-profiles', 'Profile');
    add('#user-nav-button', 'Account');
    add('#theme-toggle', 'Light or dark');
    add('#new-chat-button', 'New conversation');
    add('#sidebar-trigger-button', 'Conversations');
    add('#search-chats-button', 'Search conversations');
    add('#chat-input', 'Your question');
    root.querySelectorAll('img[alt="Image"]').forEach((img) => img.setAttribute('alt', ''));
  };

  let boot = null;
  let lost = false;
  const startedAnew = async () => {
    try {
      const answer = await fetch('/posture/boot', { cache: 'no-store' });
      const now = (await answer.json()).boot;
      const anew = boot !== null && boot !== now;
      boot = now;
      return anew;
    } catch (_) {
      return false;
    }
  };
  startedAnew();

  let due = false;
  new MutationObserver(() => {
    if (due) return;
    due = true;
    requestAnimationFrame(async () => {
      due = false;
      label(document);
      const down = document.getElementById('session-error') !== null;
      if (lost && !down && (await startedAnew()) && location.pathname.startsWith('/thread/')) location.reload();
      lost = down;
    });
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
