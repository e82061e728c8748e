// FlixList on a phone: ticks without a connection. They are kept in the browser with the time of their click and a
// mark of their own (`once`, by which the server knows one that it had before), and sent in order when the
// connection is back, while the person who made them is logged in. After app.js, whose functions it uses.
'use strict';

// How wrong this device's clock is; less than half a minute may as well be the way that the page took.
const late = Number(body.dataset.now || Date.now()) - Date.now();
const skew = Math.abs(late) > 30000 ? late : 0;
// How many of this person's ticks wait.
let waits = 0;
let retry;

/** Does one thing in the store of kept ticks and gives its result. */
function store(mode, act) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('flixlist', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('ticks', { keyPath: 'once' });
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction('ticks', mode);
      const request = act(transaction.objectStore('ticks'));
      const end = (how, what) => () => (opening.result.close(), how(what()));
      transaction.oncomplete = end(resolve, () => request.result);
      transaction.onabort = end(reject, () => transaction.error);
    };
  });
}

const kept = async () => (await store('readonly', (all) => all.getAll())).sort((a, b) => a.at - b.at);

/** Gives a tick, which is one episode or a film seen now, the time of its click and its mark; null for other forms. */
function stamp(action, data, button) {
  const isOne = !['season', 'upto', 'from', 'all'].some((name) => data.has(name));
  const isNow = (data.get('when') || 'now') === 'now';
  if (!user || !isOne || !isNow || !/^\/titles\/\d+\/plays$/.test(action)) return null;
  const at = Date.now() + skew;
  const key = [action, data.get('episode'), data.get('once')].join(' ');
  // No randomUUID: it is not there over plain http.
  const once = data.get('once') || [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0')).join('');
  data.set('when', new Date(at).toISOString());
  data.set('once', once);
  const what = button?.getAttribute('aria-label') || button?.textContent.trim() || '';
  const item = button?.closest('[data-item]');
  const title = ((item && $('h2 a, h3 a', item)) || $('#main h1'))?.textContent || '';
  const name = what.includes(title) ? what : `${title}: ${what}`;
  return { once, user, key, action, at, name, fields: [...data], page: location.pathname, button };
}

/** Keeps a tick until it can be sent, and says so; false when this browser cannot keep it. */
async function keep({ button, ...tick }) {
  try {
    const same = (await kept()).find((each) => each.user === user && each.key === tick.key && !each.error);
    if (!same) await store('readwrite', (all) => all.put(tick));
    const { once } = same || tick;
    if (button) button.dataset.kept = once;
    const undo = make('button', text('textUndo', 'Undo'), { type: 'button', className: 'link undo' });
    undo.onclick = async () => {
      await drop(once);
      say([make('p', text('textTaken', 'Taken back.'))]);
    };
    // Not in a line at the top: that would move what the next tap is meant for.
    await showKept({ isLineNew: false });
    const p = make('p', text('textKept', 'Saved here: it will be sent when the connection returns.') + ' ');
    p.append(undo);
    if (waits > 1) p.append(' ', ...waiting());
    say([p], { stay: true });
    return true;
  } catch {
    return false;
  }
}

/** Forgets a kept tick. */
async function drop(once) {
  await store('readwrite', (all) => all.delete(once));
  for (const button of $$('[data-kept]')) if (button.dataset.kept === once) delete button.dataset.kept;
  await showKept();
}

/** Sends what was kept, after what is under way. */
function sendKept() {
  queue = queue.then(sendAll).catch(() => {});
  return queue;
}

Object.assign(ticks, { stamp, keep, leave, send: () => waits && sendKept() });

/** Stops where the connection or the login ends; what the server refuses stays here, with its reason. */
async function sendAll() {
  if (!user) return;
  let sent = 0;
  let placed = 0;
  for (const { once } of (await kept()).filter((each) => each.user === user && !each.error)) {
    const tick = await store('readonly', (all) => all.get(once));
    if (!tick) continue;
    let answer;
    let html;
    try {
      answer = await post(tick.action, tick.fields, { signal: AbortSignal.timeout?.(20000) });
      html = await answer.text();
    } catch {
      break;
    }
    if (answer.ok && (answer.headers.has('X-Fragment') || answer.headers.has('X-Location'))) {
      await drop(once);
      sent += 1;
      const isHere = tick.page === location.pathname && answer.headers.has('X-Fragment');
      if (isHere) placed += swap([...parse(html).body.children]);
    } else if (answer.ok || answer.status >= 500 || [401, 408, 412, 429].includes(answer.status)) {
      break;
    } else {
      const error = $('#main p', parse(html))?.textContent || String(answer.status);
      await store('readwrite', (all) => all.put({ ...tick, error }));
    }
  }
  if (sent && !placed) await refresh();
  if (sent > 1 || (sent && !placed)) say([make('p', text('textSent', 'Sent: {n}', sent))]);
  await showKept();
}

/** Makes the page anew: it came before what was sent. */
async function refresh() {
  try {
    const answer = await fetch(location.href, { credentials: 'same-origin', headers: { Accept: 'text/html' } });
    const main = answer.ok && !answer.redirected && $('#main', parse(await answer.text()));
    if (main) swap([main]);
  } catch {
    // It stays as it was.
  }
}

/** Shows what was kept: in a line on every page, one by one on the pages that have a list for it. */
async function showKept({ isLineNew = true } = {}) {
  let whose = user;
  try {
    // The page without a connection is nobody's: it goes by who was here last.
    if (user) localStorage.setItem('user', user);
    else if ($('#kept')) whose = localStorage.getItem('user');
  } catch {
    // No storage, so nothing was kept either.
  }
  if (!whose) return;
  const mine = (await kept()).filter((each) => each.user === whose);
  const refused = mine.filter((each) => each.error).length;
  waits = mine.length - refused;
  // A server that comes back tells nobody.
  clearTimeout(retry);
  if (waits && user) retry = setTimeout(sendKept, 60000);
  const template = $('#kept');
  if (template) {
    for (const list of $$('[data-kept-list]')) {
      const some = mine.filter((each) => Boolean(each.error) === (list.dataset.keptList === 'refused'));
      list.closest('section').hidden = !some.length;
      list.replaceChildren(...some.map((tick) => keptRow(template, tick)));
    }
    $('[data-kept-none]').hidden = mine.length > 0;
    return;
  }
  let line = $('#kept-line');
  if (!line && (!mine.length || !isLineNew)) return;
  if (!line) {
    line = make('div', '', { id: 'kept-line', className: 'kept-line' });
    line.setAttribute('role', 'status');
    $('#main').before(line);
  }
  const words = refused ? [make('span', text('textRefused', 'Could not be sent: {n}', refused)), ' '] : [];
  // An empty line keeps its place, for the same reason.
  line.replaceChildren(...(mine.length ? [...words, ...waiting(refused)] : []));
}

/** How many wait, and the way to their page. */
function waiting(refused) {
  const link = make('a', text('textShow', 'Show'), { href: body.dataset.unsent });
  return refused && !waits ? [link] : [make('span', text('textWaiting', 'Waiting to be sent: {n}', waits)), ' ', link];
}

function keptRow(template, tick) {
  const row = document.importNode(template.content, true);
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short' });
  $('[data-name]', row).textContent = tick.name;
  $('[data-meta]', row).textContent = [format.format(tick.at), tick.error].filter(Boolean).join(' · ');
  const [again, away] = $$('button', row);
  again.hidden = !tick.error || !user;
  again.onclick = async () => {
    await store('readwrite', (all) => all.put({ ...tick, error: undefined }));
    await sendKept();
    $('#main').focus();
  };
  away.onclick = async () => {
    await drop(tick.once);
    $('#main').focus();
  };
  for (const button of [again, away]) button.setAttribute('aria-label', `${button.textContent}: ${tick.name}`);
  return row;
}

/** Logs out, unless that would drop ticks that are only here: then it says so, and the second press does it. */
async function leave(form) {
  if (waits) await sendKept();
  try {
    const left = await kept();
    if (left.length && !form.dataset.sure) {
      form.dataset.sure = '1';
      return failed('textLeave', 'Not sent yet: {n}. Log out again to drop them.', left.length);
    }
    for (const { once } of left.filter((each) => each.user === user)) await drop(once);
    localStorage.removeItem('user');
  } catch {
    // Nothing can be kept in this browser.
  }
  form.submit();
}

addEventListener('online', () => (user ? sendKept() : $('#kept') && location.reload()));
document.addEventListener('visibilitychange', () => {
  if (waits && document.visibilityState === 'visible') sendKept();
});

if (user) {
  const { lang, dataset } = document.documentElement;
  const look = new URLSearchParams({ language: lang, theme: dataset.theme });
  navigator.serviceWorker?.register(policy.createScriptURL('/sw.js?' + look)).catch(() => {});
  sendKept();
} else {
  showKept().catch(() => {});
}
