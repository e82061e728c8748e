// FlixList in the browser. Every page works without this file: links, forms and buttons do it all.
// This file makes the same forms answer in place, completes the search and adds keys; kept.js adds the phone.
// Texts come from the server (data-* attributes), because they are translated; English is the fallback.
// What a page asks for by its markup:
//   form[data-plain]      the browser itself sends it
//   [data-item]           j and k walk over these; w presses [data-key-w] or .tick in it, x its checkbox, and e opens
//                         the details that hold a field named when
//   ol[data-sortable]     of li[data-item][draggable=true], each with a form of buttons name=move value=up|down|top:
//                         dropping one sends that form with to=<its place, from 1> and no button
//   [data-select-all]     a checkbox that checks all others of its form; in .bulkbar, around or in that form,
//                         [data-count][data-text="{n} …"] says how many are checked
//   [role=option]         of the search leads to data-href, or sends data-fields="a=b&c=d" to data-post as a form
//   a[data-swap]          the page it leads to is this one with a part opened or closed: comes in place
//   details               closes with Esc; after a change made in it the focus returns to its summary
'use strict';

const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const body = document.body;
const user = body.dataset.user || '';

// What kept.js puts in the place of these: it keeps a tick that cannot be sent, and sends it later.
const ticks = { stamp: () => null, keep: async () => false, send() {}, leave: (form) => form.submit() };

/** The text `name` that the server put on <body data-text-name="…">, its {n} filled in. */
function text(name, fallback, n = '') {
  return (body.dataset[name] || fallback).replace('{n}', n);
}

/** Goes to an address of ours as a link would; also when only the #part differs. */
function go(address) {
  const url = new URL(address, location.href);
  if (url.origin !== location.origin) return;
  const here = url.pathname + url.search === location.pathname + location.search;
  location.assign(url);
  if (here && url.hash) location.reload();
}

// ---------------------------------------------------------------------------------------------
// Fragments: the answer to a POST is a few elements with ids, which replace their namesakes.

// The only door to HTML from text: our CSP asks for a Trusted Types policy of this name, and
// only parse() uses it, and the registration of our service worker. What comes in is an answer of our own server,
// already escaped there.
const rules = { createHTML: (html) => html, createScriptURL: (url) => (url.startsWith('/sw.js?') ? url : '') };
const policy = window.trustedTypes?.createPolicy('flixlist', rules) ?? rules;

/** An inert document: scripts in it do not run, pictures do not load until they are moved. */
function parse(html) {
  return new DOMParser().parseFromString(policy.createHTML(html), 'text/html');
}

/** What tells a button from its neighbours, also after its form was drawn anew. */
function keyOf(button) {
  return [button.getAttribute('formaction') || button.form?.getAttribute('action'), button.name, button.value].join(' ');
}

/** How to find the focused element again once `old` has been replaced. */
function rememberFocus(old) {
  const focused = document.activeElement;
  if (!old.contains(focused)) return () => {};
  const { id, form } = focused;
  const key = form ? keyOf(focused) : focused.getAttribute('href');
  const item = focused.closest('[data-item], .panel')?.id;
  return () => {
    const main = $('#main');
    const same = (id && document.getElementById(id)) ||
      $$('button, input:not([type="hidden"]), select, textarea, a[href]:not([tabindex="-1"])', main)
        .find((el) => key === (el.form ? keyOf(el) : el.getAttribute('href')));
    const place = item && document.getElementById(item);
    const next = same || (place && ($('.tick', place) || mainLink(place))) || main;
    // A form that is folded up again cannot take the focus; what opens it can.
    const folded = next?.closest('details:not([open])');
    (folded && next.localName !== 'summary' ? $('summary', folded) : next)?.focus({ preventScroll: true });
  };
}

/** What somebody typed or checked but did not send (a note, while a tick was answered) is kept. */
function rememberDrafts(old, sentForm) {
  const where = (el) => el.id || [el.form?.getAttribute('action'), el.name].join(' ');
  const isBox = (el) => el.type === 'checkbox';
  const all = (part) => $$('textarea, input:not([type="hidden"])', part);
  const whichOf = (el) => isBox(el) ? where(el) + ' ' + el.value : where(el);
  const isChanged = (el) => isBox(el) ? el.checked !== el.defaultChecked : el.value !== el.defaultValue;
  const drafts = all(old).filter((el) => el.form !== sentForm && isChanged(el)).map((el) => [whichOf(el), el]);
  return (fresh) => {
    for (const [key, el] of drafts) {
      const same = all(fresh).find((each) => whichOf(each) === key);
      if (same) same[isBox(el) ? 'checked' : 'value'] = el[isBox(el) ? 'checked' : 'value'];
    }
  };
}

let forgetStatus;

/** Shows the answer to the last action. The element stays, so that a screen reader hears it. */
function say(nodes, { stay = false } = {}) {
  let status = $('#status');
  if (!status) {
    status = document.createElement('div');
    status.id = 'status';
    status.className = 'status';
    status.setAttribute('role', 'status');
    body.append(status);
  }
  clearTimeout(forgetStatus);
  status.replaceChildren();
  // In a later task: an element that was just added, or holds the same words, is not read out.
  setTimeout(() => status.replaceChildren(...nodes), 50);
  if (!stay) forgetStatus = setTimeout(hush, 30000);
}

/** Takes the answer away after half a minute, unless somebody is at it. Undo stays in Activity. */
function hush() {
  const status = $('body > #status');
  if (!status) return;
  if (status.matches(':hover, :focus-within')) forgetStatus = setTimeout(hush, 10000);
  else status.replaceChildren();
}

/** The one function that puts new elements in the page. Returns how many it placed. */
function swap(elements, sentForm) {
  let placed = 0;
  let firstPlaced;
  const fromStatus = Boolean($('#status')?.contains(document.activeElement));
  for (const fresh of elements) {
    if (fresh.id === 'status') {
      say([...fresh.childNodes], { stay: Boolean($('.error', fresh)) });
      placed += 1;
      continue;
    }
    const old = fresh.id && document.getElementById(fresh.id);
    if (!old) continue;
    const restoreFocus = rememberFocus(old);
    const restoreDrafts = rememberDrafts(old, sentForm);
    restoreDrafts(fresh);
    old.replaceWith(document.adoptNode(fresh));
    restoreFocus();
    firstPlaced ??= fresh;
    placed += 1;
  }
  // Undo in the answer itself: that button goes, so the focus moves to what it changed.
  if (fromStatus) ((firstPlaced && mainLink(firstPlaced)) || $('#main'))?.focus({ preventScroll: true });
  afterChange();
  return placed;
}

/** Posts as a form would and asks for a fragment; refused when another person has logged in since. */
function post(action, fields, more) {
  // Redirects are followed, since a refused one (`manual`) would not tell where it went.
  return fetch(action, {
    method: 'POST', body: new URLSearchParams(fields), redirect: 'follow', credentials: 'same-origin',
    headers: { 'X-Fragment': '1', 'X-User': user, Accept: 'text/html' }, ...more,
  });
}

/** Sends a form and does what the answer says; a tick that cannot be sent is kept. Returns whether it was done. */
async function send(form, action, data, tick) {
  try {
    // Goes on when the page is left; after so long the connection counts as lost, and the tick is sent again.
    const answer = await post(action, data, tick && { keepalive: true, signal: AbortSignal.timeout?.(20000) });
    await place(answer, form);
    if (tick) ticks.send();
    return answer.ok;
  } catch {
    if (!tick || !await ticks.keep(tick)) {
      failed('textOffline', 'Not saved: the server could not be reached. Please try again.');
    }
    return false;
  }
}

async function place(answer, form) {
  const to = answer.headers.get('X-Location') || (answer.redirected && answer.url);
  if (to) return go(to);
  if (answer.status === 401) return go('/login?next=' + encodeURIComponent(location.pathname + location.search));
  const isPage = (answer.headers.get('Content-Type') || '').startsWith('text/html');
  const html = isPage ? await answer.text() : '';
  const page = parse(html);
  if (answer.headers.get('X-Fragment') === '1') {
    if (!swap([...page.body.children], form)) location.reload();
  } else {
    // A whole page (an error, say): its main part is put in, since asking again would act again.
    const main = $('#main', page);
    if (!main) return failed('textFailed', 'That did not work. Please try again.');
    document.title = page.title || document.title;
    swap([main], form);
    scrollTo(0, 0);
  }
  if (!answer.ok) $('.errors, [aria-invalid="true"]', $('#main'))?.focus();
}

/** An element with a text. */
function make(name, words, properties) {
  return Object.assign(document.createElement(name), { textContent: words }, properties);
}

/** Says what went wrong; the form and what was typed stay as they were. */
function failed(name, fallback, n) {
  say([make('p', text(name, fallback, n), { className: 'error' })], { stay: true });
}

// The card moves on under the pointer: the second half of a double click would tick the next episode too.
document.addEventListener('click', (event) => {
  if (event.detail > 1 && event.target.closest('.tick, [data-key-w]')) event.preventDefault();
}, true);

const underway = new Set();
let queue = Promise.resolve();

document.addEventListener('submit', (event) => {
  const { target: form, submitter } = event;
  if (form.getAttribute('action') === '/logout' && user) {
    event.preventDefault();
    return void ticks.leave(form);
  }
  const action = submitter?.getAttribute('formaction') || form.getAttribute('action') || location.href;
  const ours = form.method === 'post' && form.enctype !== 'multipart/form-data' &&
    !form.target && !('plain' in form.dataset) && form.closest('#main, #status');
  if (!ours || event.defaultPrevented) return;
  event.preventDefault();
  const key = submitter ? keyOf(submitter) : action;
  if (underway.has(key)) return;
  underway.add(key);
  // Taken now: a second tick may be sent while the first is answered, and its form replaced.
  const data = new FormData(form, submitter);
  const tick = ticks.stamp(action, data, submitter);
  // Never `disabled`: that would drop the focus.
  submitter?.setAttribute('aria-disabled', 'true');
  queue = queue.then(() => send(form, action, data, tick)).finally(() => {
    underway.delete(key);
    submitter?.removeAttribute('aria-disabled');
  });
});

// A link that only opens or closes a part of its page: that page's main part comes in place.
document.addEventListener('click', async (event) => {
  const link = event.target.closest('a[data-swap]');
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  // After what is being sent: an older page must not come back over its answer.
  await queue;
  try {
    const answer = await fetch(link.href, { credentials: 'same-origin', headers: { Accept: 'text/html' } });
    const main = answer.ok && !answer.redirected && $('#main', parse(await answer.text()));
    if (!main) return go(link.href);
    history.replaceState(null, '', link.href.split('#')[0]);
    swap([main]);
  } catch {
    go(link.href);
  }
});

// ---------------------------------------------------------------------------------------------
// Search as you type: an ARIA 1.2 combobox with a list box. Enter without a choice sends the form.

function searchBox() {
  const input = $('#q');
  if (!input || body.dataset.signedIn !== '1') return;
  const list = document.createElement('ul');
  list.id = 'q-list';
  list.className = 'listbox';
  list.hidden = true;
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', input.labels[0]?.textContent || input.placeholder);
  const count = document.createElement('div');
  count.className = 'hidden';
  count.setAttribute('role', 'status');
  input.form.append(list, count);
  const fixed = { role: 'combobox', 'aria-expanded': 'false', 'aria-controls': list.id, 'aria-autocomplete': 'list' };
  for (const [name, value] of Object.entries(fixed)) input.setAttribute(name, value);

  let active = -1;
  let timer;
  let request;

  const options = () => $$('[role="option"]', list);

  function choose(index) {
    const all = options();
    active = all.length ? (index + all.length) % all.length : -1;
    all.forEach((option, i) => option.setAttribute('aria-selected', String(i === active)));
    if (active < 0) return input.removeAttribute('aria-activedescendant');
    input.setAttribute('aria-activedescendant', all[active].id);
    all[active].scrollIntoView({ block: 'nearest' });
  }

  function close() {
    clearTimeout(timer);
    request?.abort();
    list.hidden = true;
    active = -1;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  }

  function open() {
    list.hidden = options().length === 0;
    input.setAttribute('aria-expanded', String(!list.hidden));
    active = -1;
    input.removeAttribute('aria-activedescendant');
  }

  async function ask() {
    const words = input.value.trim();
    request?.abort();
    if (!words) {
      list.replaceChildren();
      count.textContent = '';
      return close();
    }
    const mine = request = new AbortController();
    try {
      const answer = await fetch('/search?suggest=1&q=' + encodeURIComponent(words), {
        signal: mine.signal, credentials: 'same-origin', headers: { 'X-Fragment': '1', Accept: 'text/html' },
      });
      const html = await answer.text();
      // Only the newest question is answered, and only where somebody still types.
      if (mine !== request || !answer.ok || answer.redirected || document.activeElement !== input) return;
      const found = $$('[role="option"]', parse(html));
      found.forEach((option, i) => {
        option.id = 'q-' + i;
        option.setAttribute('aria-selected', 'false');
      });
      list.replaceChildren(...found.map((option) => document.adoptNode(option)));
      list.scrollTop = 0;
      open();
      count.textContent = text('textResults', 'Suggestions: {n}', String(found.length));
    } catch {
      // A question taken back, or no network: the form itself still works.
    }
  }

  /** Does what a suggestion offers: a page, or an action sent as a form. */
  function take(option) {
    const { href, post: action, fields } = option.dataset;
    if (!action) return go(href);
    if (!action.startsWith('/')) return;
    const form = make('form', '', { method: 'post', action });
    for (const [name, value] of new URLSearchParams(fields)) {
      form.append(make('input', '', { type: 'hidden', name, value }));
    }
    body.append(form);
    form.submit();
  }

  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 120);
  });
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    const isOpen = !list.hidden;
    const { key } = event;
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      event.preventDefault();
      const down = key === 'ArrowDown';
      if (isOpen) return choose(active < 0 ? (down ? 0 : -1) : active + (down ? 1 : -1));
      if (!options().length) return void ask();
      open();
      choose(down ? 0 : -1);
    } else if (isOpen && active >= 0 && (key === 'Home' || key === 'End')) {
      event.preventDefault();
      choose(key === 'Home' ? 0 : -1);
    } else if (isOpen && active >= 0 && key === 'Enter') {
      event.preventDefault();
      take(options()[active]);
    } else if (key === 'Escape' && isOpen) {
      event.preventDefault();
      close();
    } else if (key === 'Tab' || key === 'Enter') {
      close();
    }
  });
  // The pointer must not take the focus from the field before the click has arrived.
  list.addEventListener('mousedown', (event) => event.preventDefault());
  list.addEventListener('click', (event) => {
    const option = event.target.closest('[data-href], [data-post]');
    if (option) take(option);
  });
  input.addEventListener('blur', close);
}

// ---------------------------------------------------------------------------------------------
// Keys: only without a modifier, outside fields, and only for who has not turned them off.

/** The link or button that stands for an item; the poster's link is not in the tab order. */
function mainLink(item) {
  return $('a[href]:not([tabindex="-1"])', item) || $('.tick', item) || $('button', item);
}

const currentItem = () => document.activeElement?.closest('[data-item]');

/** The date form of the item, of the answer, or of the page. */
function edit() {
  // Within an item only its own date and the answer's.
  const within = [currentItem() || $('#main'), $('#status')].filter(Boolean);
  if (!currentItem()) within.reverse();
  const details = within.map((place) => $('details:has([name="when"])', place)).find(Boolean);
  if (!details) return;
  details.open = true;
  ($('input:not([type="hidden"]), select, button', details) || $('summary', details))?.focus();
}

function move(step) {
  const items = $$('#main [data-item]');
  const here = items.indexOf(currentItem());
  const next = here < 0 ? items.at(step > 0 ? 0 : -1) : items[here + step];
  if (!next) return;
  // The browser scrolls to it, and keeps it clear of the bars (scroll-padding).
  mainLink(next)?.focus();
  next.scrollIntoView({ block: 'nearest' });
}

function press(button) {
  if (button?.form) button.form.requestSubmit(button);
  else button?.click();
}

function rate(points) {
  // The row of an episode has no such buttons.
  const [, episode] = currentItem()?.id.match(/^e(\d+)$/) || [];
  if (episode) {
    const data = { rating: points, back: location.pathname + location.search };
    return void (queue = queue.then(() => send(null, `/episodes/${episode}/rating`, data)));
  }
  const group = $('.rate', currentItem() || $('#main'));
  if (!group) return;
  const button = $(`button[name="rating"][value="${points}"]`, group);
  if (button) return press(button);
  const number = $('input[name="rating"]', group);
  if (!number) return;
  number.value = points;
  (number.form || group).requestSubmit();
}

const keys = {
  '/': () => { $('#q')?.focus(); $('#q')?.select(); },
  j: () => move(1),
  k: () => move(-1),
  // Never one that is pressed: it would take a play back.
  w: () => press($('[data-key-w], .tick:not([aria-pressed="true"])', currentItem() || document)),
  u: () => press($('#status .undo') || $('#main .undo')),
  x: () => $('input[type="checkbox"]', currentItem() || document.createElement('p'))?.click(),
  e: edit,
  '?': () => go('/help/keys'),
  'g h': () => go('/'),
  'g l': () => go('/library'),
  'g c': () => go('/calendar'),
  'g s': () => go('/stats'),
  'g y': () => go('/history'),
};
for (let digit = 0; digit <= 9; digit += 1) keys[digit] = () => rate(digit === 0 ? 100 : digit * 10);

let first = '';
let firstTimer;

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !event.defaultPrevented) escape(event);
  if (body.dataset.keys !== '1' || event.defaultPrevented || event.isComposing) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  // A key held down moves on, but marks and rates only once.
  if (event.repeat && !'jk'.includes(event.key)) return;
  const fields = 'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable]';
  if (event.target.closest?.(fields)) return;
  const key = first ? `${first} ${event.key}` : event.key;
  first = '';
  clearTimeout(firstTimer);
  if (key === 'g') {
    first = 'g';
    firstTimer = setTimeout(() => { first = ''; }, 1000);
    return;
  }
  if (!Object.hasOwn(keys, key)) return;
  event.preventDefault();
  keys[key]();
});

// ---------------------------------------------------------------------------------------------
// Small things.

/** Esc closes the menu or the form it is in, then the answer at the bottom. */
function escape(event) {
  const menu = event.target.closest?.('details[open]') || $('details.menu[open]');
  if (menu) {
    menu.open = false;
    $('summary', menu)?.focus();
  } else if (!$('body > #status:focus-within')) {
    $('body > #status')?.replaceChildren();
  }
}

document.addEventListener('click', (event) => {
  for (const menu of $$('details.menu[open]')) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener('change', ({ target }) => {
  if (target.matches('form.filters select[data-submit]')) target.form.requestSubmit();
  if (target.type !== 'checkbox' || !target.form) return;
  if ('selectAll' in target.dataset) for (const box of boxes(target.form)) box.checked = target.checked;
  count(target.form);
});

/** The checkboxes of a form that stand for items. */
function boxes(form) {
  return [...form.elements].filter((each) => each.type === 'checkbox' && !('selectAll' in each.dataset));
}

/** Says how many items of a form are selected. */
function count(form) {
  const bar = form.closest('.bulkbar') || $('.bulkbar', form);
  if (!bar) return;
  const all = boxes(form);
  const n = all.filter((box) => box.checked).length;
  bar.dataset.selected = n;
  for (const each of $$('[data-count]', bar)) each.textContent = (each.dataset.text || '{n}').replace('{n}', n);
  for (const each of [...form.elements].filter((box) => 'selectAll' in box.dataset)) {
    each.checked = n > 0 && n === all.length;
    each.indeterminate = n > 0 && n < all.length;
  }
}

// Lists ordered by dragging; the buttons in each item do the same, also by touch and by keyboard.
let dragged;

document.addEventListener('dragstart', (event) => {
  const item = event.target.closest?.('[data-sortable] > [draggable="true"]');
  if (!item) return;
  // Items say their position in the whole order, of which this page may show only a part.
  const first = $(':scope > [data-position]', item.parentNode)?.dataset.position || 1;
  dragged = { item, next: item.nextSibling, first: Number(first) };
  // Also where it was taken by a picture or a link in it.
  event.dataTransfer.setDragImage(item, 0, 0);
  event.dataTransfer.setData('text/plain', '');
});
document.addEventListener('dragover', (event) => {
  const over = dragged && event.target.closest?.('[draggable="true"]');
  if (!over || over.parentNode !== dragged.item.parentNode) return;
  event.preventDefault();
  const box = over.getBoundingClientRect();
  if (over !== dragged.item) over[event.clientY > box.top + box.height / 2 ? 'after' : 'before'](dragged.item);
});
document.addEventListener('drop', (event) => {
  const form = dragged && $('button[name="move"]', dragged.item)?.form;
  if (!form || !event.target.closest?.('[data-sortable]')) return;
  event.preventDefault();
  const { item, next, first } = dragged;
  const list = item.parentNode;
  dragged = undefined;
  const data = new FormData(form);
  data.set('to', $$(':scope > [data-item]', list).indexOf(item) + first);
  queue = queue.then(() => send(form, form.getAttribute('action'), data))
    .then((done) => { if (!done && item.isConnected) list.insertBefore(item, next); });
});
document.addEventListener('dragend', () => {
  if (dragged) dragged.item.parentNode.insertBefore(dragged.item, dragged.next);
  dragged = undefined;
});

/** The browser's time zone: into forms that ask for it, and a banner when the account has another. */
function timeZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone) return;
  for (const input of $$('input[data-zone]')) {
    input.value = zone;
    input.form.hidden = false;
  }
  const differs = body.dataset.zoneKnown === '0' && body.dataset.zone !== zone;
  for (const banner of $$('[data-zone-banner]')) banner.hidden = !differs;
}

/** For what is done to a page when it came and again after parts of it were replaced. */
function afterChange() {
  timeZone();
  for (const box of $$('[data-select-all]')) if (box.form) count(box.form);
}

// A page that comes back from the browser's memory has nothing under way any more.
addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  underway.clear();
  for (const button of $$('button[aria-disabled="true"]')) button.removeAttribute('aria-disabled');
});

searchBox();
afterChange();
$('.errors')?.focus();
